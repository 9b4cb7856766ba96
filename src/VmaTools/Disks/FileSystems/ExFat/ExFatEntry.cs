using System;
using System.Buffers.Binary;
using VmaTools.Disks.FileSystems.Fat;

namespace VmaTools.Disks.FileSystems.ExFat;

/// <summary>A file or directory of exFAT.</summary>
internal sealed class ExFatEntry : ClusterEntry
{
    private ExFatEntry(ExFatEntry? parent, RawName name, FileEntryType type)
        : base(parent, name, type)
    {
    }

    /// <summary>True where its clusters lie one behind the other, and the table says nothing of them.</summary>
    public bool IsStraight { get; private init; }

    /// <summary>Bytes of its clusters that count; for the root, whose size is stored nowhere, as many as there may be.</summary>
    public long DataLength { get; private init; }

    /// <summary>Bytes that were ever written.</summary>
    public long ValidLength { get; private init; }

    public static ExFatEntry Root(uint cluster, long most) => new(null, default, FileEntryType.Directory) { FirstCluster = cluster, DataLength = most };

    /// <param name="parent">The directory.</param>
    /// <param name="set">Its entries in the directory.</param>
    public static ExFatEntry Read(ExFatEntry parent, ExFatEntrySet set)
    {
        ReadOnlySpan<byte> file = set.File;
        ReadOnlySpan<byte> stream = set.Stream;
        ushort attributes = BinaryPrimitives.ReadUInt16LittleEndian(file.Slice(4));
        bool isDirectory = (attributes & 0x10) != 0;
        return new ExFatEntry(parent, set.Name, isDirectory ? FileEntryType.Directory : FileEntryType.File)
        {
            Id = (ulong)set.Offset,
            FirstCluster = BinaryPrimitives.ReadUInt32LittleEndian(stream.Slice(20)),
            IsStraight = (stream[1] & 2) != 0,
            DataLength = set.DataLength,
            ValidLength = (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(stream.Slice(8)), (ulong)set.DataLength),
            Length = isDirectory ? 0 : set.DataLength,
            Attributes = attributes,
            Created = Time(file, 8, file[20], file[22]),
            Modified = Time(file, 12, file[21], file[23]),
            Accessed = Time(file, 16, 0, file[24]),
        };
    }

    /// <summary>A time as FAT has it, with the offset of its zone in quarters of an hour; without one it counts as UTC.</summary>
    private static FileTime? Time(ReadOnlySpan<byte> file, int at, byte hundredths, byte zone)
    {
        FileTime? local = FatTimes.Read(
            BinaryPrimitives.ReadUInt16LittleEndian(file.Slice(at + 2)), BinaryPrimitives.ReadUInt16LittleEndian(file.Slice(at)), hundredths);
        bool hasZone = (zone & 0x80) != 0;
        int quarters = hasZone ? (sbyte)(zone << 1) >> 1 : 0;
        return local is FileTime time ? new FileTime(time.Seconds - (quarters * 900), time.Nanoseconds) : null;
    }
}
