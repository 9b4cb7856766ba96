using System.Threading;
using VmaTools.Bytes;

namespace VmaTools.Sources;

/// <summary>A file on a server that sends no parts, from front to back in one answer.</summary>
internal sealed class RemotePartStream : ForwardStream
{
    private readonly RemotePart _part;
    private readonly CancellationTokenSource _closed = new();

    /// <summary>Reads an answer; it is closed with this.</summary>
    public RemotePartStream(RemotePart part) => _part = part;

    public override int Read(byte[] buffer, int offset, int count)
    {
        PartToFill(buffer, offset, count);
        return _part.Read(buffer, offset, count, _closed.Token).GetAwaiter().GetResult();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !IsDisposed)
        {
            _closed.Cancel();
            _part.Dispose();
        }

        base.Dispose(disposing);
    }
}
