using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>The superblock of one device of a Btrfs.</summary>
/// <remarks>
/// <code>
///   0 checksum[32]   32 file system UUID[16]   48 its own place u64   64 "_BHRfS_M"   72 generation u64   80 root tree u64
///  88 chunk tree u64   96 log tree u64   112 bytes in all u64   120 bytes used u64   136 devices u64   144 sector u32   148 node u32
/// 160 length of the system chunks u32   164 generation of the chunk tree u64   180 compat_ro u64   188 incompat u64
/// 196 kind of checksum u16   198 levels of root, chunk and log tree u8 each   201 this device[98]   299 label[256]
/// 571 UUID in the metadata[16]   811 system chunks[2048]   2859 four older sets of roots, 168 each
/// </code>
/// </remarks>
internal sealed class BtrfsSuperblock
{
    public const int Size = 4096;

    /// <summary>Where the superblock and its copies are.</summary>
    public static readonly long[] Places = [64L << 10, 64L << 20, 256L << 30];

    private const int SystemChunksOffset = 811;
    private const int MaxSystemChunks = 2048;
    private const int BackupsOffset = 2859;
    private const int BackupSize = 168;
    private const int BackupCount = 4;
    private const int MaxLevel = 7;

    private readonly byte[] _bytes;

    private BtrfsSuperblock(byte[] bytes, BtrfsChecksum checksum)
    {
        _bytes = bytes;
        Checksum = checksum;
    }

    public BtrfsChecksum Checksum { get; }

    public ReadOnlySpan<byte> Uuid => _bytes.AsSpan(32, 16);

    /// <summary>The UUID that trees carry: another one where the file system's was changed afterwards.</summary>
    public ReadOnlySpan<byte> MetadataUuid => (Incompatible & BtrfsFeatures.MetadataUuid) != 0 ? _bytes.AsSpan(571, 16) : Uuid;

    public ulong Generation => U64(72);

    public BtrfsTreeRoot RootTree => new(U64(80), Generation, _bytes[198]);

    public BtrfsTreeRoot ChunkTree => new(U64(88), U64(164), _bytes[199]);

    /// <summary>The tree of logs; at 0 for none.</summary>
    public BtrfsTreeRoot LogTree => new(U64(96), Generation + 1, _bytes[200]);

    public ulong TotalBytes => U64(112);

    public ulong DeviceCount => U64(136);

    public int SectorSize => (int)U32(144);

    public int NodeSize => (int)U32(148);

    public ulong CompatibleForReading => U64(180);

    public ulong Incompatible => U64(188);

    public ulong DeviceId => U64(201);

    public ReadOnlySpan<byte> DeviceUuid => _bytes.AsSpan(201 + 66, 16);

    public string? Label
    {
        get
        {
            ReadOnlySpan<byte> label = _bytes.AsSpan(299, 256);
            int end = label.IndexOf((byte)0);
            return end == 0 ? null : new RawName(end < 0 ? label : label.Slice(0, end)).ToString();
        }
    }

    /// <summary>The chunks that the chunk tree itself lies in: keys, each followed by its chunk.</summary>
    public ReadOnlySpan<byte> SystemChunks => _bytes.AsSpan(SystemChunksOffset, (int)U32(160));

    /// <summary>Roots of earlier generations, the newest first: root tree and chunk tree.</summary>
    public IEnumerable<(BtrfsTreeRoot RootTree, BtrfsTreeRoot ChunkTree)> OlderRoots()
    {
        List<(BtrfsTreeRoot RootTree, BtrfsTreeRoot ChunkTree)> roots = [];
        for (int i = 0; i < BackupCount; i++)
        {
            int at = BackupsOffset + (i * BackupSize);
            BtrfsTreeRoot root = new(U64(at), U64(at + 8), _bytes[at + 152]);
            BtrfsTreeRoot chunk = new(U64(at + 16), U64(at + 24), _bytes[at + 153]);
            if (root.Address != 0 && chunk.Address != 0 && root.Generation < Generation)
            {
                roots.Add((root, chunk));
            }
        }

        roots.Sort(static (a, b) => b.RootTree.Generation.CompareTo(a.RootTree.Generation));
        return roots;
    }

    /// <summary>The superblock at a place, or null where none that is whole is there.</summary>
    /// <param name="device">The device.</param>
    /// <param name="place">One of <see cref="Places"/>.</param>
    /// <param name="fault">What is wrong with what is there; null where no signature is.</param>
    public static BtrfsSuperblock? Read(DiskBytes device, long place, out string? fault)
    {
        fault = null;
        if (device.Length < place + Size)
        {
            return null;
        }

        byte[] bytes = device.Read(place, Size);
        if (!bytes.AsSpan(64, 8).SequenceEqual("_BHRfS_M"u8))
        {
            return null;
        }

        if (BtrfsChecksum.Find(BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(196))) is not BtrfsChecksum checksum)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemFeatureUnknown,
                $"The Btrfs has checksums of the unknown kind {BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(196))}.",
                volumeOffset: place);
        }

        if (!checksum.Matches(bytes.AsSpan(BtrfsChecksum.MaxSize), bytes))
        {
            fault = "its checksum does not match";
            return null;
        }

        BtrfsSuperblock superblock = new(bytes, checksum);
        fault = superblock.FindFault(place);
        return fault is null ? superblock : null;
    }

    private string? FindFault(long place)
    {
        BtrfsFeatures.Check(Incompatible);
        if (U64(48) != (ulong)place)
        {
            return "it belongs to another place";
        }

        uint sector = U32(144);
        uint node = U32(148);
        if (sector is < 512 or > 65536 || (sector & (sector - 1)) != 0 || node < sector || node is < 4096 or > 65536 || (node & (node - 1)) != 0)
        {
            return "its sizes make no sense";
        }

        if (U32(160) > MaxSystemChunks || _bytes[198] > MaxLevel || _bytes[199] > MaxLevel || _bytes[200] > MaxLevel)
        {
            return "its trees make no sense";
        }

        return TotalBytes > long.MaxValue ? "its size makes no sense" : null;
    }

    private ulong U64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(offset));

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(offset));
}
