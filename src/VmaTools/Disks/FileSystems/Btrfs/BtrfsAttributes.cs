using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>Reads extended attributes: they are stored with their full names, in the form that is handed out.</summary>
internal static class BtrfsAttributes
{
    public static List<ExtendedAttributeValue> Read(BtrfsSubvolume subvolume, ulong inode)
    {
        List<ExtendedAttributeValue> attributes = [];
        foreach (BtrfsItem item in subvolume.Tree.Of(inode, BtrfsItemTypes.ExtendedAttribute))
        {
            foreach (BtrfsName name in BtrfsName.ReadAll(item.Data))
            {
                attributes.Add(new ExtendedAttributeValue(new RawName(name.Bytes.Span), name.Value.ToArray()));
            }
        }

        return attributes;
    }
}
