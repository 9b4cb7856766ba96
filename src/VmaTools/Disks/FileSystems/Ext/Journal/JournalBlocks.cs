using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Ext.Journal;

/// <summary>The blocks of a journal, by their numbers in it, wherever they lie on the volume.</summary>
internal sealed class JournalBlocks
{
    private readonly DiskBytes _volume;
    private readonly IReadOnlyList<FileExtent> _extents;

    /// <param name="volume">The volume.</param>
    /// <param name="extents">The content of the journal's inode.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="blockSize">Bytes in a block.</param>
    public JournalBlocks(DiskBytes volume, IReadOnlyList<FileExtent> extents, long length, int blockSize)
    {
        _volume = volume;
        _extents = extents;
        BlockSize = blockSize;
        Count = length / blockSize;
    }

    public int BlockSize { get; }

    public long Count { get; }

    /// <summary>Where a block lies on the volume.</summary>
    public long OffsetOf(long number)
    {
        long position = number * BlockSize;
        FileExtent extent = number >= 0 && number < Count ? ExtentList.Find(_extents, position) : default;
        return extent is { Kind: FileExtentKind.Data, VolumeOffset: long start }
            ? start + position - extent.Offset
            : throw new VmaFileSystemException(VmaCodes.FileSystemDamaged, $"The journal has no block {number}.");
    }

    public byte[] Read(long number) => _volume.Read(OffsetOf(number), BlockSize);
}
