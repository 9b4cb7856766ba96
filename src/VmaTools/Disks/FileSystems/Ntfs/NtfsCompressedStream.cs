using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>The content of a file that NTFS compresses. The unit decoded last is kept.</summary>
internal sealed class NtfsCompressedStream : SeekableStream, IKnownRanges
{
    private readonly DiskBytes _volume;
    private readonly NtfsUnits _units;
    private byte[]? _stored;
    private byte[]? _unit;
    private long _unitNumber = -1;

    public NtfsCompressedStream(DiskBytes volume, NtfsUnits units)
    {
        _volume = volume;
        _units = units;
    }

    public override long Length => _units.Length;

    public KnownRange FindRange(long offset, long limit)
    {
        long left = Math.Min(limit, offset < 0 ? 0 : Length - offset);
        if (left <= 0)
        {
            return default;
        }

        long within = offset % _units.Size;
        if (_units.HoleAt(offset / _units.Size) is > 0 and long hole)
        {
            return new KnownRange(Math.Min(left, hole - within), KnownRangeKind.Zeros);
        }

        left = Math.Min(left, _units.Size - within);
        List<NtfsUnitPart> parts = _units.Parts(offset / _units.Size, out _);
        return new KnownRange(left, parts.Count == 0 ? KnownRangeKind.Zeros : IsLost(parts) ? KnownRangeKind.Lost : KnownRangeKind.Data);
    }

    protected override int ReadAt(long position, Span<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            long number = (position + done) / _units.Size;
            int within = (int)((position + done) % _units.Size);
            int length = Math.Min(buffer.Length - done, _units.Size - within);
            Span<byte> target = buffer.Slice(done, length);
            try
            {
                if (length == _units.Size && number != _unitNumber)
                {
                    ReadUnit(number, target);
                }
                else
                {
                    Load(number).AsSpan(within, length).CopyTo(target);
                }
            }
            catch (VmaException) when (done > 0)
            {
                // What comes before the damage is delivered first; the next read meets it.
                break;
            }

            done += length;
        }

        return done;
    }

    private byte[] Load(long number)
    {
        _unit ??= new byte[_units.Size];
        if (number != _unitNumber)
        {
            _unitNumber = -1;
            ReadUnit(number, _unit);
            _unitNumber = number;
        }

        return _unit;
    }

    private void ReadUnit(long number, Span<byte> target)
    {
        List<NtfsUnitPart> parts = _units.Parts(number, out bool isEncoded);
        if (parts.Count == 0)
        {
            target.Clear();
            return;
        }

        Span<byte> stored = isEncoded ? (_stored ??= new byte[_units.Size]) : target;
        int length = 0;
        foreach (NtfsUnitPart part in parts)
        {
            _volume.Read(part.Place, stored.Slice(length, part.Length));
            length += part.Length;
        }

        if (isEncoded && !Lznt1.TryDecode(stored.Slice(0, length), target))
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemDamaged, $"Compression unit {number} of the content cannot be decoded.", volumeOffset: parts[0].Place);
        }

        long written = _units.InitialisedLength - (number * _units.Size);
        if (written < target.Length)
        {
            target.Slice((int)Math.Max(0, written)).Clear();
        }
    }

    private bool IsLost(List<NtfsUnitPart> parts)
    {
        foreach (NtfsUnitPart part in parts)
        {
            for (int done = 0; done < part.Length;)
            {
                KnownRange range = _volume.FindRange(part.Place + done, part.Length - done);
                if (range.Kind == KnownRangeKind.Lost || range.Length <= 0)
                {
                    return true;
                }

                done += (int)range.Length;
            }
        }

        return false;
    }
}
