using System;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Disks.Volumes.Locks;

namespace VmaTools.Disks.Volumes.BitLocker;

/// <summary>
/// The content of a volume: its first sectors from where BitLocker moved them, zeros where its metadata lie, and the rest in its place.
/// Disposing it wipes the keys.
/// </summary>
internal sealed class BitLockerContent : DiskBytes
{
    private readonly DecryptedDiskBytes _decrypted;
    private readonly JoinedDiskBytes _content;

    /// <param name="decrypted">The volume, decrypted from its first sector on.</param>
    /// <param name="metadata">What is known of it; its places lie on the volume.</param>
    public BitLockerContent(DecryptedDiskBytes decrypted, FveMetadata metadata)
    {
        _decrypted = decrypted;
        List<DiskBytes> parts = [new RangeDiskBytes(decrypted, metadata.HeaderOffset, metadata.HeaderSize)];
        long at = metadata.HeaderSize;
        IEnumerable<(long Offset, long Length)> hidden = metadata.Areas.Select(static a => (a, (long)FveMetadata.AreaSize)).Append((metadata.HeaderOffset, metadata.HeaderSize));
        foreach ((long offset, long length) in hidden.OrderBy(static h => h.Offset))
        {
            long end = Math.Min(offset + length, decrypted.Length);
            if (offset > at)
            {
                parts.Add(new RangeDiskBytes(decrypted, at, offset - at));
                at = offset;
            }

            if (end > at)
            {
                parts.Add(new ZeroDiskBytes(end - at));
                at = end;
            }
        }

        parts.Add(new RangeDiskBytes(decrypted, at, decrypted.Length - at));
        _content = new JoinedDiskBytes(parts, decrypted.SectorSize);
    }

    public override long Length => _content.Length;

    public override int SectorSize => _content.SectorSize;

    public override void Dispose()
    {
        _decrypted.Dispose();
        base.Dispose();
    }

    protected override void ReadCore(long offset, Span<byte> buffer) => _content.Read(offset, buffer);

    protected override KnownRange FindRangeCore(long offset, long length) => _content.FindRange(offset, length);
}
