using System;
using System.Collections.Generic;
using System.IO;
using VmaTools.Disks;
using VmaTools.Disks.Volumes;
using VmaTools.Disks.Partitions;

namespace VmaTools;

/// <summary>
/// Something on a guest's disks that can hold a file system: a partition, a logical volume, an array, or a disk without a
/// partition table.
/// </summary>
/// <remarks>It, its streams and its file systems may be used from several threads; reads of one disk take turns.</remarks>
public sealed partial class DiskVolume
{
    internal DiskVolume(string id, DiskVolumeType type, DiskBytes bytes)
    {
        Id = id;
        Type = type;
        Bytes = bytes;
        Devices = [bytes];
        Size = bytes.Length;
        SectorSize = bytes.SectorSize;
    }

    /// <summary>What tells it apart: <c>drive-scsi0/p2</c>, <c>debian-vg/root</c>, <c>md0</c>, <c>drive-scsi0</c>.</summary>
    public string Id { get; }

    /// <summary>The last part of the id where no other volume has the same: <c>p2</c>, <c>root</c>; else null.</summary>
    public string? ShortId { get; internal set; }

    /// <summary>What it is made of.</summary>
    public DiskVolumeType Type { get; }

    /// <summary>Bytes; of one that was unlocked, of what is in it.</summary>
    public long Size { get; private set; }

    /// <summary>Bytes in a logical sector of the disk.</summary>
    public int SectorSize { get; private set; }

    /// <summary>
    /// What it holds, as <c>blkid</c> names it: <c>ext4</c>, <c>xfs</c>, <c>vfat</c>, <c>ntfs</c>, <c>swap</c>, <c>LVM2_member</c>,
    /// <c>crypto_LUKS</c> …; null where nothing was recognised.
    /// </summary>
    public string? FileSystemKind { get; internal set; }

    /// <summary>The label of what it holds, or null.</summary>
    public string? Label { get; internal set; }

    /// <summary>The identity of what it holds, as <c>blkid</c> writes it, or null.</summary>
    public string? Uuid { get; internal set; }

    /// <summary>The disk that it lies on, or the array whose partition it is; null where it is put together from several.</summary>
    public string? Disk { get; internal init; }

    /// <summary>The partition as its table states it; null for anything else.</summary>
    public Partition? Partition { get; internal init; }

    /// <summary>The GUID or MBR signature of the disk that the partition is on, or null.</summary>
    public string? DiskSignature { get; internal init; }

    /// <summary>How a Linux names it, where that does not depend on the order of disks: <c>/dev/mapper/debian--vg-root</c>; else null.</summary>
    public string? DevicePath { get; internal init; }

    /// <summary>The identity of the logical volume or array itself, or null.</summary>
    public string? VolumeUuid { get; internal set; }

    /// <summary>How it is encrypted, and whether it was opened; null where it is not, or where its metadata cannot be read.</summary>
    public VolumeLock? Lock { get; internal set; }

    /// <summary>True where its bytes are not those on the disk, but what they decrypt to.</summary>
    public bool IsDecrypted { get; internal set; }

    /// <summary>What it is put together from; empty for partitions and disks.</summary>
    public IReadOnlyList<VolumeMember> Members { get; internal set; } = [];

    /// <summary>The volume, array or volume group that it is a part of, and that is to be opened instead; else null.</summary>
    public string? MemberOf { get; internal set; }

    /// <summary>What is odd about it.</summary>
    public IReadOnlyList<VolumeWarning> Warnings => OwnWarnings;

    /// <summary>Why nothing of it can be read, as a sentence; null where it can be.</summary>
    public string? Problem => Refusal?.Sentence;

    /// <summary>False for what holds no files of its own: space for swapping, a part of something else, or nothing that is known.</summary>
    public bool MayHoldFiles => FileSystemKind is not (null or "swap") && MemberOf is null && !FileSystemKind.EndsWith("_member", StringComparison.Ordinal);

    /// <summary>Other names that people and tools may call it by.</summary>
    internal List<string> OtherNames { get; } = [];

    internal List<VolumeWarning> OwnWarnings { get; } = [];

    /// <summary>The error that reading the volume gives, or null.</summary>
    internal VmaFileSystemException? Refusal { get; init; }

    /// <summary>Its bytes, shared by all who read it. What is lost on the disks is lost here.</summary>
    internal DiskBytes Bytes { get; private set; }

    /// <summary>The error that opening what is locked gives, or null.</summary>
    internal VmaFileSystemException? LockRefusal { get; set; }

    /// <summary>The bytes of every device of a file system that spans several, this volume's first.</summary>
    internal IReadOnlyList<DiskBytes> Devices { get; set; }

    /// <summary>Opens the volume's bytes, readable at any offset. The set that it came from must stay open.</summary>
    /// <exception cref="VmaException">It cannot be read (<see cref="Problem"/>). What is lost throws when it is come to.</exception>
    public Stream OpenRead()
    {
        ThrowIfRefused();
        return new DiskBytesStream(Bytes);
    }

    /// <summary>The id and what it holds.</summary>
    public override string ToString() => $"DiskVolume: {Id} ({FileSystemKind ?? "unknown"})";

    /// <summary>Puts what is in it in the place of what is on the disk.</summary>
    internal void Unlock(DiskBytes content)
    {
        Bytes = content;
        Devices = [content];
        Size = content.Length;
        SectorSize = content.SectorSize;
        IsDecrypted = true;
    }

    internal void Warn(string code, string message) => OwnWarnings.Add(new VolumeWarning(code, message, Id));

    private void ThrowIfRefused()
    {
        if (Refusal is VmaFileSystemException refusal)
        {
            // An exception that is thrown twice would lose the trace of the first time.
            throw new VmaFileSystemException(refusal.Code, refusal.Sentence, volume: Id);
        }
    }
}
