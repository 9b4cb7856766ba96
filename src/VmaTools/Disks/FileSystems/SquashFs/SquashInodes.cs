using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.SquashFs;

/// <summary>Makes entries of inodes.</summary>
/// <remarks>
/// <code>
/// all:        0 type u16 (1 to 7; 8 to 14 for the long forms)   2 mode u16   4 uid, 6 gid: places in a table u16   8 mtime u32   12 number u32
/// directory: 16 block u32   20 links u32   24 length + 3 u16   26 place in the block u16   28 parent u32
///      long: 16 links u32   20 length + 3 u32   24 block u32   28 parent u32   32 places of its index u16   34 place in the block u16   36 attributes u32   40 index
/// file:      16 start u32   20 fragment u32   24 place in it u32   28 length u32   32 blocks u32[]
///      long: 16 start u64   24 length u64   32 zeros u64   40 links u32   44 fragment u32   48 place in it u32   52 attributes u32   56 blocks u32[]
/// link:      16 links u32   20 length u32   24 target; long: attributes u32 behind it
/// device:    16 links u32   20 number u32; long: 24 attributes u32
/// others:    16 links u32; long: 20 attributes u32
/// </code>
/// </remarks>
internal sealed class SquashInodes
{
    private const int CommonSize = 16;
    private const int LongForms = 7;

    // Bytes that a directory's length counts for "." and "..", which are not stored.
    private const int DotsLength = 3;

    // A link's target is a path, and Linux takes none that is longer.
    private const uint MaxTarget = 65_536;

    private static readonly FileEntryType[] Types =
    [
        FileEntryType.Directory, FileEntryType.File, FileEntryType.SymbolicLink, FileEntryType.BlockDevice, FileEntryType.CharacterDevice,
        FileEntryType.Fifo, FileEntryType.Socket,
    ];

    private readonly SquashSuperblock _superblock;
    private readonly SquashMetadata _metadata;

    public SquashInodes(SquashSuperblock superblock, SquashMetadata metadata)
    {
        _superblock = superblock;
        _metadata = metadata;
    }

    /// <summary>The entry of an inode.</summary>
    /// <param name="parent">The directory that it was found in; null for the root.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="reference">Where the inode is.</param>
    /// <exception cref="VmaException">It is damaged.</exception>
    public SquashEntry Read(SquashEntry? parent, RawName name, ulong reference)
    {
        SquashPlace place = SquashPlace.Of(_superblock.InodeTable, reference);
        Span<byte> inode = stackalloc byte[CommonSize];
        _metadata.Read(ref place, inode);
        int form = LittleEndian.U16(inode, 0);
        if (form is 0 or > 2 * LongForms)
        {
            throw SquashErrors.Damaged($"An inode is of no type that there is ({form}).", place.Block);
        }

        FileEntryType type = Types[(form - 1) % LongForms];
        Form facts = default;
        facts.Fragment = facts.AttributeSet = SquashEntry.None;
        ReadForm(type, form > LongForms, ref place, ref facts);
        bool isDevice = type is FileEntryType.CharacterDevice or FileEntryType.BlockDevice;
        return new SquashEntry(parent, name, type)
        {
            Id = LittleEndian.U32(inode, 12),
            Mode = LittleEndian.U16(inode, 2) & 0xFFF,
            UserId = ReadId(LittleEndian.U16(inode, 4)),
            GroupId = ReadId(LittleEndian.U16(inode, 6)),
            Modified = new FileTime(LittleEndian.U32(inode, 8), 0),
            LinkCount = facts.Links,
            Length = facts.Length,
            DeviceMajor = isDevice ? (facts.Device >> 8) & 0xFFF : null,
            DeviceMinor = isDevice ? (facts.Device & 0xFF) | ((facts.Device >> 12) & 0xFFF00) : null,
            Place = (long)reference,
            Start = facts.Start,
            Fragment = facts.Fragment,
            FragmentOffset = facts.FragmentOffset,
            Details = facts.Details,
            DirectoryLength = facts.DirectoryLength,
            IndexCount = facts.IndexCount,
            Index = place,
            AttributeSet = facts.AttributeSet,
        };
    }

    private void ReadForm(FileEntryType type, bool isLong, ref SquashPlace place, ref Form facts)
    {
        Span<byte> rest = stackalloc byte[40];
        rest = rest.Slice(0, SizeOf(type, isLong));
        _metadata.Read(ref place, rest);
        facts.Details = place;
        facts.Links = type == FileEntryType.File && !isLong ? 1 : LittleEndian.U32(rest, 0);
        switch (type)
        {
            case FileEntryType.Directory when isLong:
                facts.DirectoryLength = Math.Max(0, (long)LittleEndian.U32(rest, 4) - DotsLength);
                facts.Details = new SquashPlace(_superblock.DirectoryTable + LittleEndian.U32(rest, 8), LittleEndian.U16(rest, 18));
                facts.IndexCount = LittleEndian.U16(rest, 16);
                facts.AttributeSet = LittleEndian.U32(rest, 20);
                break;
            case FileEntryType.Directory:
                facts.Links = LittleEndian.U32(rest, 4);
                facts.DirectoryLength = Math.Max(0, LittleEndian.U16(rest, 8) - DotsLength);
                facts.Details = new SquashPlace(_superblock.DirectoryTable + LittleEndian.U32(rest, 0), LittleEndian.U16(rest, 10));
                break;
            case FileEntryType.File when isLong:
                facts.Start = LittleEndian.I64(rest, 0);
                facts.Length = LittleEndian.I64(rest, 8);
                facts.Links = LittleEndian.U32(rest, 24);
                facts.Fragment = LittleEndian.U32(rest, 28);
                facts.FragmentOffset = LittleEndian.U32(rest, 32);
                facts.AttributeSet = LittleEndian.U32(rest, 36);
                break;
            case FileEntryType.File:
                facts.Start = LittleEndian.U32(rest, 0);
                facts.Fragment = LittleEndian.U32(rest, 4);
                facts.FragmentOffset = LittleEndian.U32(rest, 8);
                facts.Length = LittleEndian.U32(rest, 12);
                break;
            case FileEntryType.SymbolicLink:
                facts.Length = LittleEndian.U32(rest, 4);
                facts.AttributeSet = isLong ? ReadBehindTarget(facts.Length, place) : SquashEntry.None;
                break;
            case FileEntryType.CharacterDevice or FileEntryType.BlockDevice:
                facts.Device = LittleEndian.U32(rest, 4);
                facts.AttributeSet = isLong ? LittleEndian.U32(rest, 8) : SquashEntry.None;
                break;
            default:
                facts.AttributeSet = isLong ? LittleEndian.U32(rest, 4) : SquashEntry.None;
                break;
        }

        if (facts.Length < 0 || facts.Start < 0 || (type == FileEntryType.SymbolicLink && facts.Length > MaxTarget))
        {
            throw SquashErrors.Damaged("An inode has a length that makes no sense.", place.Block);
        }
    }

    private uint ReadBehindTarget(long length, SquashPlace place)
    {
        Span<byte> set = stackalloc byte[4];
        if (length <= MaxTarget)
        {
            _metadata.Read(ref place, new byte[(int)length]);
            _metadata.Read(ref place, set);
        }

        return LittleEndian.U32(set, 0);
    }

    private long ReadId(int number)
    {
        if (number >= _superblock.Ids)
        {
            throw SquashErrors.Damaged($"An inode has the owner {number} of {_superblock.Ids}.", _superblock.IdTable);
        }

        Span<byte> id = stackalloc byte[4];
        _metadata.ReadTable(_superblock.IdTable, (long)number * id.Length, id);
        return LittleEndian.U32(id, 0);
    }

    private static int SizeOf(FileEntryType type, bool isLong) => type switch
    {
        FileEntryType.Directory => isLong ? 24 : 16,
        FileEntryType.File => isLong ? 40 : 16,
        FileEntryType.SymbolicLink => 8,
        FileEntryType.CharacterDevice or FileEntryType.BlockDevice => isLong ? 12 : 8,
        _ => isLong ? 8 : 4,
    };

    /// <summary>What the forms of inodes have, each at its place.</summary>
    private struct Form
    {
        public uint Links;
        public long Length;
        public long Start;
        public uint Fragment;
        public uint FragmentOffset;
        public uint AttributeSet;
        public uint Device;
        public SquashPlace Details;
        public long DirectoryLength;
        public int IndexCount;
    }
}
