using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Fat;

/// <summary>An entry of a directory as it stands there, with the long name that belongs to it (null for none).</summary>
internal readonly record struct FatRawEntry(byte[] Bytes, long Offset, string? LongName);

/// <summary>Puts the slots of a directory of FAT together to entries.</summary>
internal static class FatDirectory
{
    private const byte Deleted = 0xE5;

    /// <summary>The entries that are in use, dot entries and labels too.</summary>
    public static IEnumerable<FatRawEntry> Read(IEnumerable<DirectorySlot> slots)
    {
        FatLongName longName = new();
        foreach (DirectorySlot slot in slots)
        {
            if (slot.FollowsGap || slot.Bytes[0] == Deleted)
            {
                longName.Clear();
            }

            if (slot.Bytes[0] == Deleted)
            {
                continue;
            }

            if (FatLongName.IsPart(slot.Bytes))
            {
                longName.Add(slot.Bytes);
            }
            else
            {
                yield return new FatRawEntry(slot.Bytes, slot.Offset, longName.Take(slot.Bytes));
            }
        }
    }
}
