using System;
using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;
using System.Linq;

namespace VmaTools.PowerShell.Tests.Judges;

/// <summary>Reads what a browser drew: PNG, eight bits a channel, with or without alpha, not interlaced.</summary>
internal sealed class Picture
{
    private readonly byte[] _rows;
    private readonly int _channels;

    public Picture(byte[] file)
    {
        using MemoryStream packed = new();
        int height = 0;
        for (int at = 8; at < file.Length; at += 12 + Number(file, at))
        {
            ReadOnlySpan<byte> type = file.AsSpan(at + 4, 4);
            if (type.SequenceEqual("IHDR"u8))
            {
                Width = Number(file, at + 8);
                height = Number(file, at + 12);
                _channels = file[at + 17] == 6 ? 4 : 3;
            }
            else if (type.SequenceEqual("IDAT"u8))
            {
                packed.Write(file, at + 8, Number(file, at));
            }
        }

        packed.Position = 0;
        using MemoryStream unpacked = new();
        using (ZLibStream lines = new(packed, CompressionMode.Decompress))
        {
            lines.CopyTo(unpacked);
        }

        _rows = Unfilter(unpacked.ToArray(), Width * _channels, height, _channels);
    }

    public int Width { get; }

    /// <summary>How many points have exactly that colour.</summary>
    public int Count((int Red, int Green, int Blue) colour) => Enumerable.Range(0, _rows.Length / _channels).Count(i =>
        _rows[i * _channels] == colour.Red && _rows[(i * _channels) + 1] == colour.Green && _rows[(i * _channels) + 2] == colour.Blue);

    private static byte[] Unfilter(byte[] lines, int length, int height, int channels)
    {
        byte[] rows = new byte[height * length];
        for (int y = 0; y < height; y++)
        {
            int filter = lines[y * (length + 1)];
            for (int x = 0; x < length; x++)
            {
                int left = x < channels ? 0 : rows[(y * length) + x - channels];
                int up = y == 0 ? 0 : rows[((y - 1) * length) + x];
                int corner = x < channels || y == 0 ? 0 : rows[((y - 1) * length) + x - channels];
                int guess = filter switch
                {
                    1 => left,
                    2 => up,
                    3 => (left + up) / 2,
                    4 => Paeth(left, up, corner),
                    _ => 0,
                };
                rows[(y * length) + x] = (byte)(lines[(y * (length + 1)) + 1 + x] + guess);
            }
        }

        return rows;
    }

    private static int Number(byte[] bytes, int at) => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));

    private static int Paeth(int left, int up, int corner)
    {
        int a = Math.Abs(up - corner);
        int b = Math.Abs(left - corner);
        int c = Math.Abs(left + up - (2 * corner));
        return a <= b && a <= c ? left : b <= c ? up : corner;
    }
}
