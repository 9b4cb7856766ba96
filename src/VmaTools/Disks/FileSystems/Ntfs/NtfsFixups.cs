using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>
/// What protects a structure of several sectors against being written in part: the last two bytes of each 512 are a number, the
/// same in all, and what belongs there is kept in the structure's head.
/// </summary>
internal static class NtfsFixups
{
    private const int Stride = 512;

    // Head: 0 signature [4]   4 offset of the array u16   6 numbers in it u16   8 LSN u64
    // Array: the number u16, then for each 512 bytes what belongs at their end u16.

    /// <summary>Puts the bytes back. False where the structure is torn: its sectors are of different writes.</summary>
    public static bool TryApply(Span<byte> structure)
    {
        int offset = LittleEndian.U16(structure, 4);
        int count = LittleEndian.U16(structure, 6);
        int sectors = structure.Length / Stride;
        if (count != sectors + 1 || (offset & 1) != 0 || offset + (count * 2) > Math.Min(structure.Length, Stride - 2))
        {
            return false;
        }

        ushort number = LittleEndian.U16(structure, offset);
        for (int i = 0; i < sectors; i++)
        {
            int end = ((i + 1) * Stride) - 2;
            if (LittleEndian.U16(structure, end) != number)
            {
                return false;
            }

            structure.Slice(offset + 2 + (i * 2), 2).CopyTo(structure.Slice(end));
        }

        return true;
    }
}
