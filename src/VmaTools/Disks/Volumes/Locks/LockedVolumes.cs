using System.Threading;
using VmaTools.Disks.Volumes.BitLocker;
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

        string kind = volume.FileSystemKind == VolumeKinds.BitLocker ? "BitLocker" : "LUKS";
        try
        {
            LockedVolume locked = volume.FileSystemKind == VolumeKinds.BitLocker ? BitLockerVolume.Read(volume.Bytes) : LuksVolume.Read(volume.Bytes);
            volume.Lock = locked.Facts;
            volume.VolumeUuid ??= locked.Facts.Uuid;
            DiskBytes? content;
            try
            {
                using VolumeSecrets none = new();
                content = locked.Open(secrets ?? none, cancellationToken);
            }
            finally
            {
                locked.Warnings.ForEach(w => volume.Warn(w.Code, w.Message));
            }

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
