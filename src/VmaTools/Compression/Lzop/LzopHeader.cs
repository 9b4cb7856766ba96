using System;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>The header of an lzop file: checked, and kept as far as it says how blocks are to be read.</summary>
/// <remarks>
/// <code>
///   9 bytes  89 4C 5A 4F 00 0D 0A 1A 0A
///   2        version of lzop that wrote it, as 0x1040 for 1.04
///   2        version of the LZO library
///   2        version of lzop needed to extract                      (from version 0.94 on)
///   1        method: 1, 2 and 3 are ways to make LZO1X
///   1        level                                                  (from version 0.94 on)
///   4        flags
///   4        filter                                                 (if flagged)
///   4        file mode
///   4        modification time, lower half
///   4        modification time, higher half                         (from version 0.94 on)
///   1 + n    length of the name and the name
///   4        Adler-32 or CRC-32 of all after the first 9 bytes
///   4 + n    length of the extra field and the extra field          (if flagged)
///   4        Adler-32 or CRC-32 of both of these                    (if flagged)
/// </code>
/// Numbers are big-endian, here and in the blocks that follow.
/// </remarks>
internal ref struct LzopHeader
{
    private const ushort OldestVersion = 0x0900;
    private const ushort VersionWithMoreFields = 0x0940;
    private const ushort NewestVersionKnown = 0x1040;
    private const byte LastLzo1xMethod = 3;
    private const byte HighestLevel = 9;

    private readonly CompressedSource _source;
    private readonly long _decodedOffset;
    private uint _adler32;
    private uint _crc32;

    private LzopHeader(CompressedSource source, long decodedOffset)
    {
        _source = source;
        _decodedOffset = decodedOffset;
    }

    private static ReadOnlySpan<byte> Magic => [0x89, (byte)'L', (byte)'Z', (byte)'O', 0x00, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>True where these first bytes of a file are those of lzop.</summary>
    public static bool Matches(ReadOnlySpan<byte> firstBytes) => firstBytes.StartsWith(Magic);

    /// <summary>Reads the header of the first file in the source.</summary>
    public static LzopFlags ReadFirst(CompressedSource source)
    {
        long start = source.Offset;
        LzopHeader header = new(source, 0);
        foreach (byte expected in Magic)
        {
            if (header.NextByte() != expected)
            {
                throw header.Error(VmaCodes.CompressedDataCorrupt, "The file is no lzop file.", start);
            }
        }

        return header.ReadAfterMagic();
    }

    /// <summary>
    /// Reads the header of a further file; false where the source ends instead. Zero bytes may fill the source up, as they
    /// do where it was written to a device in whole blocks; anything else behind a file is an error.
    /// </summary>
    public static bool TryReadFurther(CompressedSource source, long decodedOffset, out LzopFlags flags)
    {
        flags = LzopFlags.None;
        long start = source.Offset;
        if (!source.TryReadByte(out byte value))
        {
            return false;
        }

        LzopHeader header = new(source, decodedOffset);
        int matched = 0;
        while (value == Magic[matched])
        {
            if (++matched == Magic.Length)
            {
                flags = header.ReadAfterMagic();
                return true;
            }

            value = header.NextByte();
        }

        while (value == 0 && matched == 0)
        {
            start++;
            if (!source.TryReadByte(out value))
            {
                return false;
            }
        }

        throw header.Error(VmaCodes.CompressedTrailingData, "Bytes that are no lzop data follow the lzop data.", start);
    }

    private LzopFlags ReadAfterMagic()
    {
        long start = _source.Offset;
        _adler32 = Adler32.Initial;
        _crc32 = Crc32.Initial;
        ushort version = NextUInt16();
        bool hasMoreFields = version >= VersionWithMoreFields;
        NextUInt16();
        ushort versionNeeded = hasMoreFields ? NextUInt16() : OldestVersion;
        byte method = NextByte();
        byte level = hasMoreFields ? NextByte() : (byte)0;
        LzopFlags flags = (LzopFlags)NextUInt32();
        if ((flags & LzopFlags.Filter) != 0)
        {
            NextUInt32();
        }

        int modeAndTime = hasMoreFields ? 12 : 8;
        Skip(modeAndTime);
        Skip(NextByte());
        CheckChecksum(flags);

        if (version < OldestVersion || versionNeeded < OldestVersion)
        {
            throw Error(VmaCodes.CompressedDataCorrupt, "The lzop header has a version that never was.", start);
        }

        if (versionNeeded > NewestVersionKnown)
        {
            throw Error(VmaCodes.CompressionNotSupported, "The lzop file needs a newer version of lzop than is known here.", start);
        }

        if (method is 0 or > LastLzo1xMethod || level > HighestLevel)
        {
            throw Error(VmaCodes.CompressionNotSupported, "The lzop file is compressed by a method other than LZO1X.", start);
        }

        if ((flags & LzopFlags.Reserved) != 0)
        {
            throw Error(VmaCodes.CompressionNotSupported, "The lzop header has flags that are reserved.", start);
        }

        if ((flags & LzopFlags.Filter) != 0)
        {
            throw Error(VmaCodes.CompressionNotSupported, "The data went through a filter of lzop before it was compressed.", start);
        }

        // lzop writes checksums of compressed bytes only in addition, and a stored block has none but that of its data.
        if (HasAlone(flags, LzopFlags.CompressedAdler32, LzopFlags.DataAdler32)
            || HasAlone(flags, LzopFlags.CompressedCrc32, LzopFlags.DataCrc32))
        {
            throw Error(VmaCodes.CompressedDataCorrupt, "The lzop header has flags that contradict each other.", start);
        }

        if ((flags & LzopFlags.ExtraField) != 0)
        {
            _adler32 = Adler32.Initial;
            _crc32 = Crc32.Initial;
            Skip(NextUInt32());
            CheckChecksum(flags);
        }

        return flags;
    }

    private static bool HasAlone(LzopFlags flags, LzopFlags flag, LzopFlags other) => (flags & (flag | other)) == flag;

    private void CheckChecksum(LzopFlags flags)
    {
        uint computed = (flags & LzopFlags.HeaderCrc32) != 0 ? _crc32 : _adler32;
        long start = _source.Offset;
        if (NextUInt32() != computed)
        {
            throw Error(VmaCodes.CompressedChecksumMismatch, "The checksum of an lzop header does not match.", start);
        }
    }

    private void Skip(uint count)
    {
        for (; count > 0; count--)
        {
            NextByte();
        }
    }

    private void Skip(int count) => Skip((uint)count);

    private uint NextUInt32() => ((uint)NextUInt16() << 16) | NextUInt16();

    private ushort NextUInt16()
    {
        int high = NextByte();
        return (ushort)((high << 8) | NextByte());
    }

    private byte NextByte()
    {
        if (!_source.TryReadByte(out byte value))
        {
            throw Error(VmaCodes.CompressedDataTruncated, "The lzop file ends within a header.", _source.Offset);
        }

        _adler32 = Adler32.Append(_adler32, [value]);
        _crc32 = Crc32.Append(_crc32, value);
        return value;
    }

    private readonly VmaCompressionException Error(string code, string message, long compressedOffset) =>
        new(code, message, compressedOffset, _decodedOffset);
}
