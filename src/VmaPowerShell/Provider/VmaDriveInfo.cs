using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>A drive, and the archive as it was when the drive was made.</summary>
internal sealed class VmaDriveInfo : PSDriveInfo
{
    public VmaDriveInfo(PSDriveInfo drive, string root, VmaArchive archive, VolumeSecrets? secrets)
        : base(drive.Name, drive.Provider, root, drive.Description, drive.Credential) => Session = new DriveSession(archive, secrets);

    public DriveSession Session { get; }
}
