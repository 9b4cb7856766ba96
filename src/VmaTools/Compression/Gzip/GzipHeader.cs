using System;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>The header of a gzip member: checked and passed over, since nothing in it is needed.</summary>
/// <remarks>
/// <code>
///   2 bytes  1F 8B
///   1        method: 8 is deflate
///   1        flags: 1 text, 2 header checksum, 4 extra field, 8 name, 16 comment, higher ones reserved
///   4        modification time
///   1        extra flags
///   1        operating system
///   2 + n    extra field with its length, if flagged
///   n + 1    name, ending in zero, if flagged
///   n + 1    comment, likewise
///   2        lower half of the CRC-32 of all before, if flagged
/// </code>
/// Numbers are little-endian.
/// </remarks>
internal ref struct GzipHeader
{
    private const byte Magic0 = 0x1F;
    private const byte Magic1 = 0x8B;
    private const byte Deflate = 8;
    private const byte HeaderChecksumFlag = 2;
    private const byte ExtraFieldFlag = 4;
    private const byte NameFlag = 8;
    private const byte CommentFlag = 16;
    private const byte ReservedFlags = 0xE0;
    private const int TimeExtraFlagsAndSystem = 6;

    private readonly CompressedSource _source;
    private readonly long _decodedOffset;
    private uint _checksum;

    private GzipHeader(CompressedSource source, long decodedOffset)
    {
        _source = source;
        _decodedOffset = decodedOffset;
        _checksum = Crc32.Initial;
    }

    /// <summary>True where these first bytes of a file are those of gzip.</summary>
    public static bool Matches(ReadOnlySpan<byte> firstBytes) =>
        firstBytes.Length >= 2 && firstBytes[0] == Magic0 && firstBytes[1] == Magic1;

    /// <summary>Reads the header of the first member.</summary>
    public static void ReadFirst(CompressedSource source)
    {
        long start = source.Offset;
        GzipHeader header = new(source, 0);
        if (header.Next() != Magic0 || header.Next() != Magic1)
        {
            throw header.Error(VmaCodes.CompressedDataCorrupt, "The file is no gzip file.", start);
        }

        header.ReadAfterMagic();
    }

    /// <summary>
    /// Reads the header of a further member; false where the source ends instead. Zero bytes may fill the source up, as
    /// they do where it was written to a device in whole blocks; anything else behind a member is an error.
    /// </summary>
    public static bool TryReadFurther(CompressedSource source, long decodedOffset)
    {
        long start = source.Offset;
        if (!source.TryReadByte(out byte value))
        {
            return false;
        }

        GzipHeader header = new(source, decodedOffset);
        header._checksum = Crc32.Append(header._checksum, value);
        if (value == Magic0 && header.Next() == Magic1)
        {
            header.ReadAfterMagic();
            return true;
        }

        while (value == 0)
        {
            start++;
            if (!source.TryReadByte(out value))
            {
                return false;
            }
        }

        throw header.Error(VmaCodes.CompressedTrailingData, "Bytes that are no gzip data follow the gzip data.", start);
    }

    private void ReadAfterMagic()
    {
        long start = _source.Offset;
        if (Next() != Deflate)
        {
            throw Error(VmaCodes.CompressionNotSupported, "The gzip data is compressed by a method other than deflate.", start);
        }

        byte flags = Next();
        if ((flags & ReservedFlags) != 0)
        {
            throw Error(VmaCodes.CompressionNotSupported, "The gzip header has flags that are reserved.", start + 1);
        }

        Skip(TimeExtraFlagsAndSystem);
        if ((flags & ExtraFieldFlag) != 0)
        {
            int length = Next();
            length |= Next() << 8;
            Skip(length);
        }

        if ((flags & NameFlag) != 0)
        {
            SkipText();
        }

        if ((flags & CommentFlag) != 0)
        {
            SkipText();
        }

        if ((flags & HeaderChecksumFlag) != 0)
        {
            long checksumStart = _source.Offset;
            uint computed = _checksum & 0xFFFF;
            uint stored = Next();
            stored |= (uint)Next() << 8;
            if (stored != computed)
            {
                throw Error(VmaCodes.CompressedChecksumMismatch, "The checksum of a gzip header does not match.", checksumStart);
            }
        }
    }

    private void Skip(int count)
    {
        for (; count > 0; count--)
        {
            Next();
        }
    }

    private void SkipText()
    {
        while (Next() != 0)
        {
        }
    }

    private byte Next()
    {
        if (!_source.TryReadByte(out byte value))
        {
            throw Error(VmaCodes.CompressedDataTruncated, "The gzip file ends within a header.", _source.Offset);
        }

        _checksum = Crc32.Append(_checksum, value);
        return value;
    }

    private readonly VmaCompressionException Error(string code, string message, long compressedOffset) =>
        new(code, message, compressedOffset, _decodedOffset);
}
