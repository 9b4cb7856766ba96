namespace VmaTools.Guests;

/// <summary>Why a disk of a VM is not in its backup, as far as the configuration tells.</summary>
internal enum DiskAbsence
{
    /// <summary>It is in the backup: a map line names its device.</summary>
    None,

    /// <summary>The disk is excluded from backups by <c>backup=0</c>.</summary>
    ExcludedByOption,

    /// <summary>It is a CD-ROM or cloud-init drive, which vzdump leaves out.</summary>
    CdRom,

    /// <summary>Nothing excludes it, and yet no map line names a device for it.</summary>
    NotMapped,

    /// <summary>An EFI disk of a VM that does not boot with OVMF, which vzdump leaves out.</summary>
    EfiWithoutOvmf,
}
