using System;
using System.IO;
using VmaTools.Archives;
using VmaTools.Bytes;
using VmaTools.Disks;

namespace VmaTools.Network;

/// <summary>The content of an export, opened for one client. Offsets are the export's own.</summary>
internal sealed class NbdContent : IDisposable
{
    private readonly NbdSource _source;
    private readonly Stream _stream;

    /// <exception cref="VmaException">The archive changed.</exception>
    public NbdContent(NbdSource source)
    {
        _source = source;
        _stream = source.Open();
    }

    public long Length => _source.Size;

    public DeviceRange FindRange(long offset, long limit)
    {
        long wanted = Math.Min(limit, Length - offset);
        if (_stream is VmaDeviceStream device)
        {
            return device.FindRange(_source.Offset + offset, wanted);
        }

        KnownRange range = ((IKnownRanges)_stream).FindRange(_source.Offset + offset, wanted);
        DeviceRangeKind kind = range.Kind switch
        {
            KnownRangeKind.Zeros => DeviceRangeKind.Zero,
            KnownRangeKind.Lost => DeviceRangeKind.Lost,
            _ => DeviceRangeKind.Data,
        };

        // A volume that ends before its length says has nothing there that could be read.
        return range.Length > 0 ? new DeviceRange(kind, range.Length) : new DeviceRange(DeviceRangeKind.Lost, wanted);
    }

    /// <summary>Fills the buffer.</summary>
    /// <exception cref="VmaException">A part is lost.</exception>
    public void Read(long offset, Span<byte> buffer)
    {
        try
        {
            ReadOnce(offset, buffer);
        }
        catch (OperationCanceledException)
        {
            // Somebody ended all waiting for servers (VmaAddresses.StopWaiting), and did not mean this one.
            ReadOnce(offset, buffer);
        }
    }

    private void ReadOnce(long offset, Span<byte> buffer)
    {
        _stream.Position = _source.Offset + offset;
        while (!buffer.IsEmpty)
        {
            int read = _stream.Read(buffer);
            if (read == 0)
            {
                throw new VmaException(VmaCodes.SourceChanged, "The device is shorter than when it was first looked at.", _source.Archive.ArchivePath);
            }

            buffer = buffer.Slice(read);
        }
    }

    /// <summary>To be asked after reading and before delivering: what was read may be the bytes of another archive.</summary>
    /// <exception cref="VmaException">The archive changed.</exception>
    public void ThrowIfChanged()
    {
        if (_source.Archive.Source.FindChange() is { } change)
        {
            throw change;
        }
    }

    public void Dispose() => _stream.Dispose();
}
