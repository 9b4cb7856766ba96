using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>What <c>$Volume</c> says.</summary>
/// <param name="Label">The label; null for none.</param>
/// <param name="Major">Major version.</param>
/// <param name="Minor">Minor version.</param>
/// <param name="IsDirty">Whether the volume is marked for a check.</param>
internal sealed record NtfsVolumeInformation(string? Label, int Major, int Minor, bool IsDirty)
{
    private const ulong Record = 3;
    private const int Length = 12;

    public string Version => FormattableString.Invariant($"{Major}.{Minor}");

    // Information: 8 major u8   9 minor u8   10 flags u16 (1 dirty)

    /// <exception cref="VmaFileSystemException">It is damaged, or of a version that is not known.</exception>
    public static NtfsVolumeInformation Read(NtfsVolume volume)
    {
        NtfsFile file = volume.ReadFile(Record);
        string? label = file.Find(NtfsAttributeType.VolumeName) is NtfsAttribute name
            ? RawName.FromUtf16(name.Value).ToString()
            : null;
        if (file.Find(NtfsAttributeType.VolumeInformation) is not NtfsAttribute attribute || attribute.Value.Length < Length)
        {
            throw file.Record.Damaged("$Volume does not tell the version.");
        }

        ReadOnlySpan<byte> value = attribute.Value;
        NtfsVolumeInformation information = new(string.IsNullOrEmpty(label) ? null : label, value[8], value[9], (value[10] & 1) != 0);
        return (information.Major, information.Minor) is (1, <= 2) or (3, <= 1) ? information
            : throw new VmaFileSystemException(
                VmaCodes.FileSystemFeatureUnknown, $"The version of NTFS, {information.Version}, is not known here; 1.0 to 3.1 are.");
    }
}
