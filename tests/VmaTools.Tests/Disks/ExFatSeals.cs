using System;
using System.Buffers.Binary;
using System.Linq;
using VmaTools.Disks.FileSystems;

namespace VmaTools.Tests.Disks;

/// <summary>Makes the checksums of damaged entry sets of exFAT right again.</summary>
internal static class ExFatSeals
{
    private const int Slot = 32;
    private const byte FileType = 0x85;
    private const byte InUse = 0x80;

    /// <summary>Gives every entry set that lies whole in a page the checksum that fits it.</summary>
    public static void Mend(SparseBytes volume, long page)
    {
        byte[] bytes = volume.Read(page, SparseBytes.PageSize);
        for (int at = 0; at < bytes.Length; at += Slot)
        {
            int length = (bytes[at + 1] + 1) * Slot;
            if (bytes[at] != FileType || length > bytes.Length - at || bytes[at + Slot] != 0xC0)
            {
                continue;
            }

            ushort sum = 0;
            for (int i = 0; i < length; i++)
            {
                sum = i is 2 or 3 ? sum : (ushort)(((sum << 15) | (sum >> 1)) + bytes[at + i]);
            }

            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at + 2), sum);
        }

        volume.Write(page, bytes);
    }

    /// <summary>Removes the directories of the root that hold more than some entries, as a driver does: what is there is in use no more.</summary>
    public static void RemoveDirectories(SparseBytes volume, int most)
    {
        string[] large;
        using (FileSystem files = GuestImages.OpenFiles(volume))
        {
            large = files.ReadDirectory(files.Root)
                .Where(d => d.Type == FileEntryType.Directory && files.ReadDirectory(d).Skip(most).Any())
                .Select(static d => d.Name.ToString())
                .ToArray();
        }

        foreach (long page in volume.Pages)
        {
            byte[] bytes = volume.Read(page, SparseBytes.PageSize);
            for (int at = 0; at + (3 * Slot) <= bytes.Length; at += Slot)
            {
                if (bytes[at] == FileType && bytes[at + Slot] == 0xC0 && bytes[at + (2 * Slot)] == 0xC1 && large.Contains(Name(bytes, at)))
                {
                    for (int i = 0; i <= bytes[at + 1] && at + (i * Slot) < bytes.Length; i++)
                    {
                        bytes[at + (i * Slot)] &= InUse - 1;
                    }
                }
            }

            volume.Write(page, bytes);
        }
    }

    private static string Name(byte[] bytes, int at) =>
        System.Text.Encoding.Unicode.GetString(bytes, at + (2 * Slot) + 2, Math.Min((int)bytes[at + Slot + 3], 15) * 2);
}
