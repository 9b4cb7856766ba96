using System;
using System.IO;
using System.Linq;
using VmaTools.Disks;
using Xunit;

namespace VmaTools.Tests.Disks.Volumes;

/// <summary>
/// Changes bytes of disks, over and over, and reads the volumes that are then there: nothing but errors of ours may come out.
/// </summary>
internal static class VolumeMutations
{
    /// <param name="disks">The disks; they are set back after each change.</param>
    /// <param name="count">How many changes.</param>
    /// <param name="seed">What the changes depend on.</param>
    /// <param name="end">Where what is changed ends on each disk, but for its last 128 KiB.</param>
    /// <param name="finish">What is done after a change, such as giving metadata a checksum that fits; null for nothing.</param>
    public static void Run(GuestDisks disks, int count, int seed, long end, Action<SparseBytes>? finish = null)
    {
        count = Trials.Of(count);
        (SparseBytes Disk, long Page)[] pages = disks.Pages(end);
        int read = 0;
        for (int i = 0; i < count; i++)
        {
            Random random = new(seed + i);
            for (int changes = random.Next(1, 5); changes > 0; changes--)
            {
                (SparseBytes disk, long page) = pages[random.Next(pages.Length)];
                FileSystemMutations.Change(disk, page, random);
                finish?.Invoke(disk);
            }

            try
            {
                using VolumeSet set = disks.Open();
                Assert.True(set.Volumes.Count < 1000, "There are ever more volumes.");
                read += set.Volumes.Count(static v => v.MemberOf is null && ReadSome(v));
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Seed {seed + i}: {exception.Message}", exception);
            }

            disks.SetBack();
        }

        Assert.True(read > count / 4, $"Only {read} volumes could be read after {count} changes.");
    }

    private static bool ReadSome(DiskVolume volume)
    {
        try
        {
            using Stream content = volume.OpenRead();
            byte[] buffer = new byte[64 * 1024];
            bool isRead = false;
            for (int piece = 0; piece < 8; piece++)
            {
                long offset = volume.Size / 8 * piece;
                KnownRange range = ((IKnownRanges)content).FindRange(offset, long.MaxValue);
                Assert.True(range.Length > 0 || offset >= volume.Size, "A range without bytes.");
                content.Position = offset;
                isRead |= content.Read(buffer) > 0;
            }

            return isRead;
        }
        catch (VmaException)
        {
            // What is damaged may be refused, or be lost.
            return false;
        }
    }
}
