using System;
using System.Buffers.Binary;

namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>An inode: 128 bytes that all have, and more behind them.</summary>
internal sealed class ExtInode : IInode
{
    public const int BlockFieldAt = 40;
    public const int BlockFieldSize = 60;

    private const int OldSize = 128;

    // All that fields may be read of.
    private const int FieldsEnd = 160;

    // Without zeros at the end, where they are kept so.
    private readonly byte[] _bytes;
    private readonly int _size;

    public ExtInode(uint number, byte[] bytes, long volumeOffset, bool hasLargeDirectories)
    {
        Number = number;
        _bytes = bytes;
        _size = bytes.Length;
        VolumeOffset = volumeOffset;
        Length = U32(4) | (IsRegular || (IsDirectory && hasLargeDirectories) || Type == 0xA000 ? (long)U32(108) << 32 : 0);
    }

    private ExtInode(ExtInode whole, byte[] bytes)
    {
        Number = whole.Number;
        VolumeOffset = whole.VolumeOffset;
        Length = whole.Length;
        _bytes = bytes;
        _size = whole._size;
    }

    public uint Number { get; }

    /// <summary>Where it stands on the volume.</summary>
    public long VolumeOffset { get; }

    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            if (_bytes.Length == _size)
            {
                return _bytes;
            }

            byte[] all = new byte[_size];
            _bytes.CopyTo(all, 0);
            return all;
        }
    }

    /// <summary>The type in the upper four bits of the mode.</summary>
    public int Type => U16(0) & 0xF000;

    public int Permissions => U16(0) & 0xFFF;

    public bool IsRegular => Type == 0x8000;

    public bool IsDirectory => Type == 0x4000;

    public long Length { get; }

    public uint UserId => U16(2) | (uint)U16(120) << 16;

    public uint GroupId => U16(24) | (uint)U16(122) << 16;

    public int LinkCount => U16(26);

    public uint Flags => U32(32);

    public uint Generation => U32(100);

    public long AttributeBlock => U32(104) | ((long)U16(118) << 32);

    public ReadOnlySpan<byte> BlockField => _bytes.AsSpan(BlockFieldAt, BlockFieldSize);

    /// <summary>Bytes behind the old part that are in use.</summary>
    public int ExtraSize => _size > OldSize ? Math.Min((int)U16(OldSize), _size - OldSize) : 0;

    public FileTime Modified => Time(16, 136);

    public FileTime Accessed => Time(8, 140);

    public FileTime Changed => Time(12, 132);

    public FileTime? Created => ExtraSize >= 152 - OldSize ? Time(144, 148) : null;

    public bool HasFlag(uint flag) => (Flags & flag) != 0;

    public FileEntryType? EntryType => Type switch
    {
        0x8000 => FileEntryType.File,
        0x4000 => FileEntryType.Directory,
        0xA000 => FileEntryType.SymbolicLink,
        0x2000 => FileEntryType.CharacterDevice,
        0x6000 => FileEntryType.BlockDevice,
        0x1000 => FileEntryType.Fifo,
        0xC000 => FileEntryType.Socket,
        _ => null,
    };

    /// <summary>Major and minor number of a device: 16 bits in the first word, or 32 in the second.</summary>
    public (uint Major, uint Minor) Device
    {
        get
        {
            uint old = U32(BlockFieldAt);
            if (old != 0)
            {
                return ((old >> 8) & 0xff, old & 0xff);
            }

            uint device = U32(BlockFieldAt + 4);
            return ((device >> 8) & 0xfff, (device & 0xff) | ((device >> 12) & 0xfff00));
        }
    }

    /// <summary>The same inode in less memory, to be kept: most end in zeros where extended attributes might stand.</summary>
    public ExtInode ToKeep()
    {
        int length = _bytes.Length;
        while (length > FieldsEnd && _bytes[length - 1] == 0)
        {
            length--;
        }

        return length == _bytes.Length ? this : new ExtInode(this, _bytes.AsSpan(0, length).ToArray());
    }

    private FileTime Time(int offset, int extraOffset)
    {
        long seconds = (int)U32(offset);
        if (ExtraSize < extraOffset + 4 - OldSize)
        {
            return new FileTime(seconds, 0);
        }

        // Two bits carry the seconds beyond 2038, the other thirty are nanoseconds.
        uint extra = U32(extraOffset);
        return new FileTime(seconds + ((long)(extra & 3) << 32), (int)((extra >> 2) % 1_000_000_000));
    }

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(offset));

    private ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(offset));
}
