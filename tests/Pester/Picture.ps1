# Reads what a browser drew: PNG, eight bits a channel, with or without alpha, not interlaced.
if (-not ('VmaToolsTests.Picture' -as [type])) {
    Add-Type -TypeDefinition @'
using System;
using System.IO;
using System.IO.Compression;

namespace VmaToolsTests
{
    public sealed class Picture
    {
        private readonly byte[] _rows;
        private readonly int _channels;

        public Picture(string path)
        {
            byte[] file = File.ReadAllBytes(path);
            MemoryStream packed = new MemoryStream();
            for (int at = 8; at < file.Length; at += 12 + Number(file, at))
            {
                string type = System.Text.Encoding.ASCII.GetString(file, at + 4, 4);
                if (type == "IHDR")
                {
                    Width = Number(file, at + 8);
                    Height = Number(file, at + 12);
                    _channels = file[at + 17] == 6 ? 4 : 3;
                }
                else if (type == "IDAT")
                {
                    packed.Write(file, at + 8, Number(file, at));
                }
            }

            // The bytes of zlib around the deflated ones are of no use here.
            packed.Position = 2;
            MemoryStream unpacked = new MemoryStream();
            new DeflateStream(packed, CompressionMode.Decompress).CopyTo(unpacked);
            byte[] lines = unpacked.ToArray();
            int length = Width * _channels;
            _rows = new byte[Height * length];
            for (int y = 0; y < Height; y++)
            {
                int filter = lines[y * (length + 1)];
                for (int x = 0; x < length; x++)
                {
                    int left = x < _channels ? 0 : _rows[y * length + x - _channels];
                    int up = y == 0 ? 0 : _rows[(y - 1) * length + x];
                    int corner = x < _channels || y == 0 ? 0 : _rows[(y - 1) * length + x - _channels];
                    int guess = filter == 1 ? left : filter == 2 ? up : filter == 3 ? (left + up) / 2 : filter == 4 ? Paeth(left, up, corner) : 0;
                    _rows[y * length + x] = (byte)(lines[y * (length + 1) + 1 + x] + guess);
                }
            }
        }

        public int Width { get; private set; }

        public int Height { get; private set; }

        // How many points have exactly that colour.
        public int Count(int red, int green, int blue)
        {
            int count = 0;
            for (int at = 0; at < _rows.Length; at += _channels)
            {
                if (_rows[at] == red && _rows[at + 1] == green && _rows[at + 2] == blue)
                {
                    count++;
                }
            }

            return count;
        }

        private static int Number(byte[] bytes, int at)
        {
            return bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
        }

        private static int Paeth(int left, int up, int corner)
        {
            int a = Math.Abs(up - corner);
            int b = Math.Abs(left - corner);
            int c = Math.Abs(left + up - 2 * corner);
            return a <= b && a <= c ? left : b <= c ? up : corner;
        }
    }
}
'@
}
