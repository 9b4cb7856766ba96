using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>The kind of checksum that a file system was made with: of its metadata and of its data.</summary>
internal sealed class BtrfsChecksum
{
    /// <summary>Bytes that the checksum of a block or superblock has room for, at its beginning.</summary>
    public const int MaxSize = 32;

    private static readonly BtrfsChecksum[] Kinds =
    [
        new("crc32c", 4),
        new("xxhash64", 8),
        new("sha256", 32),
        new("blake2b", 32),
    ];

    private BtrfsChecksum(string name, int size)
    {
        Name = name;
        Size = size;
    }

    public string Name { get; }

    /// <summary>Bytes of one.</summary>
    public int Size { get; }

    /// <summary>The kind of that number in a superblock; null for an unknown one.</summary>
    public static BtrfsChecksum? Find(int number) => number < Kinds.Length ? Kinds[number] : null;

    /// <summary>True where the data has the checksum stored.</summary>
    public bool Matches(ReadOnlySpan<byte> data, ReadOnlySpan<byte> stored)
    {
        if (this == Kinds[0])
        {
            return Crc32C.Compute(data) == BinaryPrimitives.ReadUInt32LittleEndian(stored);
        }

        if (this == Kinds[1])
        {
            return Xxh64.Of(data) == BinaryPrimitives.ReadUInt64LittleEndian(stored);
        }

        Span<byte> digest = stackalloc byte[MaxSize];
        if (this == Kinds[2])
        {
            Sha256(data, digest);
        }
        else
        {
            Blake2b.Hash(data, digest);
        }

        return digest.SequenceEqual(stored.Slice(0, Size));
    }

    private static void Sha256(ReadOnlySpan<byte> data, Span<byte> digest)
    {
#if NETSTANDARD2_0
        using SHA256 hash = SHA256.Create();
        hash.ComputeHash(data.ToArray()).CopyTo(digest);
#else
        SHA256.HashData(data, digest);
#endif
    }
}
