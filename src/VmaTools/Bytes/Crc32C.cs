using System;
#if !NETSTANDARD2_0
using System.Buffers.Binary;
using System.Runtime.Intrinsics.X86;
using Arm = System.Runtime.Intrinsics.Arm;
#endif

namespace VmaTools.Bytes;

/// <summary>CRC-32C (Castagnoli), which guards structures of VHDX, ext4, XFS, Btrfs and MD.</summary>
internal static class Crc32C
{
    /// <summary>The checksum of no bytes.</summary>
    public const uint Initial = 0;

    /// <summary>The polynomial 0x1EDC6F41 with its bits in reverse.</summary>
    private static readonly CrcTables Tables = new(0x82F63B78);

    /// <summary>The checksum of the bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Append(Initial, data);

    /// <summary>The checksum of the bytes behind <paramref name="crc"/> followed by <paramref name="data"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data) => ~Update(~crc, data);

    /// <summary>The same on the register: neither what goes in nor what comes out is inverted.</summary>
    public static uint Update(uint register, ReadOnlySpan<byte> data)
    {
#if !NETSTANDARD2_0
        if (Sse42.X64.IsSupported)
        {
            ulong wide = register;
            for (; data.Length >= 8; data = data.Slice(8))
            {
                wide = Sse42.X64.Crc32(wide, BinaryPrimitives.ReadUInt64LittleEndian(data));
            }

            register = (uint)wide;
        }
        else if (Arm.Crc32.Arm64.IsSupported)
        {
            for (; data.Length >= 8; data = data.Slice(8))
            {
                register = Arm.Crc32.Arm64.ComputeCrc32C(register, BinaryPrimitives.ReadUInt64LittleEndian(data));
            }
        }
#endif
        return UpdateByTables(register, data);
    }

    /// <summary>The plain way, on any processor.</summary>
    internal static uint UpdateByTables(uint register, ReadOnlySpan<byte> data) => Tables.Update(register, data);
}
