using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Bytes;
using VmaTools.GuestFiles;

namespace VmaTools;

/// <summary>
/// A volume of the guest in an archive: a partition, a logical volume, an array, or a disk without partitions. Facts only; what
/// it holds is opened anew when it is wanted.
/// </summary>
public sealed class VmaVolume
{
    /// <summary>What <see cref="Kind"/> is of a subvolume.</summary>
    public const string SubvolumeKind = "Subvolume";

    internal VmaVolume(VmaArchive archive, GuestVolume volume, IReadOnlyList<VmaDevice> devices, bool isOnDevice)
    {
        Archive = archive;
        Devices = devices;
        DeviceId = isOnDevice ? devices[0].DeviceId : null;
        DiskVolume disk = volume.Volume;
        Encryption = disk.Lock is VolumeLock known ? $"{known.Kind}, {known.Cipher}" : null;
        IsDecrypted = disk.IsDecrypted;
        IsLocked = disk.LockRefusal is not null;
        OpenedBy = disk.Lock?.OpenedBy?.ToString();
        KeyProtectors = ReadableList<string>.Of(disk.Lock?.Protectors.Select(static p => p.ToString()) ?? []);
        RecoveryKeyId = ReadableList<string>.Of(disk.Lock?.RecoveryKeyIds ?? []);

        // Opened first: what only a copy of the superblock tells of is known from then on.
        FileSystem? files = volume.TryGetFiles(out VmaException? failure);
        Id = volume.Id;
        Kind = volume.Subvolume is null ? disk.Type.ToString() : SubvolumeKind;
        Subvolume = volume.Subvolume;
        Size = disk.Size;
        SectorSize = disk.SectorSize;
        FileSystem = disk.FileSystemKind;
        Label = disk.Label;
        Uuid = disk.Uuid;
        PartitionUuid = disk.Partition?.PartitionUuid;
        PartitionName = disk.Partition?.Name;
        PartitionType = disk.Partition?.Type;
        Index = disk.Partition?.Index;
        Offset = disk.Partition?.Offset;
        MountPoint = volume.MountPoint;
        GuestDriveLetter = volume.Letter is char letter ? letter + ":" : null;
        Device = disk.Disk;
        Members = ReadableList<string>.Of(disk.Members.Select(static m => m.Name));
        MemberOf = disk.MemberOf;
        List<string> warnings = [.. disk.Warnings.Select(static w => w.Message)];
        if (files is not null)
        {
            CanRead = true;
            FreeBytes = files.FreeBytes;
            UsedBytes = files.FreeBytes is long free ? Math.Max(0, files.Size - free) : null;
            State = files.State.ToString();
            StateText = files.StateText;
            Features = ReadableList<string>.Of(files.Features);
            if (files.State is FileSystemState.Dirty or FileSystemState.Unknown)
            {
                warnings.Add(files.StateText ?? "The log of the file system is not empty: the newest files may be missing.");
            }

            foreach (FileSystemFinding finding in files.Findings)
            {
                warnings.Add(finding.Message);
            }
        }
        else
        {
            Features = ReadableList<string>.None;
            if (!volume.IsNoFileSystem)
            {
                IEnumerable<string> reasons = failure!.Code == VmaCodes.VolumeMemberMissing ? ExcludedDisks.Explain(archive) : [];
                Refusal = string.Join(" ", reasons.Prepend(failure.Message));
                RefusalCode = failure.Code;
            }
        }

        Warnings = ReadableList<string>.Of(warnings);
    }

    /// <summary>Full path of the archive, or null where it came from a stream.</summary>
    public string? ArchivePath => Archive.ArchivePath;

    /// <summary>Its name in the backup, which no other volume has: <c>drive-scsi0/p2</c>, <c>debian-vg/root</c>, <c>md0</c>.</summary>
    public string Id { get; }

    /// <summary>What it is: <c>WholeDisk</c>, <c>Partition</c>, <c>LogicalVolume</c>, <c>Array</c> or <c>Subvolume</c>.</summary>
    public string Kind { get; }

    /// <summary>Of a subvolume (Btrfs) its path from the top of its volume; null for anything else.</summary>
    public string? Subvolume { get; }

    /// <summary>Bytes.</summary>
    public long Size { get; }

    /// <summary>Bytes in a logical sector.</summary>
    public int SectorSize { get; }

    /// <summary>What it holds, as <c>blkid</c> names it; null where nothing was recognised.</summary>
    public string? FileSystem { get; }

    /// <summary>The label of the file system, or null.</summary>
    public string? Label { get; }

    /// <summary>The identity of the file system as <c>blkid</c> writes it, or null.</summary>
    public string? Uuid { get; }

    /// <summary>The identity of the partition, or null.</summary>
    public string? PartitionUuid { get; }

    /// <summary>The name of the partition in the GPT, or null.</summary>
    public string? PartitionName { get; }

    /// <summary>Where the guest mounts it, by its own fstab; null where that is not known.</summary>
    public string? MountPoint { get; }

    /// <summary>The letter that a Windows guest gives it, such as <c>C:</c>; null where that is not known.</summary>
    public string? GuestDriveLetter { get; }

    /// <summary>What the partition is for by its table, or null.</summary>
    public string? PartitionType { get; }

    /// <summary>The number of the partition, or null.</summary>
    public int? Index { get; }

    /// <summary>First byte of the partition on its disk, or null.</summary>
    public long? Offset { get; }

    /// <summary>Number of the device in the archive where it is one, or a partition of one; null where it is put together.</summary>
    public int? DeviceId { get; }

    /// <summary>The device of the archive that it lies on; null where it is put together from several.</summary>
    public string? Device { get; }

    /// <summary>What it is put together from; empty for partitions and disks.</summary>
    public IReadOnlyList<string> Members { get; }

    /// <summary>The volume group or array that it is a part of; null else.</summary>
    public string? MemberOf { get; }

    /// <summary>How it is encrypted, such as <c>LUKS2, aes-xts-plain64, 512 bits</c>; null where it is not, or where that cannot be told.</summary>
    public string? Encryption { get; }

    /// <summary>True where it is encrypted, and nothing that was given opened it.</summary>
    public bool IsLocked { get; }

    /// <summary>True where its bytes are not those on the disk, but what they decrypt to.</summary>
    public bool IsDecrypted { get; }

    /// <summary>What opens it where it is encrypted, with the ids by which keys are told apart; no secrets.</summary>
    public IReadOnlyList<string> KeyProtectors { get; }

    /// <summary>The ids of the recovery keys that open it: of BitLocker those that stand beside the printed digits.</summary>
    public IReadOnlyList<string> RecoveryKeyId { get; }

    /// <summary>Which of <see cref="KeyProtectors"/> opened it; null where it is locked or not encrypted.</summary>
    public string? OpenedBy { get; }

    /// <summary>True where its files can be read.</summary>
    public bool CanRead { get; }

    /// <summary>Bytes in use by the file system's own count, or null.</summary>
    public long? UsedBytes { get; }

    /// <summary>Bytes free by the file system's own count, or null.</summary>
    public long? FreeBytes { get; }

    /// <summary>Whether all that had been written is shown: <c>Clean</c>, <c>Covered</c>, <c>Replayed</c>, <c>Dirty</c>, <c>Unknown</c>; null where there is no file system.</summary>
    public string? State { get; }

    /// <summary>A sentence about <see cref="State"/>, or null.</summary>
    public string? StateText { get; }

    /// <summary>The features of the file system in use.</summary>
    public IReadOnlyList<string> Features { get; }

    /// <summary>Why its files cannot be read; null where they can, or where there are none.</summary>
    public string? Refusal { get; }

    /// <summary>The code of <see cref="Refusal"/>, or null.</summary>
    public string? RefusalCode { get; }

    /// <summary>Sentences about what is odd.</summary>
    public IReadOnlyList<string> Warnings { get; }

    private IReadOnlyList<VmaDevice> Devices { get; }

    internal VmaArchive Archive { get; }

    /// <summary>The archive that it is in.</summary>
    public VmaArchive GetArchive() => Archive;

    /// <summary>The devices that it lies on, whatever it is put together from.</summary>
    public IReadOnlyList<VmaDevice> GetDevices() => Devices;

    /// <summary>Opens the volume's content for reading at any offset.</summary>
    /// <param name="options">Secrets, where it lies in what is encrypted: this remembers none. Null for the defaults.</param>
    /// <exception cref="VmaException">The archive cannot be read at any offset, or has changed; the volume is locked.</exception>
    /// <exception cref="IOException">The archive cannot be read.</exception>
    public Stream OpenRead(FileSystemOptions? options = null) => VmaGuest.OpenVolume(Archive, Id, options, IsDecrypted);

    /// <summary>Opens what no file and no structure of the file system has, joined to one stream that can be read at any offset.</summary>
    /// <param name="options">Secrets, where it lies in what is encrypted: this remembers none. Null for the defaults.</param>
    /// <exception cref="VmaException">
    /// The archive cannot be read at any offset, or has changed; what is free is not told of this kind of file system.
    /// </exception>
    /// <exception cref="IOException">The archive cannot be read.</exception>
    public Stream OpenUnallocated(FileSystemOptions? options = null) => VmaGuest.OpenUnallocated(Archive, Id, options, IsDecrypted);

    /// <summary>The kind and the id.</summary>
    public override string ToString() => $"VmaVolume: {Printable.Short(Id)}";
}
