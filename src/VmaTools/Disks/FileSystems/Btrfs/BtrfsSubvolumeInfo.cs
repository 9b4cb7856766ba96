namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>What is told of a subvolume or snapshot.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Path">Its path from the top subvolume, without a slash before it; empty for the top one; null where it has none.</param>
/// <param name="IsDefault">True where it is mounted when none is named.</param>
internal sealed record BtrfsSubvolumeInfo(ulong Number, string? Path, bool IsDefault);
