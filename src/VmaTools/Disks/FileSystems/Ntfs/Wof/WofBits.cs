using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs.Wof;

/// <summary>
/// The bits of XPRESS and LZX: in units of 16, little-endian, the highest bit of each first. Between them whole bytes may lie, from
/// behind the units taken so far. Behind the end are zeros; <see cref="IsBeyondEnd"/> tells whether any was used.
/// </summary>
internal ref struct WofBits
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _next;
    private uint _bits;
    private int _left;
    private int _missing;

    public WofBits(ReadOnlySpan<byte> bytes)
    {
        this = default;
        _bytes = bytes;
    }

    /// <summary>True where more was taken than there is.</summary>
    public readonly bool IsBeyondEnd => _left < _missing || _next > _bytes.Length;

    /// <summary>Makes sure that so many bits, 16 at the most, can be looked at.</summary>
    public void Need(int count)
    {
        if (_left >= count)
        {
            return;
        }

        uint unit = 0;
        if (_bytes.Length - _next >= 2)
        {
            unit = LittleEndian.U16(_bytes, _next);
            _next += 2;
        }
        else
        {
            _missing += 16;
        }

        _bits |= unit << (16 - _left);
        _left += 16;
    }

    /// <summary>The next bits, which stay. The caller has made sure of them.</summary>
    public readonly int Peek(int count) => count == 0 ? 0 : (int)(_bits >> (32 - count));

    public void Skip(int count)
    {
        _bits <<= count;
        _left -= count;
    }

    /// <summary>Takes up to 16 bits.</summary>
    public int Take(int count)
    {
        Need(count);
        int value = Peek(count);
        Skip(count);
        return value;
    }

    /// <summary>Takes whole bytes from behind the units taken so far.</summary>
    public uint TakeBytes(int count)
    {
        uint value = 0;
        for (int i = 0; i < count; i++, _next++)
        {
            value |= _next < _bytes.Length ? (uint)_bytes[_next] << (8 * i) : 0;
        }

        return value;
    }

    /// <summary>Copies whole bytes; false where there are too few.</summary>
    public bool TryCopy(Span<byte> target)
    {
        if (_next > _bytes.Length - target.Length)
        {
            return false;
        }

        _bytes.Slice(_next, target.Length).CopyTo(target);
        _next += target.Length;
        return true;
    }

    /// <summary>Drops what is left of the units taken.</summary>
    public void Align()
    {
        _bits = 0;
        _left = 0;
        _missing = 0;
    }
}
