using System;
using System.Buffers.Binary;
using System.IO;
using System.Threading;
using VmaTools.Bytes;
using VmaTools.Indexing;
using VmaTools.Sources;

namespace VmaTools.GuestFiles.Catalogs;

/// <summary>A catalog that is read: its head, its volumes, and their blocks one by one.</summary>
internal sealed class CatalogFile : IDisposable
{
    private readonly FileBytes _file;

    private CatalogFile(FileBytes file, CatalogHead head, long headEnd)
    {
        _file = file;
        Head = head;
        Contents = ReadContents(file, headEnd);
    }

    public CatalogHead Head { get; }

    public CatalogContents Contents { get; }

    /// <summary>Bytes that it takes.</summary>
    public long Size => _file.Length;

    /// <summary>Opens a catalog.</summary>
    /// <exception cref="InvalidDataException">It is none, or damaged: the message says so, as a part of a sentence.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static CatalogFile Open(string path)
    {
        FileBytes file = new(path);
        try
        {
            return ArchiveIndex.Guard(() => new CatalogFile(file, ReadHead(file, out long end), end));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads what a catalog begins with.</summary>
    /// <inheritdoc cref="Open" path="/exception"/>
    public static CatalogHead ReadHead(string path)
    {
        using FileBytes file = new(path);
        return ArchiveIndex.Guard(() => ReadHead(file, out _));
    }

    /// <summary>Whether a file begins as a catalog, of whatever version and archive.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isOfOtherVersion">True for one that is no worse than old, or new.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static bool IsOne(string path, out bool isOfOtherVersion)
    {
        using FileBytes file = new(path);
        byte[] start = new byte[12];
        bool isOne = file.ReadAt(0, start) == start.Length && start.AsSpan().StartsWith(CatalogFormat.Magic);
        isOfOtherVersion = isOne && BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(8)) != CatalogFormat.Version;
        return isOne;
    }

    /// <summary>Reads the names of the block at an offset.</summary>
    /// <param name="offset">The block; behind its names afterwards.</param>
    /// <param name="names">What takes them.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public void ReadNames(ref long offset, CatalogNames names) => names.Load(ReadRecord(ref offset, CatalogRecordKind.Names));

    /// <summary>Reads what else is known of the same entries.</summary>
    /// <inheritdoc cref="ReadNames"/>
    /// <param name="offset">Behind the names; behind the block afterwards.</param>
    /// <param name="facts">What takes them.</param>
    /// <param name="count">How many entries there are.</param>
    public void ReadFacts(ref long offset, CatalogFacts facts, int count) => facts.Load(ReadRecord(ref offset, CatalogRecordKind.Facts), count);

    /// <summary>Passes over that.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public void SkipFacts(ref long offset)
    {
        DemandRecord(_file, offset, CatalogRecordKind.Facts, out int length);
        offset += IndexFormat.RecordHeaderSize + length;
    }

    /// <summary>Reads all blocks.</summary>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="InvalidDataException">One is damaged.</exception>
    public void Check(CancellationToken cancellationToken)
    {
        CatalogNames names = new();
        CatalogFacts facts = new();
        foreach (CatalogVolume volume in Contents.Volumes)
        {
            for (long offset = volume.Start; offset < volume.End;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ReadNames(ref offset, names);
                ReadFacts(ref offset, facts, names.Count);
            }
        }
    }

    public void Dispose() => _file.Dispose();

    private static CatalogHead ReadHead(FileBytes file, out long end)
    {
        byte[] header = new byte[CatalogFormat.HeaderSize];
        if (file.ReadAt(0, header) < header.Length || !header.AsSpan().StartsWith(CatalogFormat.Magic))
        {
            throw CatalogFormat.Damaged("it is no catalog");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8)) != CatalogFormat.Version)
        {
            throw CatalogFormat.Damaged("it is of another version");
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12));
        byte[] content = new byte[length is >= 0 and <= CatalogFormat.MaxHeadSize ? length : 0];
        if (file.ReadAt(header.Length, content) < length || Xxh64.Of(content) != BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(16)))
        {
            throw CatalogFormat.Damaged("its head is damaged");
        }

        end = header.Length + length;
        using BinaryReader reader = new(new MemoryStream(content));
        return CatalogHead.Read(reader);
    }

    private static CatalogContents ReadContents(FileBytes file, long headEnd)
    {
        byte[] trailer = new byte[CatalogFormat.TrailerSize];
        long at = file.Length - trailer.Length;
        if (at < headEnd || file.ReadAt(at, trailer) < trailer.Length || !CatalogFormat.MakeTrailer(BinaryPrimitives.ReadInt64LittleEndian(trailer)).AsSpan().SequenceEqual(trailer))
        {
            throw CatalogFormat.Damaged("it is not whole");
        }

        long start = BinaryPrimitives.ReadInt64LittleEndian(trailer);
        long offset = start;
        using BinaryReader reader = new(new MemoryStream(ReadRecord(file, ref offset, CatalogRecordKind.Volumes)));
        CatalogContents contents = CatalogContents.Read(reader);
        foreach (CatalogVolume volume in contents.Volumes)
        {
            if (volume.Start < headEnd || volume.End > start)
            {
                throw CatalogFormat.Damaged();
            }
        }

        return offset == at ? contents : throw CatalogFormat.Damaged();
    }

    private byte[] ReadRecord(ref long offset, CatalogRecordKind kind) => ReadRecord(_file, ref offset, kind);

    private static byte[] ReadRecord(FileBytes file, ref long offset, CatalogRecordKind kind)
    {
        DemandRecord(file, offset, kind, out int length);
        if (!ArchiveIndex.TryReadRecord(file, offset, out _, out byte[] content))
        {
            throw CatalogFormat.Damaged();
        }

        offset += IndexFormat.RecordHeaderSize + length;
        return content;
    }

    private static void DemandRecord(FileBytes file, long offset, CatalogRecordKind kind, out int length)
    {
        byte[] header = new byte[IndexFormat.RecordHeaderSize];
        length = file.ReadAt(offset, header) == header.Length ? BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4)) : -1;
        if (length < 0 || length > CatalogFormat.MaxRecordSize || BinaryPrimitives.ReadInt32LittleEndian(header) != (int)kind)
        {
            throw CatalogFormat.Damaged();
        }
    }
}
