using System.Threading;
using VmaTools.Disks.Volumes.Luks;

namespace VmaTools.Disks.Volumes.Locks;

/// <summary>Opens what is locked.</summary>
internal static class LockedVolumes
{
    /// <summary>
    /// The content of a volume that is encrypted and that a secret opens; null for any other. What is known of it, and why it stays locked,
    /// is told of the volume.
    /// </summary>
    public static DiskBytes? Open(DiskVolume volume, VolumeSecrets? secrets, CancellationToken cancellationToken)
    {
        if (volume.FileSystemKind is not (VolumeKinds.Luks or VolumeKinds.BitLocker))
        {
            return null;
        }

        if (volume.FileSystemKind == VolumeKinds.BitLocker)
        {
            volume.LockRefusal = new VmaFileSystemException(VmaCodes.VolumeLocked, $"The volume {volume.Id} is encrypted with BitLocker, which is not opened here.");
            return null;
        }

        const string kind = "LUKS";
        try
        {
            LockedVolume locked = LuksVolume.Read(volume.Bytes);
            volume.Lock = locked.Facts;
            volume.VolumeUuid ??= locked.Facts.Uuid;
            locked.Warnings.ForEach(w => volume.Warn(VmaCodes.VolumeDamaged, w));
            using VolumeSecrets none = new();
            DiskBytes? content = locked.Open(secrets ?? none, cancellationToken);
            if (content is not null)
            {
                return content;
            }

            bool isGiven = secrets is { All.Count: > 0 };
            volume.LockRefusal = new VmaFileSystemException(
                isGiven ? VmaCodes.VolumeSecretWrong : VmaCodes.VolumeLocked,
                $"The volume {volume.Id} is encrypted with {kind}{(isGiven ? ", and nothing that was given opens it" : string.Empty)}. {locked.Needs}");
        }
        catch (VmaException exception)
        {
            volume.LockRefusal = new VmaFileSystemException(
                exception.Code, $"The volume {volume.Id} is encrypted with {kind}. {exception.Sentence}", innerException: exception);
        }

        return null;
    }
}
