using System;
using System.Buffers.Binary;
using VmaTools.Bytes;

namespace VmaTools.Indexing;

/// <summary>The frame of an index file. Numbers are little-endian.</summary>
/// <remarks><code>
/// 8 bytes   magic "VMAINDEX"
/// 4         version
/// 4         length of what follows
/// 8         XXH64 of what follows
/// n         the binding, which is what archive this is an index of, and where that was
/// ...       records, each appended when it is complete:
///           4 bytes   kind
///           4         length of the content
///           8         XXH64 of kind, length and content
///           n         content
/// 8         offset of the end record, the last of all
/// 8         XXH64 of these 8 bytes
/// 8         magic "VMAIXEND": only a finished index has this trailer
/// </code></remarks>
internal static class IndexFormat
{
    public const uint Version = 4;
    public const int HeaderSize = 24;
    public const int RecordHeaderSize = 16;
    public const int TrailerSize = 24;

    /// <summary>No head is longer: some numbers and a path.</summary>
    public const int MaxHeadSize = 256 << 10;

    /// <summary>A state and the data decoded within an interval bound a record; nothing longer was ever written.</summary>
    public const int MaxRecordSize = 512 << 20;

    public static ReadOnlySpan<byte> Magic => "VMAINDEX"u8;

    public static ReadOnlySpan<byte> EndMagic => "VMAIXEND"u8;

    public static ulong RecordDigest(ReadOnlySpan<byte> kindAndLength, ReadOnlySpan<byte> content)
    {
        Xxh64 hash = new();
        hash.Append(kindAndLength);
        hash.Append(content);
        return hash.Digest();
    }

    public static byte[] MakeRecordHeader(int kind, ReadOnlySpan<byte> content)
    {
        byte[] header = new byte[RecordHeaderSize];
        BinaryPrimitives.WriteInt32LittleEndian(header, kind);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), content.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(8), RecordDigest(header.AsSpan(0, 8), content));
        return header;
    }

    public static byte[] MakeTrailer(long endRecord)
    {
        byte[] trailer = new byte[TrailerSize];
        BinaryPrimitives.WriteInt64LittleEndian(trailer, endRecord);
        BinaryPrimitives.WriteUInt64LittleEndian(trailer.AsSpan(8), Xxh64.Of(trailer.AsSpan(0, 8)));
        EndMagic.CopyTo(trailer.AsSpan(16));
        return trailer;
    }
}

/// <summary>What a record holds.</summary>
internal enum RecordKind
{
    /// <summary>A checkpoint, and the digests of the chunks that are decoded from it.</summary>
    Interval = 1,

    /// <summary>Extents, in order.</summary>
    Extents = 2,

    /// <summary>What became known at the end, and where the other records are.</summary>
    End = 3,
}
