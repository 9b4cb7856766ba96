using System;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>An item of a tree.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Data">Its bytes.</param>
internal readonly record struct BtrfsItem(BtrfsKey Key, ReadOnlyMemory<byte> Data);
