using System;
using System.IO;
using VmaTools.Files;
#if NETSTANDARD2_0
using VmaTools.Bytes;
#endif

namespace VmaTools.Digests;

/// <summary>Bytes of memory that ranges which came too early may take, for all devices of a pass together.</summary>
internal sealed class LookAhead
{
    public const long DefaultLimit = 64 << 20;

    private long _left;

    public LookAhead(long limit = DefaultLimit) => _left = limit;

    /// <summary>Takes memory where there is enough.</summary>
    public bool TryTake(long bytes)
    {
        if (bytes > _left)
        {
            return false;
        }

        _left -= bytes;
        return true;
    }

    /// <summary>Takes memory that cannot be done without.</summary>
    public void Take(long bytes) => _left -= bytes;

    public void Return(long bytes) => _left += bytes;
}

/// <summary>Where clusters that came too early, and for which memory has no room, come from when it is their turn.</summary>
internal abstract class ClusterStore : IDisposable
{
    /// <summary>Sets bytes of a device aside.</summary>
    public abstract void Keep(long offset, ReadOnlySpan<byte> data);

    /// <summary>Gets bytes of the device, set aside or zero.</summary>
    public abstract void Read(long offset, Span<byte> buffer);

    public virtual void Dispose() => GC.SuppressFinalize(this);
}

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

/// <summary>A scratch file in a folder that the user named.</summary>
internal sealed class SpillClusterStore : ClusterStore
{
    private readonly string _folder;
    private readonly FileStream _file;

    public SpillClusterStore(string folder)
    {
        _folder = folder;
        try
        {
            _file = NewFile.CreateScratch(folder);
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw TargetErrors.Of(exception, folder);
        }

        FileTraits.TryMakeSparse(_file);
    }

    public override void Keep(long offset, ReadOnlySpan<byte> data)
    {
        try
        {
            _file.Position = offset;
            _file.Write(data);
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw TargetErrors.Of(exception, _folder);
        }
    }

    public override void Read(long offset, Span<byte> buffer)
    {
        _file.Position = offset;
        while (!buffer.IsEmpty)
        {
            int read = _file.Read(buffer);
            if (read == 0)
            {
                // Zeros that nothing follows were never written.
                buffer.Clear();
                return;
            }

            buffer = buffer.Slice(read);
        }
    }

    public override void Dispose()
    {
        _file.Dispose();
        base.Dispose();
    }
}
