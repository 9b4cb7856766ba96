using System;
using System.IO;
using System.Threading;

namespace VmaTools.PowerShell.Tests.Hosting;

/// <summary>An archive of one large device that comes as fast as it is read and hardly ends; or, once told to, no faster than drops.</summary>
internal sealed class EndlessArchive : Stream
{
    public const long DeviceSize = 1L << 40;

    private readonly ArchiveForge _forge = new();
    private readonly int _delay;
    private byte[] _current;
    private int _position;
    private uint _cluster;

    public EndlessArchive(int millisecondsAnExtent)
    {
        _delay = millisecondsAnExtent;
        _current = _forge.Device(1, "drive-scsi0", DeviceSize).Build();
    }

    public long Delivered { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_position == _current.Length)
        {
            Thread.Sleep(_delay);
            _current = new ExtentForge(_forge.Uuid).Cluster(1, _cluster++).ToArray();
            _position = 0;
        }

        int read = Math.Min(count, _current.Length - _position);
        Array.Copy(_current, _position, buffer, offset, read);
        _position += read;
        Delivered += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
