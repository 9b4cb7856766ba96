using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Disks;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>
/// Changes bytes of a small volume, over and over, and reads all that is then there: nothing but errors of ours may come out, in
/// bounded time.
/// </summary>
internal static class FileSystemMutations
{
    private const int MaxEntries = 20_000;
    private const int MaxDepth = 64;

    /// <param name="volume">The volume; it is set back after each change.</param>
    /// <param name="open">Opens the file system; null where it was not recognised.</param>
    /// <param name="count">How many changes.</param>
    /// <param name="seed">What the changes depend on.</param>
    /// <param name="end">Where what is changed ends: metadata, mostly.</param>
    /// <param name="pages">Which pages are changed; null for all.</param>
    /// <param name="finish">What is done to a page once it was changed, such as giving it a checksum that fits; null for nothing.</param>
    public static void Run(
        SparseBytes volume,
        Func<DiskBytes, FileSystem?> open,
        int count,
        int seed,
        long end = long.MaxValue,
        Predicate<long>? pages = null,
        Action<Random, long>? finish = null)
    {
        count = Trials.Of(count);
        long[] changed = [.. volume.Pages.Where(p => p < end && pages?.Invoke(p) != false)];
        int opened = 0;
        for (int i = 0; i < count; i++)
        {
            Random random = new(seed + i);
            for (int changes = random.Next(1, 5); changes > 0; changes--)
            {
                long page = changed[random.Next(changed.Length)];
                Change(volume, page, random);
                finish?.Invoke(random, page);
            }

            try
            {
                opened += ReadAll(open(volume)) ? 1 : 0;
            }
            catch (VmaException)
            {
                // What is damaged may be refused.
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Seed {seed + i}: {exception.Message}", exception);
            }

            volume.SetBack();
        }

        Assert.True(opened > count / 4, $"Only {opened} of {count} could be opened.");
    }

    /// <summary>Changes a few bytes of a page.</summary>
    internal static void Change(SparseBytes volume, long page, Random random)
    {
        byte[] bytes = volume.Read(page, (int)Math.Min(SparseBytes.PageSize, volume.Length - page));
        int at = random.Next(bytes.Length / 4) * 4;
        switch (random.Next(4))
        {
            case 0:
                bytes[at + random.Next(4)] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                random.NextBytes(bytes.AsSpan(at, 4));
                break;
            case 2:
                bytes.AsSpan(at, 4).Fill(random.Next(2) == 0 ? (byte)0 : (byte)0xFF);
                break;
            default:
                // Something that is valid elsewhere.
                bytes.AsSpan(random.Next(bytes.Length / 32) * 32, 32).CopyTo(bytes.AsSpan(at / 32 * 32));
                break;
        }

        volume.Write(page, bytes);
    }

    private static bool ReadAll(FileSystem? fileSystem)
    {
        if (fileSystem is null)
        {
            return false;
        }

        using FileSystem used = fileSystem;
        byte[] buffer = new byte[64 * 1024];
        int entries = 0;
        Stack<FileEntry> pending = new([used.Root]);
        while (pending.TryPop(out FileEntry? entry))
        {
            Assert.True(++entries < MaxEntries, "The walk does not end.");
            Assert.True(entry.FullName.Count(static c => c == '/') < MaxDepth, "The walk leads ever deeper.");
            try
            {
                switch (entry.Type)
                {
                    case FileEntryType.Directory:
                        foreach (FileEntry child in used.ReadDirectory(entry))
                        {
                            pending.Push(child);
                        }

                        break;
                    case FileEntryType.SymbolicLink:
                        used.ReadLinkTarget(entry);
                        break;
                    case FileEntryType.File:
                        foreach (FileExtent extent in used.ReadAllocation(entry).Take(1000))
                        {
                            Assert.True(extent.Length > 0);
                        }

                        using (Stream content = used.OpenRead(entry))
                        {
                            _ = content.Read(buffer);
                            content.Position = Math.Max(0, content.Length - buffer.Length);
                            _ = content.Read(buffer);
                        }

                        break;
                }

                used.ReadExtendedAttributes(entry);
                foreach (NamedStreamInfo stream in used.ReadStreams(entry))
                {
                    using Stream content = used.OpenRead(entry, stream.Name);
                    _ = content.Read(buffer);
                }
            }
            catch (VmaException)
            {
                // The rest goes on.
            }
        }

        try
        {
            foreach (DeletedFile deleted in used.ReadDeleted())
            {
                Assert.True(++entries < MaxEntries, "There are ever more deleted files.");
                _ = deleted.ReadAllocation();
                using Stream content = deleted.OpenRead();
                _ = content.Read(buffer);
            }
        }
        catch (VmaException)
        {
            // What is damaged may be refused.
        }

        return true;
    }
}
