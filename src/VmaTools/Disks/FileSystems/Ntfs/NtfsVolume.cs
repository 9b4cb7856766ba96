using System;
using System.Globalization;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>A file system's bytes and its table of files.</summary>
internal sealed class NtfsVolume
{
    /// <param name="geometry">The boot sector in force.</param>
    /// <param name="bytes">The volume's bytes.</param>
    /// <param name="report">Takes what is found wrong.</param>
    /// <exception cref="VmaFileSystemException">The table of files cannot be found.</exception>
    public NtfsVolume(NtfsGeometry geometry, DiskBytes bytes, Action<FileSystemFinding> report)
    {
        Geometry = geometry;
        Bytes = bytes;
        Metadata = new CachedDiskBytes(bytes);
        Table = new NtfsTable(geometry, Metadata, report);
        UpCase = NtfsUpCase.Read(this);
    }

    public NtfsGeometry Geometry { get; }

    /// <summary>For the content of files.</summary>
    public DiskBytes Bytes { get; }

    /// <summary>For structures.</summary>
    public DiskBytes Metadata { get; }

    public NtfsTable Table { get; }

    /// <summary>How the volume folds names.</summary>
    public NtfsUpCase UpCase { get; }

    /// <summary>An error about something that breaks the format's rules.</summary>
    public static VmaFileSystemException Damaged(string message, long? offset = null) =>
        new(VmaCodes.FileSystemDamaged, message, volumeOffset: offset);

    /// <summary>The file of a record, whatever its sequence.</summary>
    /// <exception cref="VmaFileSystemException">The record is not in use, no file's first, or damaged.</exception>
    public NtfsFile ReadFile(ulong number)
    {
        NtfsRecord record = Table.Read(number);
        if (!record.IsInUse)
        {
            throw record.Damaged("It is not in use.");
        }

        return record.Base.Value == 0 ? new NtfsFile(this, record) : throw record.Damaged("It is a further part of another one.");
    }

    /// <summary>The file that something refers to.</summary>
    /// <exception cref="VmaFileSystemException">The record is damaged, or has become another file's since.</exception>
    public NtfsFile ReadFile(NtfsReference reference)
    {
        NtfsRecord record = Table.Read(reference.Number);
        if (!record.IsInUse || (reference.Sequence != 0 && record.Sequence != reference.Sequence))
        {
            string state = record.IsInUse ? "belongs to another file" : "is not in use";
            throw record.Damaged(string.Format(
                CultureInfo.InvariantCulture, "It {0}: its sequence is {1}, not {2}.", state, record.Sequence, reference.Sequence));
        }

        return record.Base.Value == 0 ? new NtfsFile(this, record) : throw record.Damaged("It is a further part of another one.");
    }

    /// <summary>The file of a record that was given up, or that no directory has.</summary>
    /// <exception cref="VmaFileSystemException">The record is damaged, or has become another file's since.</exception>
    public NtfsFile ReadDeletedFile(NtfsReference reference)
    {
        NtfsRecord record = Table.Read(reference.Number);
        return record.Sequence == reference.Sequence && record.Base.Value == 0
            ? new NtfsFile(this, record, isDeleted: !record.IsInUse)
            : throw record.Damaged("It has become another file's.");
    }
}
