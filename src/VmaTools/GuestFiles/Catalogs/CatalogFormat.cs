using System;
using System.Buffers.Binary;
using System.IO;
using VmaTools.Bytes;

namespace VmaTools.GuestFiles.Catalogs;

/// <summary>The frame of a catalog, which is that of an index with other records in it. Numbers are little-endian.</summary>
/// <remarks><code>
/// 8 bytes   magic "VMAFILES"
/// 4         version
/// 4         length of what follows
/// 8         XXH64 of what follows
/// n         the binding, which is what archive this is a catalog of, where that was, and when it was made
/// ...       for each volume its blocks, each of them two records: names, and what else is known of the same entries
///           4 bytes   kind
///           4         length of the content
///           8         XXH64 of kind, length and content
///           n         content
/// ...       the record about the volumes, the last of all
/// 8         offset of that record
/// 8         XXH64 of these 8 bytes
/// 8         magic "VMAFLEND"
/// </code></remarks>
internal static class CatalogFormat
{
    public const uint Version = 1;
    public const int HeaderSize = 24;
    public const int TrailerSize = 24;

    /// <summary>No head is longer: some numbers and a path.</summary>
    public const int MaxHeadSize = 256 << 10;

    /// <summary>Entries of a block. A block is what is taken apart where something in it is wanted.</summary>
    public const int MostEntries = 8192;

    /// <summary>A block ends when its names have as many bytes, so that the names of one stay in a processor's cache.</summary>
    public const int BlockNameBytes = 256 << 10;

    /// <summary>The directories above a block lie 2,048 deep at most, and no file system has names of more than 3,060 bytes as text.</summary>
    public const int MaxNameBytes = 8 << 20;

    /// <summary>As many bytes as the other facts of a block's entries take at most.</summary>
    public const int MaxFactBytes = MostEntries * 48;

    /// <summary>No record was ever longer: names that do not get shorter, or what is told of many volumes.</summary>
    public const int MaxRecordSize = 16 << 20;

    /// <summary>Volumes of a guest, and whatever else is counted of it.</summary>
    public const int MostVolumes = 1 << 16;

    public static ReadOnlySpan<byte> Magic => "VMAFILES"u8;

    public static ReadOnlySpan<byte> EndMagic => "VMAFLEND"u8;

    public static byte[] MakeHeader(byte[] head)
    {
        byte[] header = new byte[HeaderSize];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), head.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(16), Xxh64.Of(head));
        return header;
    }

    public static byte[] MakeTrailer(long offset)
    {
        byte[] trailer = new byte[TrailerSize];
        BinaryPrimitives.WriteInt64LittleEndian(trailer, offset);
        BinaryPrimitives.WriteUInt64LittleEndian(trailer.AsSpan(8), Xxh64.Of(trailer.AsSpan(0, 8)));
        EndMagic.CopyTo(trailer.AsSpan(16));
        return trailer;
    }

    /// <summary>The error for what cannot be: a part of a sentence.</summary>
    public static InvalidDataException Damaged(string what = "it is damaged") => new(what);
}

/// <summary>What a record of a catalog holds.</summary>
internal enum CatalogRecordKind
{
    /// <summary>The names of a block.</summary>
    Names = 1,

    /// <summary>What else is known of the same entries.</summary>
    Facts = 2,

    /// <summary>The volumes, and where their blocks are.</summary>
    Volumes = 3,
}
