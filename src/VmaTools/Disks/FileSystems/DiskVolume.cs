using System.Linq;
using VmaTools.Disks.FileSystems;
using VmaTools.Disks.Volumes;

namespace VmaTools;

/// <content>From a volume to the file system on it.</content>
public sealed partial class DiskVolume
{
    /// <summary>Opens the file system on the volume. The set that the volume came from must stay open.</summary>
    /// <param name="options">How; null for the usual way.</param>
    /// <exception cref="VmaException">
    /// The volume is locked (<see cref="VmaCodes.VolumeLocked"/>, <see cref="VmaCodes.VolumeSecretWrong"/>), part of something else or of a kind that is not read here
    /// (<see cref="VmaCodes.VolumeNotSupported"/>, <see cref="VmaCodes.FileSystemNotSupported"/>), damaged, or a disk is missing.
    /// </exception>
    public FileSystem OpenFileSystem(FileSystemOptions? options = null)
    {
        ThrowIfRefused();
        if (MemberOf is not null)
        {
            throw new VmaFileSystemException(VmaCodes.VolumeNotSupported, $"The volume {Id} is a part of {MemberOf}, which is to be opened instead.", volume: Id);
        }

        if (LockRefusal is VmaFileSystemException locked)
        {
            throw new VmaFileSystemException(locked.Code, locked.Sentence, volume: Id);
        }

        if (VolumeKinds.Refusal(FileSystemKind, Id) is VmaFileSystemException refusal)
        {
            throw refusal;
        }

        if (FileSystemReaders.Open(Devices, options ?? new FileSystemOptions()) is FileSystem fileSystem)
        {
            // What a damaged signature did not tell, or none at all, comes from the copy by which the file system was opened.
            FileSystemKind ??= fileSystem.Kind;
            Label ??= fileSystem.Label;
            Uuid ??= fileSystem.Uuid;
            return fileSystem;
        }

        if (Members.FirstOrDefault(static m => m.State == VolumeMemberState.Missing) is VolumeMember missing)
        {
            throw new VmaFileSystemException(
                VmaCodes.VolumeMemberMissing, $"No file system was recognised on the volume {Id}, of which {missing.Name} is missing.", volume: Id);
        }

        throw new VmaFileSystemException(
            VmaCodes.FileSystemNotSupported,
            FileSystemKind is null ? $"No file system was recognised on the volume {Id}." : $"The volume {Id} holds {FileSystemKind}, which is not read here.",
            volume: Id);
    }
}
