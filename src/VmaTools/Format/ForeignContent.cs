using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;

namespace VmaTools.Format;

/// <summary>Names what bytes are that begin no archive: a kind that people take for one, or put beside it.</summary>
internal static class ForeignContent
{
    /// <summary>So many bytes are enough to tell everything that is known here.</summary>
    public const int MostNeeded = 68 << 10;

    private const string Disk = "a raw disk image";

    // Where bytes of text end is told by none; so many are enough to tell a text.
    private const int TextLength = 512;

    private static readonly (int Offset, byte[] Magic, string Name)[] Magics =
    [
        (0, [.. "VMAINDEX"u8], "an index of an archive, which belongs beside that"),
        (0, [.. "PK\u0003\u0004"u8], "a zip archive; extract it first"),
        (0, [.. "PK\u0005\u0006"u8], "an empty zip archive"),
        (0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive; extract it first"),
        (0, [.. "Rar!\u001A\u0007"u8], "a RAR archive; extract it first"),
        (0, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "compressed with xz, which is not read here; decompress it first"),
        (0, [0x04, 0x22, 0x4D, 0x18], "compressed with lz4, which is not read here; decompress it first"),
        (0, [0x02, 0x21, 0x4C, 0x18], "compressed with lz4, which is not read here; decompress it first"),
        (0, [.. "LZIP"u8], "compressed with lzip, which is not read here; decompress it first"),
        (0, [0x1F, 0x9D], "compressed with compress, which is not read here; decompress it first"),
        (0, [0x5D, 0, 0], "compressed with lzma, which is not read here; decompress it first"),
        (257, [.. "ustar"u8], "a tar archive, as backups of containers are"),
        (0, [.. "age-encryption.org/"u8], "encrypted with age; decrypt it first"),
        (0, [.. "-----BEGIN PGP"u8], "encrypted with GnuPG; decrypt it first"),
        (0, [.. "-----BEGIN AGE"u8], "encrypted with age; decrypt it first"),
        (0, [.. "Salted__"u8], "encrypted with OpenSSL; decrypt it first"),
        (0, [.. "LUKS"u8, 0xBA, 0xBE], "a disk encrypted with LUKS"),
        (0, [.. "QFI"u8, 0xFB], "a QCOW2 image"),
        (0, [.. "KDMV"u8], "a VMDK image"),
        (0, [.. "# Disk DescriptorFile"u8], "the descriptor of a VMDK image"),
        (0, [.. "vhdxfile"u8], "a VHDX image"),
        (0, [.. "conectix"u8], "a VHD image"),
        (64, [0x7F, 0x10, 0xDA, 0xBE], "a VDI image"),
        (512, [.. "EFI PART"u8], Disk),
        (4096, [.. "EFI PART"u8], Disk),
        (512, [.. "LABELONE"u8], "a physical volume of LVM"),
        (4096, [0xFC, 0x4E, 0x2B, 0xA9], "a member of a Linux software RAID"),
        (0, [.. "XFSB"u8], "a file system (XFS)"),
        (65600, [.. "_BHRfS_M"u8], "a file system (Btrfs)"),
        (32769, [.. "CD001"u8], "an image of a CD or DVD (ISO 9660)"),
        (4086, [.. "SWAPSPACE2"u8], "swap space"),
        (0, [0x7F, 0x45, 0x4C, 0x46], "a program"),
        (0, [.. "MZ"u8], "a program"),
        (0, [.. "%PDF-"u8], "a PDF document"),
    ];

    // What has to be undone before anybody can tell what is in it.
    private const string Packed = " it first";

    /// <summary>What is behind "it is" of a file that another one is packed into, whatever that is; null for what is none.</summary>
    /// <param name="start">The first bytes, 32 or more.</param>
    public static string? PackerOf(ReadOnlySpan<byte> start)
    {
        foreach ((int offset, byte[] magic, string name) in Magics)
        {
            if (offset == 0 && name.EndsWith(Packed, StringComparison.Ordinal) && start.StartsWith(magic))
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>What is behind "it is", or null where that is not known.</summary>
    /// <param name="start">The first bytes, as many as there are of the first <see cref="MostNeeded"/>.</param>
    public static string? NameOf(ReadOnlySpan<byte> start)
    {
        foreach ((int offset, byte[] magic, string name) in Magics)
        {
            if (start.Length >= offset && start.Slice(offset).StartsWith(magic))
            {
                return name;
            }
        }

        if (IsOpenPgp(start))
        {
            return "encrypted with GnuPG; decrypt it first";
        }

        if (TextOf(start) is string text)
        {
            return NameOfText(text);
        }

        return start.Length >= 512 && start[510] == 0x55 && start[511] == 0xAA ? Disk
            : IsExt(start) ? "a file system (ext)"
            : null;
    }

    // The magic has two bytes only: the number of the version, and of the system that made it, are small ones.
    private static bool IsExt(ReadOnlySpan<byte> start)
    {
        const int Magic = 1080;
        const int Creator = 1096;
        const int Version = 1100;
        return start.Length >= Version + sizeof(uint)
            && BinaryPrimitives.ReadUInt16LittleEndian(start.Slice(Magic)) == 0xEF53
            && BinaryPrimitives.ReadUInt32LittleEndian(start.Slice(Creator)) <= 4
            && BinaryPrimitives.ReadUInt32LittleEndian(start.Slice(Version)) <= 1;
    }

    private static string NameOfText(string text)
    {
        string trimmed = text.TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        foreach (KeyValuePair<string, string> pair in new Dictionary<string, string>
        {
            ["<!doctype html"] = "an HTML page, as a server sends instead of a file",
            ["<html"] = "an HTML page, as a server sends instead of a file",
            ["<"] = "an XML or HTML text",
            ["{"] = "a JSON text",
            ["["] = "a text",
            ["version https://git-lfs"] = "a pointer of Git LFS to a file that was not fetched",
        })
        {
            if (trimmed.StartsWith(pair.Key, StringComparison.OrdinalIgnoreCase))
            {
                return pair.Value;
            }
        }

        return text.Contains("INFO: Starting Backup of VM") || text.Contains("INFO: starting new backup job")
            ? "the log of a backup"
            : "a text, such as notes or a log";
    }

    /// <summary>The bytes as text in UTF-8, or null where they have something that no text has.</summary>
    private static string? TextOf(ReadOnlySpan<byte> start)
    {
        byte[] bytes = start.Slice(0, Math.Min(start.Length, TextLength)).ToArray();
        foreach (byte value in bytes)
        {
            if (value is 0x7F or < 0x20 and not (0x09 or 0x0A or 0x0C or 0x0D or 0x1B))
            {
                return null;
            }
        }

        string text = Encoding.UTF8.GetString(bytes);
        int replaced = text.IndexOf('\uFFFD');
        return replaced < 0 || replaced >= text.Length - 3 ? text : null;
    }

    // The first packet holds a session's key: by a passphrase (tag 3) or a public key (tag 1), with its length in one or two bytes.
    private static bool IsOpenPgp(ReadOnlySpan<byte> start) =>
        start.Length >= 4
        && (start[0], start[2], start[3]) is (0x8C, 4, _) or (0xC3, 4, _) or (0x84, 3, _) or (0xC1, 3, _) or (0x85, _, 3);
}
