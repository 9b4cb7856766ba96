using System;
#if NETSTANDARD2_0
using VmaTools.Bytes;
#endif

namespace VmaTools.Digests;

/// <summary>The archive itself, which can be read again at any offset.</summary>
internal sealed class ArchiveClusterStore : ClusterStore
{
    private readonly VmaDevice _device;
    private VmaDeviceStream? _stream;

    public ArchiveClusterStore(VmaDevice device) => _device = device;

    public override void Keep(long offset, ReadOnlySpan<byte> data)
    {
    }

    public override void Read(long offset, Span<byte> buffer)
    {
        _stream ??= _device.OpenRead();
        _stream.Position = offset;
        while (!buffer.IsEmpty)
        {
            int read = _stream.Read(buffer);
            if (read == 0)
            {
                throw new VmaException(VmaCodes.SourceChanged, "The device is shorter than when it was first looked at.", _device.ArchivePath, null, _device.Name);
            }

            buffer = buffer.Slice(read);
        }
    }

    public override void Dispose()
    {
        _stream?.Dispose();
        base.Dispose();
    }
}
