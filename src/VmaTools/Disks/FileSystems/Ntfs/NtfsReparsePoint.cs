using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>What a file is made by its reparse point.</summary>
internal sealed class NtfsReparsePoint
{
    public const uint Wof = 0x80000017;

    private const uint MountPoint = 0xa0000003;
    private const uint SymbolicLink = 0xa000000c;
    private const uint UnixSymbolicLink = 0xa000001d;
    private const uint UnixSocket = 0x80000023;
    private const uint UnixFifo = 0x80000024;
    private const uint UnixCharacterDevice = 0x80000025;
    private const uint UnixBlockDevice = 0x80000026;
    private const uint AzureFileSync = 0x8000001e;
    private const int HeadLength = 8;
    private const int MaxLength = 64 * 1024;

    private readonly NtfsRecord _record;

    private NtfsReparsePoint(NtfsRecord record, uint tag, byte[] data)
    {
        _record = record;
        Tag = tag;
        Data = data;
    }

    public uint Tag { get; }

    /// <summary>What lies behind tag and length.</summary>
    public byte[] Data { get; }

    /// <summary>The type that the tag makes of the file; null where it stays what it is.</summary>
    public FileEntryType? Type => Tag switch
    {
        MountPoint or SymbolicLink or UnixSymbolicLink => FileEntryType.SymbolicLink,
        UnixSocket => FileEntryType.Socket,
        UnixFifo => FileEntryType.Fifo,
        UnixCharacterDevice => FileEntryType.CharacterDevice,
        UnixBlockDevice => FileEntryType.BlockDevice,
        _ => null,
    };

    // Reparse point: 0 tag u32   4 length of the data u16   8 data

    /// <summary>The reparse point of a file; null where it has none.</summary>
    /// <exception cref="VmaFileSystemException">It is damaged.</exception>
    public static NtfsReparsePoint? Read(NtfsVolume volume, NtfsFile file)
    {
        if (file.Open(NtfsAttributeType.ReparsePoint) is not NtfsValue value)
        {
            return null;
        }

        byte[] bytes = value.ReadAll(volume.Metadata, MaxLength);
        int length = bytes.Length < HeadLength ? 0 : LittleEndian.U16(bytes, 4);
        return bytes.Length >= HeadLength + length && bytes.Length >= HeadLength
            ? new NtfsReparsePoint(file.Record, LittleEndian.U32(bytes, 0), bytes.AsSpan(HeadLength, length).ToArray())
            : throw value.Record.Damaged("Its reparse point is damaged.");
    }

    /// <summary>True for the mark of a program that may have the content elsewhere, or here.</summary>
    public bool IsOfCloud => (Tag & 0xffff0fff) == 0x9000001a || Tag == AzureFileSync;

    // Link: 0 substitute name's offset u16   2 its length u16   4 print name's offset u16   6 its length u16
    //   symbolic link: 8 flags u32 (1 relative)   12 names      mount point: 8 names
    // Link of a Linux subsystem: 0 version u32, 2   4 the target in UTF-8

    /// <summary>The target of a link: with <c>/</c>, absolute ones without what Windows puts before them.</summary>
    /// <exception cref="VmaFileSystemException">It is damaged.</exception>
    public RawName ReadTarget()
    {
        if (Tag == UnixSymbolicLink)
        {
            return Data.Length > 4 && LittleEndian.U32(Data, 0) == 2
                ? new RawName(Data.AsSpan(4))
                : throw _record.Damaged("The target of its link is damaged.");
        }

        int names = Tag == SymbolicLink ? 12 : 8;
        if (Data.Length < names)
        {
            throw _record.Damaged("The target of its link is damaged.");
        }

        int offset = LittleEndian.U16(Data, 0);
        int length = LittleEndian.U16(Data, 2);
        if (names + offset + length > Data.Length || length == 0)
        {
            throw _record.Damaged("The target of its link is damaged.");
        }

        string target = NtfsText.Units(Data.AsSpan(names + offset, length));
        bool isRelative = Tag == SymbolicLink && (Data[8] & 1) != 0;
        if (!isRelative && target.StartsWith(@"\??\", StringComparison.Ordinal))
        {
            target = target.Substring(4);
        }

        return RawName.FromUtf16(target.Replace('\\', '/').AsSpan());
    }

    /// <summary>What keeps the content from being in the file, by name; null where nothing is known to.</summary>
    public string? ContentElsewhere => Tag switch
    {
        0x80000013 => "is deduplicated: its parts lie in the volume's chunk store",
        0x80000007 => "lies in a single instance store",
        0x80000008 => "lies in a WIM image",
        0xc0000004 or 0x80000006 => "was moved to other storage (HSM)",
        AzureFileSync => "may lie in the cloud (Azure File Sync)",
        0x9000001c => "is made by a program as it is read (ProjFS)",
        _ when IsOfCloud => "may lie in the cloud (a placeholder of a sync program such as OneDrive)",
        _ => null,
    };
}
