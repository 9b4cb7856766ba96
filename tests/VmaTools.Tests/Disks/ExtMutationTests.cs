using System;
using System.IO;
using VmaTools.Disks.FileSystems;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>Damage of every kind ends in errors of ours, and in bounded time.</summary>
public sealed class ExtMutationTests
{
    /// <summary>How many mutations of each image there are.</summary>
    private static readonly int Rounds = Trials.Of(400);

    private const int MaxEntries = 300;
    private const int PieceOfContent = 4096;

    [Theory]
    [InlineData("ext3-log", 1)]
    [InlineData("ext4-log", 2)]
    [InlineData("ext4-fast-commits", 3)]
    public void Damage_anywhere_ends_in_errors_of_ours(string image, int seed)
    {
        SparseBytes volume = GuestImages.OpenRaw(image);
        Random random = new(seed);
        long[] pages = volume.Pages;
        int read = 0;
        for (int round = 0; round < Rounds; round++)
        {
            for (int flips = 1 << random.Next(8); flips > 0; flips--)
            {
                // The first pages hold what all else hangs on.
                long page = pages[random.Next(random.Next(2) == 0 ? pages.Length : Math.Min(pages.Length, 24))];
                byte[] value = volume.Read(page + random.Next(SparseBytes.PageSize - 4), 4);
                Change(random, value);
                volume.Write(page + random.Next(SparseBytes.PageSize - 4), value.AsSpan(0, random.Next(1, 5)));
            }

            read += ReadAll(volume, noReplay: random.Next(4) == 0);
            volume.SetBack();
        }

        // Most mutations leave something that can be read.
        Assert.True(read > Rounds, $"{read} entries");
    }

    private static void Change(Random random, byte[] value)
    {
        switch (random.Next(4))
        {
            case 0:
                random.NextBytes(value);
                break;
            case 1:
                value.AsSpan().Fill((byte)(random.Next(2) * 0xff));
                break;
            default:
                value[random.Next(4)] ^= (byte)(1 << random.Next(8));
                break;
        }
    }

    private static int ReadAll(SparseBytes volume, bool noReplay)
    {
        int entries = 0;
        try
        {
            using FileSystem? files = FileSystemReaders.Open(volume, new FileSystemOptions { NoReplay = noReplay });
            if (files is null)
            {
                return 0;
            }

            _ = files.FreeBytes;
            foreach (FileEntry entry in GuestImages.Walk(files))
            {
                if (entries++ > MaxEntries)
                {
                    break;
                }

                try
                {
                    Read(files, entry);
                }
                catch (VmaException)
                {
                    // Told, as it should be.
                }
            }
        }
        catch (VmaException)
        {
            // Told, as it should be.
        }

        return entries;
    }

    private static void Read(FileSystem files, FileEntry entry)
    {
        _ = files.Find(entry.Parent!, entry.Name);
        _ = files.ReadExtendedAttributes(entry);
        if (entry.Type == FileEntryType.SymbolicLink)
        {
            _ = files.ReadLinkTarget(entry);
        }
        else if (entry.Type == FileEntryType.File)
        {
            byte[] piece = new byte[PieceOfContent];
            using Stream content = files.OpenRead(entry);
            _ = content.Read(piece, 0, piece.Length);
            content.Position = Math.Max(0, content.Length - piece.Length);
            _ = content.Read(piece, 0, piece.Length);
        }
    }
}
