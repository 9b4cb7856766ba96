using System;

namespace VmaTools.Disks.Volumes;

/// <summary>Zeros that are stored nowhere.</summary>
internal sealed class ZeroDiskBytes(long length) : DiskBytes
{
    public override long Length { get; } = Math.Max(length, 0);

    protected override void ReadCore(long offset, Span<byte> buffer) => buffer.Clear();

    protected override KnownRange FindRangeCore(long offset, long length) => new(length, KnownRangeKind.Zeros);
}
