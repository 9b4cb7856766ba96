namespace VmaTools;

/// <summary>
/// Every code that an error or a finding can carry: the whole vocabulary, in one place. Values never change.
/// </summary>
public static class VmaCodes
{
    // The header.

    /// <summary>The file holds no byte.</summary>
    public const string EmptyFile = "EmptyFile";

    /// <summary>The file is neither a VMA archive nor compressed data known here.</summary>
    public const string NotAnArchive = "NotAnArchive";

    /// <summary>The bytes look like an archive that went through a text conversion.</summary>
    public const string MangledByTextConversion = "MangledByTextConversion";

    /// <summary>The file ends within the header.</summary>
    public const string HeaderTruncated = "HeaderTruncated";

    /// <summary>The header's MD5 does not match its bytes.</summary>
    public const string HeaderChecksumMismatch = "HeaderChecksumMismatch";

    /// <summary>The format version is not 1.</summary>
    public const string VersionNotSupported = "VersionNotSupported";

    /// <summary>The header claims a size that no header can have.</summary>
    public const string HeaderSizeInvalid = "HeaderSizeInvalid";

    /// <summary>The blob buffer does not lie between the fixed part of the header and its end.</summary>
    public const string BlobBufferInvalid = "BlobBufferInvalid";

    /// <summary>A pointer or a length leads out of the blob buffer.</summary>
    public const string BlobOutOfRange = "BlobOutOfRange";

    /// <summary>A config has a name but no data, or data but no name.</summary>
    public const string ConfigIncomplete = "ConfigIncomplete";

    /// <summary>A device has a name but size 0: it is no device.</summary>
    public const string DeviceSizeZero = "DeviceSizeZero";

    /// <summary>A device claims a size that no device can have.</summary>
    public const string DeviceSizeInvalid = "DeviceSizeInvalid";

    /// <summary>A device's size is not a multiple of 512 bytes.</summary>
    public const string DeviceSizeUnaligned = "DeviceSizeUnaligned";

    /// <summary>The header describes a device under a number that is never used (0 or 255).</summary>
    public const string DeviceIdReserved = "DeviceIdReserved";

    /// <summary>A name has no terminating NUL byte.</summary>
    public const string NameNotTerminated = "NameNotTerminated";

    /// <summary>A name is empty, is not UTF-8, or goes on after its NUL byte.</summary>
    public const string NameMalformed = "NameMalformed";

    /// <summary>A name cannot be a file name as it stands.</summary>
    public const string NameUnsafe = "NameUnsafe";

    /// <summary>Two devices, or two configs, have the same name.</summary>
    public const string NameDuplicate = "NameDuplicate";

    /// <summary>Two devices, or two configs, have names that differ only in upper and lower case.</summary>
    public const string NameCaseCollision = "NameCaseCollision";

    // The extents.

    /// <summary>No extent begins where one should: the magic is not there.</summary>
    public const string ExtentMagicMismatch = "ExtentMagicMismatch";

    /// <summary>An extent belongs to another archive.</summary>
    public const string ExtentUuidMismatch = "ExtentUuidMismatch";

    /// <summary>An extent header's MD5 does not match its bytes.</summary>
    public const string ExtentChecksumMismatch = "ExtentChecksumMismatch";

    /// <summary>The reserved field of an extent header is not 0.</summary>
    public const string ExtentReservedNotZero = "ExtentReservedNotZero";

    /// <summary>An extent's block count is not what its masks add up to.</summary>
    public const string ExtentBlockCountMismatch = "ExtentBlockCountMismatch";

    /// <summary>The file ends within an extent.</summary>
    public const string ExtentTruncated = "ExtentTruncated";

    /// <summary>The next extent begins within the data of this one, or not where this one ends: its data cannot be trusted.</summary>
    public const string ExtentDataDisplaced = "ExtentDataDisplaced";

    /// <summary>Bytes that are no extent follow the last one.</summary>
    public const string TrailingData = "TrailingData";

    /// <summary>An extent names a device that the header does not have.</summary>
    public const string DeviceUnknown = "DeviceUnknown";

    /// <summary>A cluster lies beyond its device's end.</summary>
    public const string ClusterOutOfRange = "ClusterOutOfRange";

    /// <summary>A block is stored that lies beyond its device's end.</summary>
    public const string BlockOutOfRange = "BlockOutOfRange";

    /// <summary>A cluster comes twice.</summary>
    public const string ClusterDuplicate = "ClusterDuplicate";

    /// <summary>A cluster never comes, neither as data nor as zeros.</summary>
    public const string ClusterMissing = "ClusterMissing";

    /// <summary>The clusters of a vmstate device are out of order.</summary>
    public const string VmstateOutOfOrder = "VmstateOutOfOrder";

    // The VM's configuration held against the devices.

    /// <summary>A disk of the VM is not in the backup, though nothing excludes it.</summary>
    public const string DiskNotInBackup = "DiskNotInBackup";

    /// <summary>A disk of the VM is not in the backup because its option <c>backup=0</c> excludes it.</summary>
    public const string DiskExcluded = "DiskExcluded";

    /// <summary>The EFI disk of a VM that boots with OVMF is not in the backup.</summary>
    public const string EfiDiskMissing = "EfiDiskMissing";

    /// <summary>The TPM state of the VM is not in the backup.</summary>
    public const string TpmStateMissing = "TpmStateMissing";

    /// <summary>A device of the archive belongs to no disk of the configuration.</summary>
    public const string DeviceNotInConfig = "DeviceNotInConfig";

    /// <summary>A disk and a device go together by their names, and no map line of the configuration says so.</summary>
    public const string MapLineMissing = "MapLineMissing";

    /// <summary>A disk has one size by the configuration and another in the backup.</summary>
    public const string DeviceSizeDiffers = "DeviceSizeDiffers";

    /// <summary>A file is larger than any configuration of a VM.</summary>
    public const string ConfigTooLarge = "ConfigTooLarge";

    /// <summary>The archive has no configuration of a VM.</summary>
    public const string VMConfigMissing = "VMConfigMissing";

    // The source and the target.

    /// <summary>A file or stream that was opened cannot be read: the system, or whoever gave the stream, reports an error.</summary>
    public const string SourceReadFailed = "SourceReadFailed";

    /// <summary>The archive was changed between two looks at it.</summary>
    public const string SourceChanged = "SourceChanged";

    /// <summary>The archive came from a stream that can be read only once.</summary>
    public const string SourceNotReopenable = "SourceNotReopenable";

    /// <summary>The archive's bytes cannot be read at any offset one likes.</summary>
    public const string SourceNotSeekable = "SourceNotSeekable";

    /// <summary>An address is none that an archive can be read from, or what is to go with its requests cannot be sent.</summary>
    public const string RemoteAddressInvalid = "RemoteAddressInvalid";

    /// <summary>A server cannot be reached, says nothing, or breaks off, however often it is asked.</summary>
    public const string RemoteUnreachable = "RemoteUnreachable";

    /// <summary>A server does not let everybody read the archive.</summary>
    public const string RemoteAccessDenied = "RemoteAccessDenied";

    /// <summary>A server has no file at the address.</summary>
    public const string RemoteNotFound = "RemoteNotFound";

    /// <summary>A server answers that it cannot, however often it is asked.</summary>
    public const string RemoteFailed = "RemoteFailed";

    /// <summary>What a server answers contradicts what was asked for, or itself.</summary>
    public const string RemoteAnswerInvalid = "RemoteAnswerInvalid";

    /// <summary>A server redirects to where nothing is asked for it.</summary>
    public const string RemoteRedirectRefused = "RemoteRedirectRefused";

    /// <summary>A server sends no parts of a file, and the archive is read from front to back only.</summary>
    public const string RemoteRangesUnsupported = "RemoteRangesUnsupported";

    /// <summary>This works with a file only, not with an archive on a server.</summary>
    public const string RemoteNotSupported = "RemoteNotSupported";

    /// <summary>A digest needs a device's bytes in order, and they come out of order from a source that cannot be read again.</summary>
    public const string HashNeedsOrder = "HashNeedsOrder";

    /// <summary>Behind damage to the compressed bytes nothing more could be read: there is no place where decoding can begin anew.</summary>
    public const string RestUnreadable = "RestUnreadable";

    /// <summary>Behind damage within a frame or member it was decoded without what came before. No checksum covers what came of it.</summary>
    public const string DecodedBehindDamage = "DecodedBehindDamage";

    /// <summary>The archive's file name is one that Proxmox refuses to restore from.</summary>
    public const string RestoreNameRefused = "RestoreNameRefused";

    /// <summary>The file is no manifest of this program, or a damaged one.</summary>
    public const string ManifestInvalid = "ManifestInvalid";

    /// <summary>A digest is not the one that the manifest states.</summary>
    public const string ManifestMismatch = "ManifestMismatch";

    /// <summary>The manifest and the archive do not name the same devices or configs.</summary>
    public const string ManifestItemsDiffer = "ManifestItemsDiffer";

    /// <summary>Nothing is left of an archive that could be salvaged: no intact extent was found.</summary>
    public const string NothingToSalvage = "NothingToSalvage";

    /// <summary>The archive is damaged, and what was asked for makes sense only for a sound one.</summary>
    public const string ArchiveDamaged = "ArchiveDamaged";

    /// <summary>No device or config of that name or number.</summary>
    public const string ItemNotFound = "ItemNotFound";

    /// <summary>A device did not come whole out of an archive: nothing was published for it.</summary>
    public const string DeviceNotWhole = "DeviceNotWhole";

    /// <summary>The kind of image is written in the order of the disk, and the archive cannot be read that way.</summary>
    public const string ImageNeedsOrder = "ImageNeedsOrder";

    /// <summary>The target exists, and replacing it was not asked for.</summary>
    public const string TargetExists = "TargetExists";

    /// <summary>The target cannot hold the device.</summary>
    public const string TargetTooSmall = "TargetTooSmall";

    /// <summary>The target's file system cannot hold a file of that size.</summary>
    public const string TargetFileTooLarge = "TargetFileTooLarge";

    /// <summary>The target has too little room.</summary>
    public const string TargetNoSpace = "TargetNoSpace";

    /// <summary>Writing to the target failed.</summary>
    public const string TargetWriteFailed = "TargetWriteFailed";

    /// <summary>Two outputs of one run map to the same file.</summary>
    public const string OutputNameCollision = "OutputNameCollision";

    /// <summary>Several devices were to go into one file.</summary>
    public const string SingleFileTarget = "SingleFileTarget";

    /// <summary>What is to be written is more, or larger, than the format or Proxmox's tools can hold.</summary>
    public const string ArchiveLimitExceeded = "ArchiveLimitExceeded";

    /// <summary>A name or uuid for an archive that is to be written cannot be taken.</summary>
    public const string ArchiveNameInvalid = "ArchiveNameInvalid";

    /// <summary>A value for a VM's configuration is none that Proxmox takes.</summary>
    public const string ConfigValueInvalid = "ConfigValueInvalid";

    /// <summary>What another hypervisor wrote down of a VM (OVF, VMX) is not understood, or names what is not taken.</summary>
    public const string MachineDescriptionInvalid = "MachineDescriptionInvalid";

    /// <summary>The encoder that was asked for is not there, or failed.</summary>
    public const string CompressorFailed = "CompressorFailed";

    /// <summary>The file to be written is one that is read.</summary>
    public const string TargetIsSource = "TargetIsSource";

    /// <summary>The file to be replaced is a VMA archive, or compressed so that this cannot be told. None ever is.</summary>
    public const string TargetIsArchive = "TargetIsArchive";

    /// <summary>A server cannot listen where it was told to.</summary>
    public const string ListenFailed = "ListenFailed";

    /// <summary>A line of a restore map is not understood or names no device.</summary>
    public const string MapInvalid = "MapInvalid";

    // The compressed bytes around an archive.

    /// <summary>The compressed stream ends too early.</summary>
    public const string CompressedDataTruncated = "CompressedDataTruncated";

    /// <summary>The compressed stream breaks the rules of its own format.</summary>
    public const string CompressedDataCorrupt = "CompressedDataCorrupt";

    /// <summary>A checksum of the compressed stream does not match the bytes decoded.</summary>
    public const string CompressedChecksumMismatch = "CompressedChecksumMismatch";

    /// <summary>Bytes that are no compressed data follow the end of the compressed stream.</summary>
    public const string CompressedTrailingData = "CompressedTrailingData";

    /// <summary>The compressed stream asks for a larger window than the limit in force.</summary>
    public const string CompressionWindowTooLarge = "CompressionWindowTooLarge";

    /// <summary>The compressed stream uses a feature that is not supported, such as a dictionary.</summary>
    public const string CompressionNotSupported = "CompressionNotSupported";

    // The index of an archive.

    /// <summary>The archive decodes to something else than when its index was made: one of them is damaged.</summary>
    public const string IndexMismatch = "IndexMismatch";

    /// <summary>The index of the archive turned out to be damaged while it was in use.</summary>
    public const string IndexDamaged = "IndexDamaged";

    /// <summary>The catalog of the archive's files is damaged, and what is behind the damage was not searched.</summary>
    public const string CatalogDamaged = "CatalogDamaged";

    // Disks, volumes and file systems of guests.

    /// <summary>Something points beyond the end of its disk or volume.</summary>
    public const string VolumeOutOfRange = "VolumeOutOfRange";

    /// <summary>No volume of that name in the backup.</summary>
    public const string VolumeNotFound = "VolumeNotFound";

    /// <summary>Several volumes fit what was asked for.</summary>
    public const string VolumeAmbiguous = "VolumeAmbiguous";

    /// <summary>A volume needs a disk that is not in the backup, or a copy that is stale.</summary>
    public const string VolumeMemberMissing = "VolumeMemberMissing";

    /// <summary>Two volumes say that they are the same.</summary>
    public const string VolumeDuplicate = "VolumeDuplicate";

    /// <summary>The metadata of a volume manager break their own rules.</summary>
    public const string VolumeDamaged = "VolumeDamaged";

    /// <summary>A volume is of a kind, or has a property, that is not read here; the message names it.</summary>
    public const string VolumeNotSupported = "VolumeNotSupported";

    /// <summary>A volume is encrypted, and no secret was given that could open it.</summary>
    public const string VolumeLocked = "VolumeLocked";

    /// <summary>A volume is encrypted, and none of the secrets that were given opens it.</summary>
    public const string VolumeSecretWrong = "VolumeSecretWrong";

    /// <summary>Opening an encrypted volume would take more memory or time than is allowed, by what its header says.</summary>
    public const string KeyCostTooHigh = "KeyCostTooHigh";

    /// <summary>What an encrypted volume's passphrase is made a key by is not there.</summary>
    public const string KeyFunctionMissing = "KeyFunctionMissing";

    /// <summary>The key of an encrypted volume lies on the volume itself: its protection is suspended, or not yet on.</summary>
    public const string VolumeKeyInClear = "VolumeKeyInClear";

    /// <summary>A key file is empty or too large.</summary>
    public const string KeyFileInvalid = "KeyFileInvalid";

    /// <summary>No file system that is read here was recognised.</summary>
    public const string FileSystemNotSupported = "FileSystemNotSupported";

    /// <summary>The file system uses a feature that is not understood; the message names it.</summary>
    public const string FileSystemFeatureUnknown = "FileSystemFeatureUnknown";

    /// <summary>The structures of a file system break their own rules.</summary>
    public const string FileSystemDamaged = "FileSystemDamaged";

    /// <summary>A checksum of a file system does not match.</summary>
    public const string FileSystemChecksumMismatch = "FileSystemChecksumMismatch";

    /// <summary>A backup copy of a file system's structures was used, because the first is damaged.</summary>
    public const string FileSystemBackupUsed = "FileSystemBackupUsed";

    /// <summary>The log of a file system holds newer records that are not shown: the newest files may be missing.</summary>
    public const string FileSystemLogNotReplayed = "FileSystemLogNotReplayed";

    /// <summary>No such file, directory, link target or stream in the guest.</summary>
    public const string FileNotFound = "FileNotFound";

    /// <summary>Several names fold to the one that was asked for.</summary>
    public const string FileNameAmbiguous = "FileNameAmbiguous";

    /// <summary>A directory is needed, and the entry is none.</summary>
    public const string FileNotDirectory = "FileNotDirectory";

    /// <summary>A regular file (a link) is needed, and the entry is something else.</summary>
    public const string FileTypeMismatch = "FileTypeMismatch";

    /// <summary>Too many symbolic links, or links that lead round in a circle.</summary>
    public const string FileLinkLoop = "FileLinkLoop";

    /// <summary>A file, or its name, is encrypted.</summary>
    public const string FileEncrypted = "FileEncrypted";

    /// <summary>A file's content is stored in a form, or in another place, that is not read here; the message names it.</summary>
    public const string FileContentNotSupported = "FileContentNotSupported";

    // Systems on the disks of guests, and whether they start.

    /// <summary>No installed system is on the disks, or none that is known.</summary>
    public const string SystemNotFound = "SystemNotFound";

    /// <summary>An installed system lacks a file that it does not start without, or the file cannot be read.</summary>
    public const string SystemFileMissing = "SystemFileMissing";

    /// <summary>An installed system mounts a volume when it starts that is not in the backup.</summary>
    public const string SystemVolumeMissing = "SystemVolumeMissing";

    /// <summary>The guest ended, or said that it cannot go on, before it had started.</summary>
    public const string BootFailed = "BootFailed";

    /// <summary>The guest ran, and nothing told within the time that it has started.</summary>
    public const string BootNotProven = "BootNotProven";

    /// <summary>The emulator is not there, is not able to run the guest, or failed itself.</summary>
    public const string EmulatorFailed = "EmulatorFailed";

    // The disk images that devices are exported to.

    /// <summary>The disk is larger than the image format allows.</summary>
    public const string ImageTooLarge = "ImageTooLarge";

    /// <summary>The image format has no such variant or setting.</summary>
    public const string ImageOptionNotSupported = "ImageOptionNotSupported";

    // The disk images that are read.

    /// <summary>A disk image breaks the rules of its format, or was cut.</summary>
    public const string ImageDamaged = "ImageDamaged";

    /// <summary>A structure of a disk image does not match its checksum.</summary>
    public const string ImageChecksumMismatch = "ImageChecksumMismatch";

    /// <summary>A disk image is of a kind, or needs something, that is not read here; the message names it.</summary>
    public const string ImageNotSupported = "ImageNotSupported";

    /// <summary>The second copy of a disk image's structure was used, because the first is damaged.</summary>
    public const string ImageBackupUsed = "ImageBackupUsed";

    /// <summary>A disk image was not closed by who wrote it.</summary>
    public const string ImageNotClosed = "ImageNotClosed";

    /// <summary>A disk image is read as it will be when its log has been written.</summary>
    public const string ImageLogReplayed = "ImageLogReplayed";

    /// <summary>A disk image holds snapshots, which are not read.</summary>
    public const string ImageSnapshotsLeftOut = "ImageSnapshotsLeftOut";
}
