using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Fat;

/// <summary>An entry of a directory that was deleted, with what is left of its names.</summary>
internal readonly record struct FatDeletedEntry(byte[] Bytes, long Offset, string Name, string? ShortName);

/// <summary>
/// Puts the slots of deleted entries together. Deleting replaces the first byte of each: of the short name a character is gone, and
/// the parts of a long name are known by their places only. A long name carries a checksum of the short one, which tells what was there.
/// </summary>
internal sealed class FatDeletedNames
{
    private const byte Deleted = 0xE5;
    private const byte Unknown = (byte)'_';

    private readonly FatNames _names;

    /// <param name="names">Reads short names.</param>
    public FatDeletedNames(FatNames names) => _names = names;

    /// <summary>The entries that were deleted.</summary>
    /// <param name="slots">The slots of a directory.</param>
    /// <param name="withLive">Whether those that have not been count, too, as in a directory that was deleted itself.</param>
    public IEnumerable<FatDeletedEntry> Read(IEnumerable<DirectorySlot> slots, bool withLive)
    {
        List<byte[]> parts = [];
        foreach (DirectorySlot slot in slots)
        {
            bool counts = withLive || slot.Bytes[0] == Deleted;
            if (slot.FollowsGap || !counts)
            {
                parts.Clear();
            }

            if (!counts)
            {
                continue;
            }

            if (FatLongName.IsPart(slot.Bytes))
            {
                if (parts.Count == FatLongName.MaxParts || (parts.Count > 0 && parts[0][13] != slot.Bytes[13]))
                {
                    parts.Clear();
                }

                parts.Add(slot.Bytes);
                continue;
            }

            if ((slot.Bytes[11] & FatEntry.LabelAttribute) == 0 && !FatNames.IsDots(slot.Bytes))
            {
                yield return Make(slot, parts);
            }

            parts.Clear();
        }
    }

    private FatDeletedEntry Make(DirectorySlot slot, List<byte[]> parts)
    {
        string? longName = ReadLong(parts);
        bool isGone = slot.Bytes[0] == Deleted;
        if (longName is not null && !(isGone ? TryRestore(slot.Bytes, parts[0][13], longName) : FatNames.Checksum(slot.Bytes) == parts[0][13]))
        {
            longName = null;
        }

        if (slot.Bytes[0] == Deleted)
        {
            slot.Bytes[0] = Unknown;
        }

        string shortName = _names.Read(slot.Bytes);
        bool isLong = longName is not (null or "" or "." or "..");
        return new FatDeletedEntry(slot.Bytes, slot.Offset, isLong ? longName! : shortName, isLong && longName != shortName ? shortName : null);
    }

    /// <summary>The long name of parts, the last of which stands first; null where there are none.</summary>
    private static string? ReadLong(List<byte[]> parts)
    {
        if (parts.Count == 0)
        {
            return null;
        }

        char[] units = new char[parts.Count * FatLongName.PartLength];
        for (int i = 0; i < parts.Count; i++)
        {
            FatLongName.ReadUnits(parts[parts.Count - 1 - i], units.AsSpan(i * FatLongName.PartLength));
        }

        int end = Array.IndexOf(units, '\0');
        return new string(units, 0, end < 0 ? units.Length : end);
    }

    /// <summary>Puts the first byte of a short name back; false where the checksum makes it one that does not fit the long name.</summary>
    private static bool TryRestore(byte[] entry, byte checksum, string longName)
    {
        for (int value = 0; value <= byte.MaxValue; value++)
        {
            // One value fits, whatever the others are.
            entry[0] = (byte)value;
            if (FatNames.Checksum(entry) == checksum)
            {
                break;
            }
        }

        char first = longName.Length == 0 ? '\0' : longName[0];
        bool isPlain = first is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9');
        bool fits = isPlain ? entry[0] == char.ToUpperInvariant(first) : entry[0] is > 0x20 or 0x05;
        entry[0] = fits && entry[0] != Deleted ? entry[0] : Deleted;
        return fits;
    }
}
