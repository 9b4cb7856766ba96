using System;
using System.Globalization;

namespace VmaTools;

/// <summary>The facts that the name of a file in a backup folder tells. Any text parses; what it does not tell is null.</summary>
/// <remarks>
/// <code>
/// vzdump-qemu-101-2026_11_20-02_00_03.vma.zst.notes
/// └────────── BaseName ────────────┘     └ext┘└ companion
/// </code>
/// The log is named after <see cref="BaseName"/> (<c>….log</c>); notes and the protection marker after the whole archive
/// name (<c>….vma.zst.notes</c>, <c>….vma.zst.protected</c>).
/// </remarks>
public sealed class BackupFileName
{
    private const string Prefix = "vzdump-qemu-";
    private const string ArchiveExtension = ".vma";
    private const string LeftoverExtension = ".dat";
    private const string WorkExtension = ".tmp";
    private const string LogExtension = ".log";
    private const string NotesExtension = ".notes";
    private const string ProtectedExtension = ".protected";
    private const string IndexExtension = ".vmaindex";
    private const string CatalogExtension = ".vmafiles";
    private const string ManifestExtension = ".manifest.json";
    private const string TimePattern = "yyyy_MM_dd-HH_mm_ss";

    // vzdump makes none of bzip2, but a restore accepts it.
    private static readonly string[] CompressionExtensions = ["zst", "gz", "lzo", "bz2"];

    // What people put around archives afterwards.
    private static readonly string[] EncryptedExtensions = ["gpg", "pgp", "asc", "age", "enc", "aes"];
    private static readonly string[] PackedExtensions = ["xz", "lz4", "7z", "zip", "rar", "lzma", "bz2"];
    private static readonly string[] PartExtensions = ["part", "partial", "filepart", "crdownload", "download", "tmp"];

    private BackupFileName(string fileName, BackupFileKind kind, string baseName, string? archiveName, string? compression)
    {
        FileName = fileName;
        Kind = kind;
        BaseName = baseName;
        ArchiveName = archiveName;
        CompressionExtension = compression;
    }

    /// <summary>The name as it was given, without a folder.</summary>
    public string FileName { get; }

    /// <summary>What the file is.</summary>
    public BackupFileKind Kind { get; }

    /// <summary>The name without <c>.vma</c>, compression and companion extensions: the stem of everything derived from it.</summary>
    public string BaseName { get; }

    /// <summary>The full name of the archive meant: the file itself, or the one that notes or a marker belong to. Null for others.</summary>
    public string? ArchiveName { get; }

    /// <summary>The archive's compression extension without the dot (<c>zst</c>, <c>gz</c>, <c>lzo</c>, <c>bz2</c>), or null without one.</summary>
    public string? CompressionExtension { get; }

    /// <summary>The VM's number, where the name holds one.</summary>
    public int? VMId { get; private set; }

    /// <summary>
    /// When the backup began, in the local time of the host that made it, where the name holds a valid time. The kind is
    /// unspecified, because the host's zone is not known here.
    /// </summary>
    public DateTime? Time { get; private set; }

    /// <summary>True when VMID and time stand in the name as vzdump writes them: what retention and notes rely on.</summary>
    public bool IsStandard { get; private set; }

    /// <summary>True when a restore accepts an archive of this name (or the archive that a companion belongs to).</summary>
    public bool IsRestorable { get; private set; }

    /// <summary>True for what stands beside an archive and is none: a log, notes, a marker, an index, a catalog of files, a manifest.</summary>
    public bool IsCompanion => Kind is BackupFileKind.Log or BackupFileKind.Notes or BackupFileKind.Protected
        || FileName.EndsWith(IndexExtension, StringComparison.OrdinalIgnoreCase)
        || FileName.EndsWith(CatalogExtension, StringComparison.OrdinalIgnoreCase)
        || FileName.EndsWith(ManifestExtension, StringComparison.OrdinalIgnoreCase);

    /// <summary>True where a folder of this name is what vzdump works in: it removes it when it ends.</summary>
    public bool IsWorkFolder => Kind is BackupFileKind.Leftover && FileName.EndsWith(WorkExtension, StringComparison.OrdinalIgnoreCase);

    /// <summary>The name of the log that belongs to this archive or leftover; null for others.</summary>
    public string? LogName => Kind is BackupFileKind.Archive or BackupFileKind.Leftover ? BaseName + LogExtension : null;

    /// <summary>The name of the notes that belong to this archive; null for others.</summary>
    public string? NotesName => Kind is BackupFileKind.Archive ? FileName + NotesExtension : null;

    /// <summary>The name of the marker that protects this archive; null for others.</summary>
    public string? ProtectedName => Kind is BackupFileKind.Archive ? FileName + ProtectedExtension : null;

    /// <summary>Takes a file name apart. Never fails: a foreign name is of kind <see cref="BackupFileKind.Other"/>.</summary>
    /// <param name="fileName">A name without a folder.</param>
    /// <exception cref="ArgumentNullException">There is no name.</exception>
    public static BackupFileName Parse(string fileName)
    {
        if (fileName is null)
        {
            throw new ArgumentNullException(nameof(fileName));
        }

        BackupFileName name = Classify(fileName);
        name.ReadStem();
        return name;
    }

    /// <summary>The name that vzdump gives the archive of a VM.</summary>
    /// <param name="vmId">The VM's number, 100 to 999,999,999.</param>
    /// <param name="time">When the backup was begun, as the host's clock has it.</param>
    /// <param name="compression">How it is compressed: one of the constants of <see cref="VmaCompression"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Proxmox knows no VM of that number, or no such compression.</exception>
    public static string Create(int vmId, DateTime time, string compression = VmaCompression.None)
    {
        string id = vmId is >= 100 and <= 999_999_999
            ? vmId.ToString(CultureInfo.InvariantCulture)
            : throw new ArgumentOutOfRangeException(nameof(vmId), "VMs have numbers from 100 to 999999999.");
        string extension = compression switch
        {
            VmaCompression.None => string.Empty,
            VmaCompression.Zstd => ".zst",
            VmaCompression.Gzip => ".gz",
            VmaCompression.Lzop => ".lzo",
            VmaCompression.Bzip2 => ".bz2",
            _ => throw new ArgumentOutOfRangeException(nameof(compression)),
        };
        return $"{Prefix}{id}-{time.ToString(TimePattern, CultureInfo.InvariantCulture)}{ArchiveExtension}{extension}";
    }

    /// <inheritdoc/>
    public override string ToString() => FileName;

    private static BackupFileName Classify(string fileName)
    {
        if (TrySplitArchive(fileName, out string stem, out string? compression))
        {
            return new BackupFileName(fileName, BackupFileKind.Archive, stem, fileName, compression);
        }

        if (TryCut(fileName, NotesExtension, out string archive) && TrySplitArchive(archive, out stem, out compression))
        {
            return new BackupFileName(fileName, BackupFileKind.Notes, stem, archive, compression);
        }

        if (TryCut(fileName, ProtectedExtension, out archive) && TrySplitArchive(archive, out stem, out compression))
        {
            return new BackupFileName(fileName, BackupFileKind.Protected, stem, archive, compression);
        }

        // vzdump swaps the last extension for .dat while it writes, so an uncompressed leftover has lost its .vma.
        if (TryCut(fileName, LeftoverExtension, out string rest))
        {
            if (TryCut(rest, ArchiveExtension, out stem))
            {
                return new BackupFileName(fileName, BackupFileKind.Leftover, stem, null, null);
            }

            if (HasPrefix(rest))
            {
                return new BackupFileName(fileName, BackupFileKind.Leftover, rest, null, null);
            }
        }

        if (TryCut(fileName, WorkExtension, out stem) && HasPrefix(stem) && !stem.Contains(ArchiveExtension))
        {
            return new BackupFileName(fileName, BackupFileKind.Leftover, stem, null, null);
        }

        if (KindOfWrapped(fileName, out stem) is BackupFileKind wrapped)
        {
            return new BackupFileName(fileName, wrapped, stem, null, null);
        }

        // Any program writes .log files; only vzdump's own prefix tells that one belongs to a backup.
        if (HasPrefix(fileName) && TryCut(fileName, LogExtension, out stem))
        {
            return new BackupFileName(fileName, BackupFileKind.Log, stem, null, null);
        }

        return new BackupFileName(fileName, BackupFileKind.Other, fileName, null, null);
    }

    private static bool TrySplitArchive(string name, out string stem, out string? compression)
    {
        compression = null;
        foreach (string extension in CompressionExtensions)
        {
            if (TryCut(name, "." + extension, out string rest) && TryCut(rest, ArchiveExtension, out stem))
            {
                compression = extension;
                return true;
            }
        }

        return TryCut(name, ArchiveExtension, out stem);
    }

    /// <summary>What an archive became by what was appended to its name, the outermost of it; null for anything else.</summary>
    private static BackupFileKind? KindOfWrapped(string name, out string stem)
    {
        const int Deepest = 3;
        BackupFileKind? kind = null;
        string rest = name;
        for (int i = 0; i < Deepest; i++)
        {
            int dot = rest.LastIndexOf('.');
            if (dot <= 0 || KindOfExtension(rest.Substring(dot + 1)) is not BackupFileKind found)
            {
                break;
            }

            kind ??= found;
            rest = rest.Substring(0, dot);
            if (TrySplitArchive(rest, out stem, out _))
            {
                return kind;
            }
        }

        stem = rest;
        return HasPrefix(rest) && kind is BackupFileKind.Packed ? kind : null;
    }

    private static BackupFileKind? KindOfExtension(string extension)
    {
        bool IsOneOf(string[] known) => Array.Exists(known, k => string.Equals(k, extension, StringComparison.OrdinalIgnoreCase));
        if (IsOneOf(EncryptedExtensions))
        {
            return BackupFileKind.Encrypted;
        }

        if (IsOneOf(PackedExtensions))
        {
            return BackupFileKind.Packed;
        }

        // split(1) counts with letters, others with numbers.
        bool isCounted = extension.Length is 2 or 3 && Array.TrueForAll(extension.ToCharArray(), static c => c is >= '0' and <= '9');
        bool isLettered = extension.Length == 2 && extension[0] is 'a' or 'b' && extension[1] is >= 'a' and <= 'z';
        bool isPart = extension.StartsWith("part", StringComparison.OrdinalIgnoreCase) && int.TryParse(extension.Substring(4), NumberStyles.None, CultureInfo.InvariantCulture, out _);
        return isCounted || isLettered || isPart || IsOneOf(PartExtensions) ? BackupFileKind.Part : null;
    }

    private static bool TryCut(string name, string extension, out string rest)
    {
        bool cut = name.Length > extension.Length && name.EndsWith(extension, StringComparison.OrdinalIgnoreCase);
        rest = cut ? name.Substring(0, name.Length - extension.Length) : name;
        return cut;
    }

    private static bool HasPrefix(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Reads VMID and time from the stem and judges the name by Proxmox's rules, which heed case.</summary>
    private void ReadStem()
    {
        if (Kind is BackupFileKind.Other || !HasPrefix(BaseName) || BaseName.Length == Prefix.Length)
        {
            return;
        }

        int digits = Prefix.Length;
        while (digits < BaseName.Length && BaseName[digits] is >= '0' and <= '9')
        {
            digits++;
        }

        string id = BaseName.Substring(Prefix.Length, digits - Prefix.Length);
        string rest = BaseName.Substring(digits);
        bool hasId = rest.Length == 0 || rest[0] == '-';
        if (hasId && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int vmId))
        {
            VMId = vmId;
        }

        bool hasTimeShape = VMId is not null && IsTimeShape(rest);
        if (hasTimeShape
            && DateTime.TryParseExact(rest.Substring(1), TimePattern, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime time))
        {
            Time = time;
        }

        // Proxmox's VMIDs have three to nine digits and no leading zero; any other number makes a name that is not standard.
        bool exactExtension = HasExactExtension();
        bool standardShape = hasTimeShape && id.Length is >= 3 and <= 9 && id[0] != '0' && exactExtension;
        IsStandard = standardShape && Time is not null;

        // A name of the standard shape with an impossible date ends a restore just as a foreign name does.
        IsRestorable = ArchiveName is not null && exactExtension && (IsStandard || !standardShape);
    }

    private bool HasExactExtension() => Kind switch
    {
        BackupFileKind.Leftover => FileName.EndsWith(LeftoverExtension, StringComparison.Ordinal) || FileName.EndsWith(WorkExtension, StringComparison.Ordinal),
        BackupFileKind.Encrypted or BackupFileKind.Packed or BackupFileKind.Part => false,
        BackupFileKind.Log => FileName.EndsWith(LogExtension, StringComparison.Ordinal),
        _ => ArchiveName!.EndsWith(
            CompressionExtension is null ? ArchiveExtension : ArchiveExtension + "." + CompressionExtension,
            StringComparison.Ordinal),
    };

    // -YYYY_MM_DD-HH_MM_SS
    private static bool IsTimeShape(string text)
    {
        const string Shape = "-0000_00_00-00_00_00";
        if (text.Length != Shape.Length)
        {
            return false;
        }

        for (int i = 0; i < Shape.Length; i++)
        {
            if (Shape[i] == '0' ? text[i] is < '0' or > '9' : text[i] != Shape[i])
            {
                return false;
            }
        }

        return true;
    }
}
