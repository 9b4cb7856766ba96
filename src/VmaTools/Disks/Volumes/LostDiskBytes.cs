using System;

namespace VmaTools.Disks.Volumes;

/// <summary>A stretch whose bytes are not there, such as that of a disk that is not in the backup.</summary>
internal sealed class LostDiskBytes : DiskBytes
{
    private readonly string _code;
    private readonly string _message;

    /// <param name="length">Bytes.</param>
    /// <param name="code">The code of the error that reading gives.</param>
    /// <param name="message">Its sentence.</param>
    public LostDiskBytes(long length, string code, string message)
    {
        Length = Math.Max(length, 0);
        _code = code;
        _message = message;
    }

    public override long Length { get; }

    protected override void ReadCore(long offset, Span<byte> buffer) => throw new VmaFileSystemException(_code, _message);

    protected override KnownRange FindRangeCore(long offset, long length) => new(length, KnownRangeKind.Lost);
}
