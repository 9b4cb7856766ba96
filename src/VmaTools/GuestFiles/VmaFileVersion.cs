using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;

namespace VmaTools;

/// <summary>A file of a guest as one of its backups has it, or that the backup does not have it.</summary>
public sealed class VmaFileVersion
{
    /// <summary>The file is there, and was not in the backup before.</summary>
    public const string New = "New";

    /// <summary>It is as it was in the backup before.</summary>
    public const string Same = "Same";

    /// <summary>It is another than in the backup before.</summary>
    public const string Changed = "Changed";

    /// <summary>It is not there.</summary>
    public const string Missing = "Missing";

    private VmaFileVersion(string? archivePath, DateTime backupTimeUtc, string path, long? length)
    {
        ArchivePath = archivePath;
        VMId = archivePath is string name ? BackupFileName.Parse(Path.GetFileName(name)).VMId : null;
        BackupTimeUtc = backupTimeUtc;
        FullName = path;
        Length = length;
        Change = length is null ? Missing : New;
    }

    /// <summary>Full path of the archive, or null where it came from a stream.</summary>
    public string? ArchivePath { get; }

    /// <summary>Number of the VM, by the archive's name; null where that tells none.</summary>
    public int? VMId { get; }

    /// <summary>When the backup was made, by the archive's header.</summary>
    public DateTime BackupTimeUtc { get; }

    /// <summary>The id of the volume that the file is on; null where it is missing.</summary>
    public string? Volume { get; private init; }

    /// <summary>The path of the file on its volume; the path that was asked for where it is missing.</summary>
    public string FullName { get; }

    /// <summary>Bytes of the content; null where the file is missing.</summary>
    public long? Length { get; }

    /// <summary>When the content was changed last; null where the file is missing, or its format has no such time.</summary>
    public DateTime? LastWriteTimeUtc { get; private init; }

    /// <summary>The SHA-256 of the content in hexadecimal, lower case; null where it was not asked for, or the file is missing.</summary>
    public string? Sha256 { get; private init; }

    /// <summary>How it differs from the backup before: one of the constants of this class.</summary>
    public string Change { get; private set; }

    /// <summary>A file as one backup has it. Compared with the others it is by <see cref="Order"/>.</summary>
    /// <param name="guest">The guest in the backup.</param>
    /// <param name="file">A file of it.</param>
    /// <param name="withContent">Whether the content is read for its digest.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="VmaException">It is no regular file, or its content is wanted and cannot be read.</exception>
    public static VmaFileVersion Read(VmaGuest guest, VmaFile file, bool withContent = false, CancellationToken cancellationToken = default)
    {
        if (guest is null || file is null)
        {
            throw new ArgumentNullException(guest is null ? nameof(guest) : nameof(file));
        }

        if (file.Length is null)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileTypeMismatch, "It is no regular file, and has no versions of a content.", file.FullName, path: file.ArchivePath, device: file.Volume);
        }

        string? sha256 = withContent ? VmaFileHash.Compute(guest, file, VmaHashAlgorithm.Sha256, cancellationToken).Hash.ToLowerInvariant() : null;
        return new VmaFileVersion(guest.Archive.ArchivePath, guest.Archive.CreationTime, file.FullName, file.Length)
        {
            Volume = file.Volume,
            LastWriteTimeUtc = file.LastWriteTimeUtc,
            Sha256 = sha256,
        };
    }

    /// <summary>That a backup does not have a file.</summary>
    /// <param name="guest">The guest in the backup.</param>
    /// <param name="path">The path where it would be.</param>
    public static VmaFileVersion Absent(VmaGuest guest, string path) => guest is null
        ? throw new ArgumentNullException(nameof(guest))
        : new VmaFileVersion(guest.Archive.ArchivePath, guest.Archive.CreationTime, path, length: null);

    /// <summary>A file as the catalog of an archive tells of it.</summary>
    /// <param name="archivePath">The archive.</param>
    /// <param name="backupTimeUtc">When the backup was made.</param>
    /// <param name="path">The path that was asked for.</param>
    /// <param name="found">The file, or null where there is none.</param>
    internal static VmaFileVersion OfCatalog(string archivePath, DateTime backupTimeUtc, string path, VmaFoundFile? found) =>
        new(archivePath, backupTimeUtc, found?.FullName ?? path, found?.Length)
        {
            Volume = found?.Volume,
            LastWriteTimeUtc = found?.LastWriteTimeUtc,
        };

    /// <summary>
    /// The versions of one file in the order of their backups, each compared with the one before: by digest where both have one, else by
    /// length and time.
    /// </summary>
    public static IReadOnlyList<VmaFileVersion> Order(IEnumerable<VmaFileVersion> versions)
    {
        VmaFileVersion[] ordered = [.. (versions ?? throw new ArgumentNullException(nameof(versions)))
            .OrderBy(static v => v.BackupTimeUtc)
            .ThenBy(static v => v.ArchivePath, StringComparer.Ordinal)];
        for (int i = 0; i < ordered.Length; i++)
        {
            VmaFileVersion? before = i == 0 ? null : ordered[i - 1];
            ordered[i].Change = ordered[i].Length is null ? Missing
                : before?.Length is null ? New
                : ordered[i].IsLike(before) ? Same : Changed;
        }

        return ordered;
    }

    /// <summary>The kind, the path and the time of the backup.</summary>
    public override string ToString() => FormattableString.Invariant($"VmaFileVersion: {Printable.Short(FullName)} at {BackupTimeUtc:u}");

    private bool IsLike(VmaFileVersion before) => Length == before.Length
        && (Sha256 is not null && before.Sha256 is not null ? Sha256 == before.Sha256 : LastWriteTimeUtc == before.LastWriteTimeUtc);
}
