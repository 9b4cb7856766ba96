using System.Buffers.Binary;
using System.Collections.Generic;
using VmaTools.Bytes;
using VmaTools.Compression;

namespace VmaTools.Tests.Compression;

/// <summary>Puts lzop files together piece by piece, right or wrong.</summary>
internal sealed class LzopBytes
{
    private readonly List<byte> _bytes = [];
    private LzopFlags _flags;

    public LzopBytes Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public LzopBytes Number(uint value) => Raw(BigEndian(value));

    public LzopBytes Header(
        LzopFlags flags = LzopFlags.DataAdler32,
        ushort version = 0x1040,
        ushort versionNeeded = 0x0940,
        byte method = 1,
        byte level = 5,
        byte[]? extraField = null,
        uint checksumError = 0)
    {
        _flags = flags;
        bool isOld = version < 0x0940;
        List<byte> header = [(byte)(version >> 8), (byte)version, 0x20, 0xA0];
        if (!isOld)
        {
            header.AddRange([(byte)(versionNeeded >> 8), (byte)versionNeeded]);
        }

        header.Add(method);
        if (!isOld)
        {
            header.Add(level);
        }

        header.AddRange(BigEndian((uint)flags));
        if ((flags & LzopFlags.Filter) != 0)
        {
            header.AddRange(BigEndian(1));
        }

        header.AddRange(new byte[isOld ? 8 : 12]);
        header.AddRange([4, 0x2E, 0x2E, 0x2F, 0x78]);
        Raw(0x89, 0x4C, 0x5A, 0x4F, 0, 0x0D, 0x0A, 0x1A, 0x0A).Raw([.. header]).Number(Checksum([.. header]) ^ checksumError);
        if (extraField is not null)
        {
            byte[] field = [.. BigEndian((uint)extraField.Length), .. extraField];
            Raw(field).Number(Checksum(field) ^ checksumError);
        }

        return this;
    }

    public LzopBytes Stored(byte[] data) => Block(data, data);

    public LzopBytes Block(byte[] data, byte[] compressed)
    {
        Number((uint)data.Length).Number((uint)compressed.Length);
        Checksums(data, LzopFlags.DataAdler32, LzopFlags.DataCrc32);
        if (compressed.Length < data.Length)
        {
            Checksums(compressed, LzopFlags.CompressedAdler32, LzopFlags.CompressedCrc32);
        }

        return Raw(compressed);
    }

    public byte[] End() => Number(0).ToArray();

    public byte[] ToArray() => [.. _bytes];

    private static byte[] BigEndian(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private void Checksums(byte[] data, LzopFlags adler32, LzopFlags crc32)
    {
        if ((_flags & adler32) != 0)
        {
            Number(Adler32.Append(Adler32.Initial, data));
        }

        if ((_flags & crc32) != 0)
        {
            Number(Crc32.Append(Crc32.Initial, data));
        }
    }

    private uint Checksum(byte[] data) => (_flags & LzopFlags.HeaderCrc32) != 0
        ? Crc32.Append(Crc32.Initial, data)
        : Adler32.Append(Adler32.Initial, data);
}
