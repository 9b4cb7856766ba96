using System;
using VmaTools.Archives;

namespace VmaTools.Network;

/// <summary>The content of an export, opened for one client. Offsets are the export's own.</summary>
internal sealed class NbdContent : IDisposable
{
    private readonly VmaNbdExport _export;
    private readonly VmaDeviceStream _stream;

    /// <exception cref="VmaException">The archive changed.</exception>
    public NbdContent(VmaNbdExport export)
    {
        _export = export;
        _stream = export.Source.OpenRead();
    }

    public long Length => _export.Size;

    public DeviceRange FindRange(long offset, long limit) =>
        _stream.FindRange(_export.Offset + offset, Math.Min(limit, Length - offset));

    /// <summary>Fills the buffer.</summary>
    /// <exception cref="VmaException">A part is lost.</exception>
    public void Read(long offset, Span<byte> buffer)
    {
        _stream.Position = _export.Offset + offset;
        while (!buffer.IsEmpty)
        {
            int read = _stream.Read(buffer);
            if (read == 0)
            {
                throw new VmaException(VmaCodes.SourceChanged, "The device is shorter than when it was first looked at.", _export.Source.Path);
            }

            buffer = buffer.Slice(read);
        }
    }

    /// <summary>To be asked after reading and before delivering: what was read may be the bytes of another archive.</summary>
    /// <exception cref="VmaException">The archive changed.</exception>
    public void ThrowIfChanged()
    {
        if (_export.Source.Archive.Source.FindChange() is { } change)
        {
            throw change;
        }
    }

    public void Dispose() => _stream.Dispose();
}
