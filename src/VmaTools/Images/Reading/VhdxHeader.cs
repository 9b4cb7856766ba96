using System;
using VmaTools.Bytes;

namespace VmaTools.Images.Reading;

/// <summary>The one of the two headers of a VHDX that counts.</summary>
/// <remarks>
/// Little-endian; a header takes 4 KiB, and its checksum covers these with itself as zero.
/// <code>
///   0  "head"            4     16  file write guid   16     64  version of the log  2
///   4  CRC-32C           4     32  data write guid   16     66  version             2
///   8  sequence number   8     48  log guid          16     68  length of the log   4
///                                                           72  offset of the log   8
/// </code>
/// </remarks>
internal sealed class VhdxHeader
{
    private const int Size = 4096;
    private const int GuidSize = 16;
    private const int MiB = 1 << 20;
    private const int ChecksumAt = 4;

    private static readonly long[] Places = [64 << 10, 128 << 10];

    private VhdxHeader(ulong sequence, byte[] logGuid, long logOffset, long logLength)
    {
        Sequence = sequence;
        LogGuid = logGuid;
        LogOffset = logOffset;
        LogLength = logLength;
    }

    /// <summary>What the entries of the log carry; zeros where the log is empty.</summary>
    public byte[] LogGuid { get; }

    public long LogOffset { get; }

    public long LogLength { get; }

    private ulong Sequence { get; }

    public static bool Matches(ReadOnlySpan<byte> start) => start.StartsWith("vhdxfile"u8);

    /// <exception cref="VmaException">Neither is whole, or it is of a version that is not known.</exception>
    public static VhdxHeader Read(ImageFile file)
    {
        VhdxHeader? current = null;
        int whole = 0;
        foreach (long place in Places)
        {
            byte[] bytes = file.Read(place, Size, "A header");
            if (bytes.AsSpan().StartsWith("head"u8) && IsWhole(bytes))
            {
                whole++;
                if (current is null || LittleEndian.U64(bytes, 8) > current.Sequence)
                {
                    current = Parse(file, bytes, place);
                }
            }
        }

        if (current is null)
        {
            throw file.Mismatch("each of the two headers", Places[0]);
        }

        if (whole < Places.Length)
        {
            file.Tell(VmaCodes.ImageBackupUsed, "one of the two headers is damaged; the other is used.");
        }

        return current;
    }

    /// <summary>Whether a structure of a VHDX matches the CRC-32C that it carries.</summary>
    public static bool IsWhole(byte[] structure)
    {
        uint crc = Crc32C.Compute(structure.AsSpan(0, ChecksumAt));
        crc = Crc32C.Append(crc, stackalloc byte[4]);
        return Crc32C.Append(crc, structure.AsSpan(ChecksumAt + 4)) == LittleEndian.U32(structure, ChecksumAt);
    }

    private static VhdxHeader Parse(ImageFile file, byte[] bytes, long place)
    {
        if (LittleEndian.U16(bytes, 66) is not 1 and ushort version)
        {
            throw file.NotSupported($"version {version} of the format is not read.");
        }

        if (LittleEndian.U16(bytes, 64) is not 0 and ushort logVersion)
        {
            throw file.NotSupported($"version {logVersion} of the log is not read.");
        }

        uint length = LittleEndian.U32(bytes, 68);
        ulong offset = LittleEndian.U64(bytes, 72);
        if (length % MiB != 0 || offset % MiB != 0 || offset is < MiB or > long.MaxValue)
        {
            throw file.Damaged("its log does not lie at whole MiB.", place + 68);
        }

        return new VhdxHeader(LittleEndian.U64(bytes, 8), bytes.AsSpan(48, GuidSize).ToArray(), (long)offset, length);
    }
}
