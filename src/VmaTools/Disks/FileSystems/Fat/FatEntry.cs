using System;
using System.Buffers.Binary;

namespace VmaTools.Disks.FileSystems.Fat;

/// <summary>A file or directory of FAT.</summary>
/// <remarks>
/// <code>
/// directory entry, 32 bytes, little-endian:
///   0 name [11]   11 attributes u8   12 lower-case flags u8   13 hundredths u8   14 created time u16   16 created date u16
///  18 read date u16   20 cluster, high half u16 (FAT32)   22 changed time u16   24 changed date u16   26 cluster u16   28 size u32
/// </code>
/// </remarks>
internal sealed class FatEntry : ClusterEntry
{
    public const byte DirectoryAttribute = 0x10;
    public const byte LabelAttribute = 0x08;

    private FatEntry(FatEntry? parent, RawName name, FileEntryType type)
        : base(parent, name, type)
    {
    }

    public static FatEntry Root(uint cluster) => new(null, default, FileEntryType.Directory) { FirstCluster = cluster };

    /// <param name="parent">The directory.</param>
    /// <param name="name">The name.</param>
    /// <param name="shortName">The short name where it is another, or null.</param>
    /// <param name="bytes">The directory entry.</param>
    /// <param name="offset">Where it stands on the volume.</param>
    /// <param name="is32">Whether the cluster has a high half.</param>
    /// <param name="isDeleted">Whether it was deleted.</param>
    public static FatEntry Read(
        FatEntry parent, string name, string? shortName, ReadOnlySpan<byte> bytes, long offset, bool is32, bool isDeleted = false)
    {
        bool isDirectory = (bytes[11] & DirectoryAttribute) != 0;
        return new FatEntry(parent, RawName.FromUtf16(name.AsSpan()), isDirectory ? FileEntryType.Directory : FileEntryType.File)
        {
            FirstCluster = ClusterOf(bytes, is32),
            Length = isDirectory ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(bytes.Slice(28)),
            Id = (ulong)offset,
            IsDeleted = isDeleted,
            Attributes = bytes[11],
            ShortName = shortName is null ? null : RawName.FromUtf16(shortName.AsSpan()),
            Created = FatTimes.Read(Word(bytes, 16), Word(bytes, 14), bytes[13]),
            Accessed = FatTimes.Read(Word(bytes, 18)),
            Modified = FatTimes.Read(Word(bytes, 24), Word(bytes, 22)),
        };
    }

    /// <summary>The first cluster that a directory entry states.</summary>
    public static uint ClusterOf(ReadOnlySpan<byte> bytes, bool is32) => Word(bytes, 26) | (is32 ? (uint)Word(bytes, 20) << 16 : 0);

    private static ushort Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.Slice(at));
}
