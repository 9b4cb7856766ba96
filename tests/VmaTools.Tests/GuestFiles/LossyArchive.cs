using System;
using System.IO;
using System.Linq;

namespace VmaTools.Tests.GuestFiles;

/// <summary>Archives that have lost a part of what is in them.</summary>
internal static class LossyArchive
{
    /// <summary>The archive without compression, and without every ninth of its extents.</summary>
    public static string Make(VmaArchive whole, TempFolder folder)
    {
        string path = folder.File("damaged.vma");
        using (VmaCreation creation = new())
        {
            whole.Devices.ToList().ForEach(d => creation.AddDevice(d));
            creation.Run(path);
        }

        byte[] bytes = File.ReadAllBytes(path);
        int found = 0;
        for (int at = bytes.AsSpan().IndexOf("VMAE"u8); at >= 0;)
        {
            if (++found % 9 == 5)
            {
                bytes.AsSpan(at, 4).Clear();
            }

            int next = bytes.AsSpan(at + 4).IndexOf("VMAE"u8);
            at = next < 0 ? -1 : at + 4 + next;
        }

        File.WriteAllBytes(path, bytes);
        return path;
    }
}
