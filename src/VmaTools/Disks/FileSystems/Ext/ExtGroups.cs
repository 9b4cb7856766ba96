using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>The descriptors of the groups of a volume: where the inodes of each stand, and how many of its blocks are free.</summary>
/// <remarks>
/// They follow the superblock, and each of its copies; with <c>meta_bg</c> those that fit one block stand in the first, the second
/// and the last of the groups that they describe.
/// </remarks>
internal sealed class ExtGroups
{
    private const int ChecksumAt = 0x1E;
    private const int MaxKept = 65536;
    private const int MaxCounted = 1 << 20;

    private readonly DiskBytes _metadata;
    private readonly ExtSuperblock _superblock;
    private readonly long _copyGroup;
    private readonly Dictionary<long, long> _tables = [];

    /// <param name="metadata">The volume.</param>
    /// <param name="superblock">The superblock in use.</param>
    /// <param name="copyGroup">The group whose copies are looked at first; 0 for the originals.</param>
    public ExtGroups(DiskBytes metadata, ExtSuperblock superblock, long copyGroup)
    {
        _metadata = metadata;
        _superblock = superblock;
        _copyGroup = copyGroup;
    }

    /// <summary>Hears what is wrong.</summary>
    public Action<FileSystemFinding> Report { get; set; } = static _ => { };

    /// <summary>The first block of the inodes of a group.</summary>
    public long InodeTable(long group)
    {
        lock (_tables)
        {
            if (!_tables.TryGetValue(group, out long table))
            {
                table = TableOf(Read(group));
                if (_tables.Count >= MaxKept)
                {
                    _tables.Clear();
                }

                _tables[group] = table;
            }

            return table;
        }
    }

    /// <summary>How many blocks are free by the groups' own counts; null where those cannot be read.</summary>
    public long? CountFreeBlocks()
    {
        if (_superblock.GroupCount > MaxCounted)
        {
            return null;
        }

        try
        {
            long free = 0;
            for (long group = 0; group < _superblock.GroupCount; group++)
            {
                byte[] descriptor = Read(group);
                free += BinaryPrimitives.ReadUInt16LittleEndian(descriptor.AsSpan(0x0C))
                    | (descriptor.Length >= 64 ? (long)BinaryPrimitives.ReadUInt16LittleEndian(descriptor.AsSpan(0x2C)) << 16 : 0);
            }

            return free * _superblock.ClusterRatio;
        }
        catch (VmaException)
        {
            return null;
        }
    }

    /// <summary>The blocks that the file system itself needs, as far as the descriptors tell.</summary>
    public ExtSystemZone ReadSystemZone()
    {
        ExtSystemZone zone = new();
        zone.Add(0, StartOf(0) + 1);
        long tableBlocks = ((_superblock.InodesPerGroup * (long)_superblock.InodeSize) + _superblock.BlockSize - 1) / _superblock.BlockSize;
        long descriptorBlocks = ((_superblock.GroupCount * _superblock.DescriptorSize) + _superblock.BlockSize - 1) / _superblock.BlockSize;
        long within = (_metadata.Length / (_superblock.BlocksPerGroup * (long)_superblock.BlockSize)) + 1;
        for (long group = 0; group < Math.Min(Math.Min(_superblock.GroupCount, within), MaxCounted); group++)
        {
            try
            {
                byte[] descriptor = Read(group);
                zone.Add(FieldOf(descriptor, 0), 1);
                zone.Add(FieldOf(descriptor, 4), 1);
                zone.Add(TableOf(descriptor), tableBlocks);
                if (_superblock.HasCopy(group))
                {
                    zone.Add(StartOf(group), _superblock.HasMetaGroups ? 1 : 1 + descriptorBlocks + _superblock.ReservedDescriptorBlocks);
                }
            }
            catch (VmaException)
            {
                // What the group needs is not known; its files are read as if it needed nothing.
            }
        }

        zone.Finish();
        return zone;
    }

    /// <summary>The descriptor of a group, or a copy of it.</summary>
    /// <exception cref="VmaFileSystemException">It is damaged, and so are its copies.</exception>
    public byte[] Read(long group)
    {
        byte[]? first = null;
        long firstAt = 0;
        foreach (long offset in Places(group))
        {
            byte[] descriptor;
            try
            {
                descriptor = _metadata.Read(offset, _superblock.DescriptorSize);
            }
            catch (VmaException)
            {
                continue;
            }

            if (IsRight(descriptor, group))
            {
                if (first is not null)
                {
                    Report(new FileSystemFinding(
                        VmaCodes.FileSystemBackupUsed, VmaSeverity.Warning, $"The descriptor of group {group} is damaged; a copy is used.", null, firstAt));
                }

                return descriptor;
            }

            first ??= descriptor;
            firstAt = firstAt == 0 ? offset : firstAt;
        }

        // Nothing but the checksum may be wrong; the kernel mounts such a volume read-only, too.
        if (first is not null && HasSoundTable(first))
        {
            Report(new FileSystemFinding(
                VmaCodes.FileSystemChecksumMismatch, VmaSeverity.Error, $"The checksum of the descriptor of group {group} does not match.", null, firstAt));
            return first;
        }

        throw new VmaFileSystemException(
            VmaCodes.FileSystemDamaged, $"The descriptor of group {group} is damaged, and there is no copy of it that is not.", volumeOffset: firstAt);
    }

    /// <summary>Where the descriptor of a group and its copies stand.</summary>
    private IEnumerable<long> Places(long group)
    {
        int size = _superblock.DescriptorSize;
        int perBlock = _superblock.BlockSize / size;
        long index = group / perBlock;
        long within = group % perBlock * size;
        if (_superblock.HasMetaGroups && index >= _superblock.FirstMetaGroup)
        {
            long first = index * perBlock;
            foreach (long holder in (long[])[first, first + 1, first + perBlock - 1])
            {
                if (holder < _superblock.GroupCount)
                {
                    yield return ((StartOf(holder) + (_superblock.HasCopy(holder) ? 1 : 0)) * _superblock.BlockSize) + within;
                }
            }

            yield break;
        }

        HashSet<long> seen = [];
        foreach (long holder in (long[])[_copyGroup, 0, .. _superblock.CopyGroups])
        {
            if (seen.Add(holder))
            {
                yield return ((StartOf(holder) + 1 + index) * _superblock.BlockSize) + within;
            }
        }
    }

    /// <summary>The block of a group's superblock: its first, but never the one that is left to the loader.</summary>
    private long StartOf(long group) => group == 0
        ? ExtSuperblock.Offset / _superblock.BlockSize
        : _superblock.FirstDataBlock + (group * _superblock.BlocksPerGroup);

    private bool IsRight(byte[] descriptor, long group)
    {
        if (!HasSoundTable(descriptor))
        {
            return false;
        }

        bool isShort = !_superblock.HasChecksums;
        if (isShort && (_superblock.ReadOnlyCompatible & ExtReadOnlyCompatible.GroupChecksums) == 0)
        {
            return true;
        }

        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(number, (uint)group);
        ReadOnlySpan<byte> before = descriptor.AsSpan(0, ChecksumAt);
        ReadOnlySpan<byte> after = descriptor.AsSpan(ChecksumAt + 2);
        uint actual = isShort
            ? Crc16.Update(Crc16.Update(Crc16.Update(Crc16.Update(0xFFFF, _superblock.Uuid), number), before), after)
            : Crc32C.Update(Crc32C.Update(Crc32C.Update(Crc32C.Update(_superblock.ChecksumSeed, number), before), [0, 0]), after) & 0xFFFF;
        return actual == BinaryPrimitives.ReadUInt16LittleEndian(descriptor.AsSpan(ChecksumAt));
    }

    private bool HasSoundTable(byte[] descriptor) => TableOf(descriptor) is > 0 and long table && table < _superblock.BlockCount;

    private static long TableOf(byte[] descriptor) => FieldOf(descriptor, 8);

    /// <summary>The number of a block, whose upper half stands in the second half of descriptors that have one.</summary>
    public static long FieldOf(byte[] descriptor, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(descriptor.AsSpan(offset))
        | (descriptor.Length >= 64 ? (long)BinaryPrimitives.ReadUInt32LittleEndian(descriptor.AsSpan(0x20 + offset)) << 32 : 0);
}
