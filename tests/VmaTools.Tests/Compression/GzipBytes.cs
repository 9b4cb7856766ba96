using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using VmaTools.Bytes;

namespace VmaTools.Tests.Compression;

/// <summary>Puts gzip files together bit by bit, right or wrong.</summary>
internal sealed class GzipBytes
{
    private readonly List<byte> _bytes = [];
    private uint _bits;
    private int _bitCount;

    /// <summary>A whole member, compressed by the framework.</summary>
    public static byte[] Member(byte[] data)
    {
        MemoryStream target = new();
        using (GZipStream gzip = new(target, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(data, 0, data.Length);
        }

        // The framework writes nothing at all for no data.
        return target.Length > 0 ? target.ToArray() : new GzipBytes().Header().Fixed(last: true).Symbol(256).Trailer(data);
    }

    public GzipBytes Raw(params byte[] bytes)
    {
        Align();
        _bytes.AddRange(bytes);
        return this;
    }

    public GzipBytes Header(byte flags = 0) => Raw(0x1F, 0x8B, 8, flags, 0, 0, 0, 0, 0, 3);

    public GzipBytes Bits(uint value, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _bits |= ((value >> i) & 1) << _bitCount;
            if (++_bitCount == 8)
            {
                Align();
            }
        }

        return this;
    }

    /// <summary>Codes go from their highest bit on.</summary>
    public GzipBytes Code(uint code, int count)
    {
        for (int i = count - 1; i >= 0; i--)
        {
            Bits((code >> i) & 1, 1);
        }

        return this;
    }

    public GzipBytes Align()
    {
        if (_bitCount > 0)
        {
            _bytes.Add((byte)_bits);
            _bits = 0;
            _bitCount = 0;
        }

        return this;
    }

    public GzipBytes Stored(byte[] data, bool last = false)
    {
        Bits(last ? 1u : 0u, 1).Bits(0, 2).Align();
        Raw((byte)data.Length, (byte)(data.Length >> 8), (byte)~data.Length, (byte)(~data.Length >> 8));
        return Raw(data);
    }

    public GzipBytes Fixed(bool last = false) => Bits(last ? 1u : 0u, 1).Bits(1, 2);

    public GzipBytes Dynamic(bool last = false) => Bits(last ? 1u : 0u, 1).Bits(2, 2);

    /// <summary>A literal or length symbol in the fixed code.</summary>
    public GzipBytes Symbol(int symbol) => symbol switch
    {
        < 144 => Code((uint)(0x30 + symbol), 8),
        < 256 => Code((uint)(0x190 + symbol - 144), 9),
        < 280 => Code((uint)(symbol - 256), 7),
        _ => Code((uint)(0xC0 + symbol - 280), 8),
    };

    /// <summary>A distance symbol in the fixed code.</summary>
    public GzipBytes Distance(int symbol) => Code((uint)symbol, 5);

    public byte[] Trailer(byte[] data)
    {
        byte[] trailer = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, Crc32.Append(Crc32.Initial, data));
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(4), (uint)data.Length);
        return Raw(trailer).ToArray();
    }

    public byte[] ToArray()
    {
        Align();
        return _bytes.ToArray();
    }
}
