namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>What is told of a subvolume or snapshot.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Parent">The number of the subvolume that it is in; null where it is in none (the top one, or deleted).</param>
/// <param name="Path">Its path from the top subvolume, without a slash before it; empty for the top one; null where it has none.</param>
/// <param name="Uuid">Its UUID, or null.</param>
/// <param name="ParentUuid">The UUID of what it is a snapshot of, or null.</param>
/// <param name="ReceivedUuid">The UUID of what it was received from, or null.</param>
/// <param name="IsReadOnly">True where nobody may write to it.</param>
/// <param name="IsDefault">True where it is mounted when none is named.</param>
internal sealed record BtrfsSubvolumeInfo(
    ulong Number, ulong? Parent, string? Path, string? Uuid, string? ParentUuid, string? ReceivedUuid, bool IsReadOnly, bool IsDefault);
