using System;

namespace VmaTools.Bytes;

/// <summary>CRC-16 (ARC: the polynomial 0x8005), which guards the group descriptors of ext3 and early ext4.</summary>
internal static class Crc16
{
    /// <summary>The polynomial 0x8005 with its bits in reverse.</summary>
    private static readonly CrcTables Tables = new(0xA001);

    /// <summary>The register behind the data; neither what goes in nor what comes out is inverted.</summary>
    public static uint Update(uint register, ReadOnlySpan<byte> data) => Tables.Update(register, data);
}
