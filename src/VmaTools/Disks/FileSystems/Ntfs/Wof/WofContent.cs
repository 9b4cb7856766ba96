using System;
using System.Collections.Generic;
using System.IO;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs.Wof;

/// <summary>
/// The content of a file that Windows packed into another of its streams (Compact OS): chunks, each compressed for itself, behind a
/// table of their offsets.
/// </summary>
internal sealed class WofContent
{
    public const string StreamName = "WofCompressedData";

    private const int FileProvider = 2;
    private const int PointLength = 16;
    private const uint Lzx = 1;

    private readonly NtfsValue _stored;
    private readonly bool _isLzx;

    private WofContent(NtfsValue stored, long length, int chunkSize, bool isLzx)
    {
        _stored = stored;
        Length = length;
        ChunkSize = chunkSize;
        _isLzx = isLzx;
    }

    /// <summary>Bytes of the content.</summary>
    public long Length { get; }

    /// <summary>Bytes of the content in a chunk; the last may have fewer.</summary>
    public int ChunkSize { get; }

    public NtfsRecord Record => _stored.Record;

    // Reparse data: 0 version u32, 1   4 provider u32 (1 a WIM image, 2 the file itself)   8 version u32, 1   12 compression u32

    /// <summary>What a file is unpacked from.</summary>
    /// <param name="file">The file.</param>
    /// <param name="reparse">Its reparse point.</param>
    /// <exception cref="VmaFileSystemException">It is packed in a way that is not understood, or damaged.</exception>
    public static WofContent Open(NtfsFile file, NtfsReparsePoint reparse)
    {
        ReadOnlySpan<byte> data = reparse.Data;
        if (data.Length < PointLength || LittleEndian.U32(data, 0) != 1 || LittleEndian.U32(data, 4) != FileProvider || LittleEndian.U32(data, 8) != 1)
        {
            throw NotSupported(file, "The content lies in a WIM image, or where else Windows' overlay (WOF) has it.");
        }

        uint method = LittleEndian.U32(data, 12);
        int size = method switch
        {
            0 => 4096,
            Lzx => 32768,
            2 => 8192,
            3 => 16384,
            _ => throw NotSupported(file, $"The content is packed by Windows (WOF) in a way that is not understood here: {method}."),
        };
        NtfsValue stored = file.Open(NtfsAttributeType.Data, StreamName)
            ?? throw NotSupported(file, $"The content is packed by Windows (WOF), and the stream {StreamName} that it is packed in is not there.");
        return new WofContent(stored, file.Find(NtfsAttributeType.Data)?.ValueLength ?? 0, size, method == Lzx);
    }

    /// <summary>The content, unpacked.</summary>
    public Stream Open(NtfsVolume volume) => new WofStream(this, _stored.Open(volume.Metadata), _stored.Open(volume.Bytes), _isLzx ? new LzxDecoder() : new XpressDecoder());

    /// <summary>Where the content lies: chunk by chunk, packed.</summary>
    public IEnumerable<FileExtent> Extents(NtfsVolume volume)
    {
        using Stream table = _stored.Open(volume.Metadata);
        for (long offset = 0; offset < Length; offset += ChunkSize)
        {
            (long start, int stored) = Locate(table, offset / ChunkSize);
            long length = Math.Min(ChunkSize, Length - offset);
            yield return new FileExtent(offset, length, FileExtentKind.Encoded, _stored.PlaceOfBytes(start, stored), stored);
        }
    }

    /// <summary>Where a chunk begins in the stored stream, and its bytes there.</summary>
    /// <param name="table">The stored stream.</param>
    /// <param name="number">Number of the chunk.</param>
    /// <exception cref="VmaFileSystemException">The table of chunks is damaged.</exception>
    public (long Start, int Length) Locate(Stream table, long number)
    {
        // The first chunk begins right behind the table, so that it has no entry.
        long count = ((Length - 1) / ChunkSize) + 1;
        int entrySize = Length > uint.MaxValue ? 8 : 4;
        long tableLength = (count - 1) * entrySize;
        long start = tableLength + (number == 0 ? 0 : ReadEntry(table, (number - 1) * entrySize, entrySize));
        long end = number == count - 1 ? table.Length : tableLength + ReadEntry(table, number * entrySize, entrySize);
        return start >= tableLength && end > start && end <= table.Length && end - start <= ChunkSize
            ? (start, (int)(end - start))
            : throw Record.Damaged($"The table of its packed content is damaged at chunk {number}.");
    }

    private long ReadEntry(Stream table, long offset, int size)
    {
        byte[] entry = new byte[8];
        if (offset > table.Length - size)
        {
            throw Record.Damaged("The table of its packed content is cut off.");
        }

        table.Position = offset;
        for (int done = 0; done < size;)
        {
            done += table.Read(entry, done, size - done);
        }

        return LittleEndian.I64(entry, 0) is >= 0 and < long.MaxValue / 2 and long value
            ? value
            : throw Record.Damaged("The table of its packed content is damaged.");
    }

    private static VmaFileSystemException NotSupported(NtfsFile file, string message) =>
        new(VmaCodes.FileContentNotSupported, message, volumeOffset: file.Record.Offset);
}
