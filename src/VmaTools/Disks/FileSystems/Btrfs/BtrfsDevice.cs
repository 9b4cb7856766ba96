namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>A device of a Btrfs that is there.</summary>
/// <param name="Bytes">Its bytes.</param>
/// <param name="Superblock">Its superblock, or a copy of it.</param>
/// <param name="Place">Where that one was found.</param>
/// <param name="Fault">What is wrong with the first superblock where a copy is used; null where it is sound.</param>
internal sealed record BtrfsDevice(DiskBytes Bytes, BtrfsSuperblock Superblock, long Place, string? Fault)
{
    /// <summary>The device, or null where no superblock is there that is whole.</summary>
    /// <exception cref="VmaException">There is one, and it is damaged and has no copy, or uses what is not understood.</exception>
    public static BtrfsDevice? Find(DiskBytes bytes)
    {
        string? fault = null;
        VmaException? failure = null;
        for (int i = 0; i < BtrfsSuperblock.Places.Length; i++)
        {
            string? here = null;
            BtrfsSuperblock? superblock = null;
            try
            {
                superblock = BtrfsSuperblock.Read(bytes, BtrfsSuperblock.Places[i], out here);
            }
            catch (VmaException exception) when (exception.Code != VmaCodes.FileSystemFeatureUnknown)
            {
                // Lost; a copy may not be.
                failure ??= exception;
                here = "it is lost";
            }

            if (superblock is not null)
            {
                return new BtrfsDevice(bytes, superblock, BtrfsSuperblock.Places[i], i == 0 ? null : fault ?? "it is not there");
            }

            if (i == 0)
            {
                fault = here;
                if (bytes.Length < BtrfsSuperblock.Places[0] + BtrfsSuperblock.Size)
                {
                    return null;
                }
            }
        }

        if (fault is null)
        {
            return null;
        }

        throw failure ?? BtrfsErrors.Damaged($"The superblock of the Btrfs is damaged ({fault}), and no copy of it is whole.", offset: BtrfsSuperblock.Places[0]);
    }
}
