using System;
using System.Collections.Generic;
using System.IO;
using VmaTools.Bytes;
using VmaTools.Compression;

namespace VmaTools.Indexing;

/// <summary>
/// Decoder states as bytes. What is read was perhaps written by somebody else: whatever a decoder relies on is checked here.
/// </summary>
internal static class CheckpointCodec
{
    private const int NoDistribution = 0xFF;

    /// <summary>Writes a state, with what is needed of its window where that is not in the state itself.</summary>
    public static void Write(BinaryWriter writer, DecoderState state, PrunedWindow? window)
    {
        writer.Write(state.CompressedPosition);
        writer.Write(state.DecodedPosition);
        switch (state)
        {
            case ZstdState zstd:
                WriteZstd(writer, zstd);
                window!.Write(writer);
                break;
            case GzipState gzip:
                writer.Write((byte)gzip.Step);
                writer.Write(gzip.PartialBits);
                writer.Write((byte)gzip.PartialBitCount);
                writer.Write(gzip.Checksum);
                writer.Write(gzip.Length);
                writer.Write(gzip.VerifiedPosition);
                Numbers.Write(writer, gzip.Window.Length);
                writer.Write(gzip.Window);
                break;
            case LzopState lzop:
                writer.Write((byte)lzop.Step);
                writer.Write((uint)lzop.Flags);
                writer.Write(lzop.HasUncheckedContent);
                writer.Write(lzop.VerifiedPosition);
                break;
            case Bzip2State bzip2:
                writer.Write((byte)bzip2.Step);
                writer.Write((byte)bzip2.SkippedBits);
                writer.Write((byte)bzip2.Level);
                writer.Write(bzip2.Combined.HasValue);
                writer.Write(bzip2.Combined.GetValueOrDefault());
                writer.Write(bzip2.VerifiedPosition);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(state));
        }
    }

    /// <summary>Reads a state.</summary>
    /// <exception cref="InvalidDataException">It is none that a decoder could be in.</exception>
    /// <exception cref="EndOfStreamException">The data ends before.</exception>
    public static DecoderState Read(BinaryReader reader, string compression, long maxWindowSize, WindowBuffers? windows = null)
    {
        long compressedPosition = reader.ReadInt64();
        long decodedPosition = reader.ReadInt64();
        Check(compressedPosition >= 0 && decodedPosition >= 0);
        return compression switch
        {
            VmaCompression.Zstd => ReadZstd(reader, compressedPosition, decodedPosition, maxWindowSize, windows),
            VmaCompression.Gzip => ReadGzip(reader, compressedPosition, decodedPosition),
            VmaCompression.Bzip2 => ReadBzip2(reader, compressedPosition, decodedPosition),
            _ => ReadLzop(reader, compressedPosition, decodedPosition),
        };
    }

    private static void WriteZstd(BinaryWriter writer, ZstdState state)
    {
        writer.Write(state.Proof.VerifiedPosition);
        writer.Write(state.Proof.HasUncheckedContent);
        writer.Write(state.HasFrames);
        writer.Write(state.Frame is not null);
        if (state.Frame is not { } frame)
        {
            return;
        }

        writer.Write(frame.Header.WindowSize);
        writer.Write(frame.Header.ContentSize.HasValue);
        writer.Write(frame.Header.ContentSize.GetValueOrDefault());
        writer.Write(frame.Header.HasChecksum);
        writer.Write(frame.Decoded);
        writer.Write(frame.LastBlockSeen);
        if (state.Proof.CopyChecksum() is { } checksum)
        {
            byte[] saved = new byte[Xxh64.SavedSize];
            checksum.Save(saved);
            writer.Write(saved);
        }

        Numbers.Write(writer, frame.HuffmanWeights?.Length ?? 0);
        writer.Write(frame.HuffmanWeights ?? []);
        Write(writer, frame.LiteralLengths);
        Write(writer, frame.MatchLengths);
        Write(writer, frame.Offsets);
        writer.Write(frame.Repeat.First);
        writer.Write(frame.Repeat.Second);
        writer.Write(frame.Repeat.Third);
    }

    private static ZstdState ReadZstd(
        BinaryReader reader, long compressedPosition, long decodedPosition, long maxWindowSize, WindowBuffers? windows)
    {
        long verified = reader.ReadInt64();
        bool hasUnchecked = reader.ReadBoolean();
        bool hasFrames = reader.ReadBoolean();
        ZstdFrameState? frame = null;
        Xxh64? checksum = null;
        Check(verified >= 0 && verified <= decodedPosition);
        if (reader.ReadBoolean())
        {
            ulong windowSize = reader.ReadUInt64();
            Check(windowSize <= (ulong)Math.Min(maxWindowSize, ZstdHistory.MaxWindow));
            bool hasContentSize = reader.ReadBoolean();
            ulong contentSize = reader.ReadUInt64();
            bool hasChecksum = reader.ReadBoolean();
            ulong decoded = reader.ReadUInt64();
            Check(decoded <= (ulong)decodedPosition && (!hasContentSize || decoded <= contentSize));
            bool lastBlockSeen = reader.ReadBoolean();
            if (hasChecksum)
            {
                byte[] saved = new byte[Xxh64.SavedSize];
                Numbers.Fill(reader, saved);
                checksum = Xxh64.Load(saved);
            }

            frame = new ZstdFrameState(
                new ZstdFrameHeader(windowSize, hasContentSize ? contentSize : null, hasChecksum, 0),
                decoded,
                lastBlockSeen,
                ReadWeights(reader),
                ReadDistribution(reader, SequenceCodes.LiteralLengths.Length, SequenceCodes.LiteralLengthLog),
                ReadDistribution(reader, SequenceCodes.MatchLengths.Length, SequenceCodes.MatchLengthLog),
                ReadDistribution(reader, SequenceCodes.Offsets.Length, SequenceCodes.OffsetLog),
                new RepeatOffsets(reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32()));
        }

        ZstdProof proof = new ZstdProof().Set(verified, hasUnchecked, checksum);
        ZstdState state = new(compressedPosition, decodedPosition, hasFrames, maxWindowSize, frame, proof, []);
        byte[] window = PrunedWindow.Read(
            reader,
            state.Reach,
            () => windows is not null && state.Reach > 0 ? windows.Take(state.BufferSize) : new byte[state.Reach],
            out List<(int Start, int Length)> kept);
        return state.With(window, kept);
    }

    /// <summary>Weights of a complete code, or nothing.</summary>
    private static byte[]? ReadWeights(BinaryReader reader)
    {
        int count = Numbers.Read(reader);
        Check(count <= 256);
        if (count == 0)
        {
            return null;
        }

        byte[] weights = new byte[count];
        Numbers.Fill(reader, weights);
        int total = 0;
        foreach (byte weight in weights)
        {
            Check(weight <= LiteralTable.MaxBits);
            total += (1 << weight) >> 1;
        }

        Check(total is > 1 and <= 1 << LiteralTable.MaxBits && (total & (total - 1)) == 0);
        return weights;
    }

    private static void Write(BinaryWriter writer, FseDistribution? distribution)
    {
        if (distribution is null)
        {
            writer.Write((byte)NoDistribution);
            return;
        }

        writer.Write((byte)distribution.Log);
        Numbers.Write(writer, distribution.Counts.Length);
        foreach (short count in distribution.Counts)
        {
            writer.Write(count);
        }
    }

    /// <summary>A distribution whose counts fill its table, or nothing.</summary>
    private static FseDistribution? ReadDistribution(BinaryReader reader, int maxSymbols, int maxLog)
    {
        int log = reader.ReadByte();
        if (log == NoDistribution)
        {
            return null;
        }

        int length = Numbers.Read(reader);
        Check(log <= maxLog && length <= maxSymbols);
        short[] counts = new short[length];
        int total = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] = reader.ReadInt16();
            Check(counts[i] >= -1);
            total += Math.Abs((int)counts[i]);
        }

        // What is strewn over the table in steps of its size needs a table of some size, or a single state.
        Check(total == 1 << log && (log == 0 || log >= 5));
        return new FseDistribution(log, counts);
    }

    private static GzipState ReadGzip(BinaryReader reader, long compressedPosition, long decodedPosition)
    {
        GzipStep step = (GzipStep)reader.ReadByte();
        byte bits = reader.ReadByte();
        int count = reader.ReadByte();
        uint checksum = reader.ReadUInt32();
        uint length = reader.ReadUInt32();
        long verified = reader.ReadInt64();
        int windowLength = Numbers.Read(reader);
        Check(step <= GzipStep.Ended && count < 8 && bits < 1 << count);
        Check(windowLength <= Math.Min(Inflater.WindowSize, decodedPosition) && verified >= 0 && verified <= decodedPosition);
        byte[] window = new byte[windowLength];
        Numbers.Fill(reader, window);
        return new GzipState(compressedPosition, decodedPosition)
        {
            Step = step,
            PartialBits = bits,
            PartialBitCount = count,
            Checksum = checksum,
            Length = length,
            VerifiedPosition = verified,
            Window = window,
        };
    }

    private static LzopState ReadLzop(BinaryReader reader, long compressedPosition, long decodedPosition)
    {
        LzopStep step = (LzopStep)reader.ReadByte();
        LzopFlags flags = (LzopFlags)reader.ReadUInt32();
        bool hasUnchecked = reader.ReadBoolean();
        long verified = reader.ReadInt64();
        Check(step <= LzopStep.Ended && verified >= 0 && verified <= decodedPosition);
        return new LzopState(compressedPosition, decodedPosition)
        {
            Step = step,
            Flags = flags,
            HasUncheckedContent = hasUnchecked,
            VerifiedPosition = verified,
        };
    }

    private static Bzip2State ReadBzip2(BinaryReader reader, long compressedPosition, long decodedPosition)
    {
        Bzip2Step step = (Bzip2Step)reader.ReadByte();
        int skippedBits = reader.ReadByte();
        int level = reader.ReadByte();
        bool hasCombined = reader.ReadBoolean();
        uint combined = reader.ReadUInt32();
        long verified = reader.ReadInt64();
        Check(step <= Bzip2Step.Ended && skippedBits < 8 && verified >= 0 && verified <= decodedPosition);
        Check(level is >= 1 and <= 9 || step == Bzip2Step.FirstHeader);
        return new Bzip2State(compressedPosition, decodedPosition)
        {
            Step = step,
            SkippedBits = skippedBits,
            Level = level,
            Combined = hasCombined ? combined : null,
            VerifiedPosition = verified,
        };
    }

    private static void Check(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException("A checkpoint of the index is none that a decoder could be in.");
        }
    }
}
