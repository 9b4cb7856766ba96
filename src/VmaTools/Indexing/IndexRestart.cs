using System;
using System.IO;
using VmaTools.Compression;
using VmaTools.Sources;

namespace VmaTools.Indexing;

/// <summary>Where an interrupted build goes on.</summary>
/// <param name="Partial">What is there already.</param>
/// <param name="State">The decoder's state at its end.</param>
/// <param name="Bytes">The data before that.</param>
internal sealed record IndexRestart(PartialIndex Partial, DecoderState State, RandomBytes Bytes)
{
    /// <summary>Finds out where to go on; null where that fails, and everything is to be done again.</summary>
    public static IndexRestart? TryMake(SeekableSource source, PartialIndex partial)
    {
        RandomBytes? bytes = null;
        try
        {
            IndexedArchive archive = new(source, ArchiveIndex.Open(partial));
            bytes = archive.OpenBytes();
            IntervalRecord last = archive.UseIndex(i => i.ReadInterval(i.IntervalCount - 1));
            DecoderState state = last.ReadCheckpoint(source.Compression, source.MaxWindowSize);
            using Stream file = source.OpenStoredPart(state.CompressedPosition, state.CompressedPosition);
            using DecodingStream stream = CompressionFormats.Resume(file, leaveOpen: true, state);
            byte[] sink = new byte[1 << 17];
            while (stream.DecodedPosition < last.End)
            {
                if (stream.Read(sink, 0, (int)Math.Min(sink.Length, last.End - stream.DecodedPosition)) == 0)
                {
                    bytes.Dispose();
                    return null;
                }
            }

            // Where the data ended with that interval its last chunk is shorter than can be known here.
            if (last.End > 0 && bytes.ReadAt(last.End - 1, sink.AsSpan(0, 1)) == 0)
            {
                bytes.Dispose();
                return null;
            }

            state = stream.CaptureState();
            if (state is ZstdState zstd && zstd.Reach > 0)
            {
                // The decoder's own window is whole only where the interval was longer than that.
                byte[] window = new byte[zstd.Reach];
                bytes.ReadAt(state.DecodedPosition - window.Length, window);
                state = zstd.With(window);
            }

            return new IndexRestart(partial, state, bytes);
        }
        catch (Exception exception) when (exception is VmaException or IOException or InvalidDataException or InvalidOperationException)
        {
            bytes?.Dispose();
            return null;
        }
    }
}
