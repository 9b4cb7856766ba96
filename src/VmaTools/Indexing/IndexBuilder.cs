using System;
using System.Diagnostics;
using System.IO;
using System.Threading;
using VmaTools.Extents;
using VmaTools.Format;
using VmaTools.Sources;

namespace VmaTools.Indexing;

/// <summary>Reads an archive for nothing but its index: a compressed one once from front to back.</summary>
internal static class IndexBuilder
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(50);

    /// <param name="source">The archive.</param>
    /// <param name="header">Its header.</param>
    /// <param name="recorder">Who writes the index.</param>
    /// <param name="restart">Where an interrupted build goes on; null for the start.</param>
    /// <param name="progress">Hears how far the pass has come.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="VmaException">The archive changed meanwhile, or is not the one whose header was read.</exception>
    /// <exception cref="IOException">The archive cannot be read or the index cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The build was cancelled; what is complete stays in the file.</exception>
    public static void Run(
        SeekableSource source,
        ArchiveHeader header,
        IndexRecorder recorder,
        IndexRestart? restart,
        IProgress<VmaProgress>? progress,
        CancellationToken cancellationToken)
    {
        Stopwatch watch = Stopwatch.StartNew();
        TimeSpan reported = TimeSpan.Zero;
        DigestedBytes bytes = recorder.Bytes;

        // The last extent that an interrupted build knows is read once more, from where it begins.
        ExtentReader reader = new(bytes, header.Uuid, ExtentData.Kept, restart is null ? 0 : restart.Partial.ExtentCount - 1);
        ExtentFrame? frame = new(withData: true);
        ExtentFrame other = new(withData: true);
        VmaCompressionException? damage = null;
        ExtentFrame? end = null;
        try
        {
            bool isKnown = restart is not null;
            if (restart is null)
            {
                HeaderReader.Pass(bytes, header, source.Path);
            }
            else
            {
                bytes.SkipTo(restart.Partial.LastExtent);
            }

            while (reader.Read(frame, cancellationToken))
            {
                if (isKnown)
                {
                    recorder.WriteSettled();
                }
                else
                {
                    recorder.Take(frame);
                }

                isKnown = false;
                (frame, other) = (other, frame);
                if (watch.Elapsed - reported >= ProgressInterval)
                {
                    reported = watch.Elapsed;
                    progress?.Report(new VmaProgress(bytes.StoredPosition, source.StoredLength));
                }
            }

            end = frame;
        }
        catch (VmaCompressionException exception)
        {
            damage = exception;
        }

        recorder.Finish(end, reader.HasLostExtents, damage);
        progress?.Report(new VmaProgress(bytes.StoredPosition, source.StoredLength));
    }

    /// <summary>Indexes what is read at any offset as it is: its extents, whose headers alone are read.</summary>
    /// <param name="source">The archive.</param>
    /// <param name="header">Its header.</param>
    /// <param name="random">Its bytes, decompressed; they are closed here.</param>
    /// <param name="writer">Where the index goes.</param>
    /// <param name="progress">Hears how far the hopping has come.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="VmaException">The archive changed meanwhile, or the index cannot be written.</exception>
    public static void RunHopping(
        SeekableSource source,
        ArchiveHeader header,
        RandomBytes random,
        IndexWriter writer,
        IProgress<VmaProgress>? progress,
        CancellationToken cancellationToken)
    {
        Stopwatch watch = Stopwatch.StartNew();
        TimeSpan reported = TimeSpan.Zero;
        long length = random.Length;
        using PlainForwardBytes bytes = new(random);
        bytes.Seek(header.HeaderSize);
        ExtentReader reader = new(bytes, header.Uuid, ExtentData.Skipped);
        using ExtentRecorder recorder = new(writer, 0);
        ExtentFrame frame = new(withData: false);
        while (reader.Read(frame, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            recorder.Take(frame);
            if (watch.Elapsed - reported >= ProgressInterval)
            {
                reported = watch.Elapsed;
                progress?.Report(new VmaProgress(frame.StoredPosition, length));
            }
        }

        recorder.Flush();
        if (source.FindChange() is { } change)
        {
            throw change;
        }

        writer.Finish(new IndexSummary(length, length, reader.HasLostExtents, 0, Damage: null), frame);
    }
}
