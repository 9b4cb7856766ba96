using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>How the content of a fork is stored.</summary>
internal enum XfsForkFormat
{
    /// <summary>It is the number of a device.</summary>
    Device = 0,

    /// <summary>In the inode itself.</summary>
    Local = 1,

    /// <summary>In extents that the inode lists.</summary>
    Extents = 2,

    /// <summary>In extents that a tree lists, whose root is in the inode.</summary>
    Tree = 3,
}

/// <summary>An inode in use, its bytes checked.</summary>
internal sealed class XfsInode
{
    private const int CoreSize = 100;
    private const int CoreSizeV3 = 176;
    private const int ChecksumOffset = 100;
    private const ushort Magic = 0x494e;
    private const int RealtimeFlag = 1 << 0;
    private const ulong BigTimeFlag = 1 << 3;
    private const ulong ManyExtentsFlag = 1 << 4;

    private readonly byte[] _bytes;

    /// <param name="superblock">The superblock.</param>
    /// <param name="number">The inode's number.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="offset">Where they lie.</param>
    /// <exception cref="VmaFileSystemException">It is not in use, or damaged.</exception>
    public XfsInode(XfsSuperblock superblock, ulong number, byte[] bytes, long offset)
    {
        _bytes = bytes;
        Number = number;
        Offset = offset;
        if (BigEndian.U16(bytes, 0) != Magic)
        {
            throw XfsVolume.Damaged($"Inode {number} is none.", offset);
        }

        bool hasChecksum = superblock.Features.HasChecksums;
        if (hasChecksum && !XfsHeader.IsChecksumRight(bytes, ChecksumOffset))
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemChecksumMismatch, $"The checksum of inode {number} does not match.", volumeOffset: offset);
        }

        if (hasChecksum ? bytes[4] != 3 : bytes[4] is not (1 or 2))
        {
            throw XfsVolume.Damaged($"Inode {number} has version {bytes[4]}, which cannot be.", offset);
        }

        if (hasChecksum && (BigEndian.U64(bytes, 152) != number || !bytes.AsSpan(160, 16).SequenceEqual(superblock.MetaUuid)))
        {
            throw XfsVolume.Damaged($"What lies in the place of inode {number} belongs elsewhere.", offset);
        }

        LiteralOffset = hasChecksum ? CoreSizeV3 : CoreSize;
        Mode = BigEndian.U16(bytes, 2);
        Type = (Mode & 0xf000) switch
        {
            0x1000 => FileEntryType.Fifo,
            0x2000 => FileEntryType.CharacterDevice,
            0x4000 => FileEntryType.Directory,
            0x6000 => FileEntryType.BlockDevice,
            0x8000 => FileEntryType.File,
            0xa000 => FileEntryType.SymbolicLink,
            0xc000 => FileEntryType.Socket,
            _ when Mode == 0 => throw XfsVolume.Damaged($"Inode {number} is not in use.", offset),
            _ => throw XfsVolume.Damaged($"Inode {number} is of no type that exists.", offset),
        };
        Size = (long)BigEndian.U64(bytes, 56);
        CheckForks();
    }

    public ulong Number { get; }

    /// <summary>Where it lies on the volume.</summary>
    public long Offset { get; }

    public FileEntryType Type { get; }

    /// <summary>Type and permissions.</summary>
    public int Mode { get; }

    public uint UserId => BigEndian.U32(_bytes, 8);

    public uint GroupId => BigEndian.U32(_bytes, 12);

    public uint LinkCount => _bytes[4] == 1 ? BigEndian.U16(_bytes, 6) : BigEndian.U32(_bytes, 16);

    public uint Generation => BigEndian.U32(_bytes, 92);

    /// <summary>Bytes of the content.</summary>
    public long Size { get; }

    public FileTime Accessed => ReadTime(32);

    public FileTime Modified => ReadTime(40);

    public FileTime Changed => ReadTime(48);

    /// <summary>When it was created; null before version 5.</summary>
    public FileTime? Created => HasLaterFields ? ReadTime(144) : null;

    /// <summary>True where the content lies in the realtime section.</summary>
    public bool IsRealtime => (BigEndian.U16(_bytes, 90) & RealtimeFlag) != 0;

    /// <summary>How the content is stored.</summary>
    public XfsForkFormat DataFormat => (XfsForkFormat)_bytes[5];

    /// <summary>How the extended attributes are stored.</summary>
    public XfsForkFormat AttributeFormat => (XfsForkFormat)_bytes[83];

    public bool HasAttributes => AttributeOffset != 0;

    /// <summary>The part of the inode that the content, or its map, takes.</summary>
    public ReadOnlySpan<byte> DataFork =>
        HasAttributes ? _bytes.AsSpan(LiteralOffset, AttributeOffset) : _bytes.AsSpan(LiteralOffset);

    /// <summary>The part of the inode that the attributes, or their map, take.</summary>
    public ReadOnlySpan<byte> AttributeFork => HasAttributes ? _bytes.AsSpan(LiteralOffset + AttributeOffset) : default;

    /// <summary>Extents that the inode says its content has.</summary>
    public ulong DataExtentCount => HasManyExtents ? BigEndian.U64(_bytes, 24) : BigEndian.U32(_bytes, 76);

    /// <summary>Extents that the inode says its attributes have.</summary>
    public ulong AttributeExtentCount => HasManyExtents ? BigEndian.U32(_bytes, 76) : BigEndian.U16(_bytes, 80);

    private int LiteralOffset { get; }

    private int AttributeOffset => _bytes[82] * 8;

    private bool HasLaterFields => LiteralOffset == CoreSizeV3;

    private ulong LaterFlags => HasLaterFields ? BigEndian.U64(_bytes, 120) : 0;

    private bool HasManyExtents => (LaterFlags & ManyExtentsFlag) != 0;

    private FileTime ReadTime(int offset)
    {
        if ((LaterFlags & BigTimeFlag) != 0)
        {
            // Nanoseconds since the earliest moment that 32 bits of seconds could hold.
            ulong time = BigEndian.U64(_bytes, offset);
            return new FileTime((long)(time / 1_000_000_000) + int.MinValue, (int)(time % 1_000_000_000));
        }

        uint nanoseconds = BigEndian.U32(_bytes, offset + 4);
        return new FileTime(BigEndian.I32(_bytes, offset), nanoseconds < 1_000_000_000 ? (int)nanoseconds : 0);
    }

    private void CheckForks()
    {
        if (Size < 0)
        {
            throw XfsVolume.Damaged($"Inode {Number} has an impossible size.", Offset);
        }

        if (AttributeOffset >= _bytes.Length - LiteralOffset)
        {
            throw XfsVolume.Damaged($"The attributes of inode {Number} begin beyond its end.", Offset);
        }

        bool isFormatRight = Type switch
        {
            FileEntryType.File => DataFormat is XfsForkFormat.Extents or XfsForkFormat.Tree,
            FileEntryType.Directory or FileEntryType.SymbolicLink =>
                DataFormat is XfsForkFormat.Local or XfsForkFormat.Extents or XfsForkFormat.Tree,
            _ => DataFormat == XfsForkFormat.Device,
        };
        if (!isFormatRight || (HasAttributes && AttributeFormat is not (XfsForkFormat.Local or XfsForkFormat.Extents or XfsForkFormat.Tree)))
        {
            throw XfsVolume.Damaged($"Inode {Number} stores its content in a way that its type does not allow.", Offset);
        }

        if (DataFormat == XfsForkFormat.Local && Size > DataFork.Length)
        {
            throw XfsVolume.Damaged($"What inode {Number} holds in itself is longer than its room.", Offset);
        }

        if ((DataFormat == XfsForkFormat.Extents && DataExtentCount > (ulong)DataFork.Length / XfsExtent.Size)
            || (HasAttributes && AttributeFormat == XfsForkFormat.Extents
                && AttributeExtentCount > (ulong)AttributeFork.Length / XfsExtent.Size))
        {
            throw XfsVolume.Damaged($"Inode {Number} claims more extents than it has room for.", Offset);
        }
    }
}
