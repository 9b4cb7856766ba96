using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using VmaTools.Bytes;
using VmaTools.Disks.Partitions;
using VmaTools.Disks.Volumes.Locks;
using VmaTools.Files;

namespace VmaTools.Disks.Volumes.Luks;

/// <summary>
/// The two headers of LUKS2, of which the newer one that is whole counts. Big-endian: 0 magic   6 version u16   8 size with the JSON behind
/// it u64   16 sequence u64   24 label [48]   72 hash of the checksum [32]   104 salt [64]   168 UUID [40]   208 subsystem [48]   256 its own
/// offset u64   448 checksum [64], which is taken as zeros for itself   4096 JSON
/// </summary>
internal static class LuksHeader2
{
    public const int MaxKeySize = 128;
    private const int BinarySize = 4096;
    private const int ChecksumOffset = 448;
    private const int ChecksumSize = 64;
    private const int MinSize = 16 * 1024;
    private const int MaxSize = 4 * 1024 * 1024;

    private static readonly byte[] FirstMagic = [.. "LUKS"u8, 0xBA, 0xBE];
    private static readonly byte[] SecondMagic = [.. "SKUL"u8, 0xBA, 0xBE];

    /// <exception cref="VmaFileSystemException">Both are damaged.</exception>
    public static LuksVolume Read(DiskBytes disk)
    {
        Header? first = TryRead(disk, 0, FirstMagic, out string? wrong);
        Header? second = null;
        if (first is not null)
        {
            second = TryRead(disk, first.Size, SecondMagic, out wrong);
        }
        else
        {
            for (int size = MinSize; size <= MaxSize && second is null; size *= 2)
            {
                second = TryRead(disk, size, SecondMagic, out _);
            }
        }

        Header header = (first, second) switch
        {
            ({ } one, { } other) => other.Sequence > one.Sequence ? other : one,
            ({ } one, null) => one,
            (null, { } other) => other,
            _ => throw Damaged(wrong!),
        };
        LuksVolume volume = LuksMetadata.Read(disk, header.Json, header.Uuid, header.Label);
        if (first is null || second is null)
        {
            volume.Warnings.Add((VmaCodes.VolumeDamaged, first is null
                ? $"The first header of LUKS2 is damaged ({wrong}); the second served."
                : $"The second header of LUKS2 is damaged ({wrong}); the first served."));
        }
        else if (first.Sequence != second.Sequence)
        {
            volume.Warnings.Add((
                VmaCodes.VolumeDamaged, $"The headers of LUKS2 differ, as where a change was broken off: {(header == first ? "the first" : "the second")} is the newer one, and served."));
        }

        return volume;
    }

    /// <summary>The error of asking for more iterations of PBKDF2 than are allowed, or null.</summary>
    public static VmaFileSystemException? CostOf(string what, long iterations) => iterations <= Pbkdf2.MaxIterations
        ? null
        : new VmaFileSystemException(VmaCodes.KeyCostTooHigh, $"For {what} the header wants {iterations} iterations of PBKDF2; {Pbkdf2.MaxIterations} are the most that is done.");

    public static VmaFileSystemException Damaged(string what) => new(VmaCodes.VolumeDamaged, $"The header of LUKS2 is damaged: {what}.");

    private static Header? TryRead(DiskBytes disk, long offset, byte[] magic, out string? wrong)
    {
        Header? header = null;
        try
        {
            header = ReadWhole(disk, offset, magic, out wrong);
        }
        catch (VmaException exception)
        {
            wrong = exception.Sentence.TrimEnd('.');
        }

        return header;
    }

    private static Header? ReadWhole(DiskBytes disk, long offset, byte[] magic, out string? wrong)
    {
        byte[] binary = offset <= disk.Length - BinarySize ? disk.Read(offset, BinarySize) : [];
        if (binary.Length == 0 || !binary.AsSpan().StartsWith(magic) || BigEndian.U16(binary, 6) != 2)
        {
            wrong = "its magic is not there";
            return null;
        }

        ulong size = BigEndian.U64(binary, 8);
        if (size is < MinSize or > MaxSize || (size & (size - 1)) != 0 || (long)size > disk.Length - offset || BigEndian.U64(binary, 256) != (ulong)offset)
        {
            wrong = "its size or its place make no sense";
            return null;
        }

        string hashName = FieldText.Utf8(binary.AsSpan(72, 32)) ?? string.Empty;
        if (KeyHash.Find(hashName) is not KeyHash hash)
        {
            wrong = $"the hash {Printable.Short(hashName)} of its checksum is not known";
            return null;
        }

        byte[] whole = disk.Read(offset, (int)size);
        byte[] stored = whole.AsSpan(ChecksumOffset, ChecksumSize).ToArray();
        whole.AsSpan(ChecksumOffset, ChecksumSize).Clear();
        if (!hash.Compute(whole).AsSpan().SequenceEqual(stored.AsSpan(0, hash.Size)))
        {
            wrong = "its checksum does not match";
            return null;
        }

        ReadOnlySpan<byte> text = whole.AsSpan(BinarySize);
        int end = text.IndexOf((byte)0);
        try
        {
            JsonObject json = Json.Parse(Encoding.UTF8.GetString(text.Slice(0, end < 0 ? text.Length : end).ToArray())) as JsonObject
                ?? throw new FormatException("It is no object.");
            wrong = null;
            return new Header((int)size, BigEndian.U64(binary, 16), json, FieldText.Utf8(binary.AsSpan(168, 40)), FieldText.Utf8(binary.AsSpan(24, 48)));
        }
        catch (FormatException exception)
        {
            wrong = exception.Message.TrimEnd('.');
            return null;
        }
    }

    private sealed record Header(int Size, ulong Sequence, JsonObject Json, string? Uuid, string? Label);
}
