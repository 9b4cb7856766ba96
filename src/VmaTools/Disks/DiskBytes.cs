using System;
using System.IO;

namespace VmaTools.Disks;

/// <summary>
/// The bytes of a disk, of a part of it, or of a volume put together from several: readable at any offset, from any thread.
/// Everything that reads partitions, volumes and file systems reads through this.
/// </summary>
internal abstract class DiskBytes : IDisposable
{
    /// <summary>Bytes that can be read.</summary>
    public abstract long Length { get; }

    /// <summary>Bytes in a logical sector of the disk: 512 or 4096.</summary>
    public virtual int SectorSize => 512;

    /// <summary>Fills the buffer from <paramref name="offset"/> on.</summary>
    /// <exception cref="VmaException">
    /// The range does not lie within the bytes (<see cref="VmaCodes.VolumeOutOfRange"/>), or what should be there is lost.
    /// </exception>
    /// <exception cref="IOException">The source cannot be read.</exception>
    public void Read(long offset, Span<byte> buffer)
    {
        if (offset < 0 || buffer.Length > Length - offset)
        {
            throw new VmaFileSystemException(
                VmaCodes.VolumeOutOfRange, $"{buffer.Length} bytes at {offset} lie beyond the end of what has {Length} bytes.", volumeOffset: offset);
        }

        if (!buffer.IsEmpty)
        {
            ReadCore(offset, buffer);
        }
    }

    /// <summary>Reads <paramref name="count"/> bytes into a new array. The caller bounds the count.</summary>
    /// <inheritdoc cref="Read(long, Span{byte})" path="/exception"/>
    public byte[] Read(long offset, int count)
    {
        byte[] bytes = new byte[count];
        Read(offset, bytes);
        return bytes;
    }

    /// <summary>
    /// What reading from <paramref name="offset"/> on would give, for one stretch of at most <paramref name="limit"/> bytes. Its
    /// length is 0 only at the end.
    /// </summary>
    public KnownRange FindRange(long offset, long limit)
    {
        long left = Math.Min(limit, offset < 0 ? 0 : Length - offset);
        return left <= 0 ? default : FindRangeCore(offset, left);
    }

    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Fills the buffer; the range lies within the bytes and is not empty.</summary>
    protected abstract void ReadCore(long offset, Span<byte> buffer);

    /// <summary>The same as <see cref="FindRange"/>, with a range that lies within the bytes and is not empty.</summary>
    protected virtual KnownRange FindRangeCore(long offset, long length) => new(length, KnownRangeKind.Data);
}
