using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using VmaTools.Disks;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>What is free on volumes that their own tools made and filled, as The Sleuth Kit has it, or e2fsprogs.</summary>
public sealed class UnallocatedTests : IDisposable
{
    private static readonly Tool Blkls = new("blkls");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("mkfs.vfat", 1, "-F", "12", "-s", "1")]
    [InlineData("mkfs.vfat", 24, "-F", "16", "-s", "4")]
    [InlineData("mkfs.vfat", 140, "-F", "32", "-s", "4")]
    [InlineData("mke2fs", 24, "-q", "-t", "ext2", "-b", "1024")]
    [InlineData("mke2fs", 300, "-q", "-t", "ext4", "-b", "1024")]
    [InlineData("mke2fs", 300, "-q", "-t", "ext4", "-b", "4096", "-O", "^metadata_csum,uninit_bg")]
    [InlineData("mke2fs", 24, "-q", "-t", "ext3", "-b", "4096")]
    [InlineData("mkntfs", 24, "-F", "-q", "-c", "4096")]
    public void It_is_what_other_tools_find(string maker, int mebibytes, params string[] arguments)
    {
        Blkls.SkipIfMissing();
        string image = _folder.File("image");
        using (FileStream file = File.Create(image))
        {
            // What nobody has written is told apart all the same.
            file.SetLength(mebibytes * 1024L * 1024);
            byte[] block = new byte[512];
            for (long at = 0; at < file.Length; at += 65536)
            {
                Encoding.ASCII.GetBytes($"block {at}", block);
                file.Position = at;
                file.Write(block);
            }
        }

        string source = _folder.File("a file");
        File.WriteAllBytes(source, new byte[70000]);
        new Tool(maker).Run([.. arguments, .. maker == "mke2fs" ? (string[])["-E", "nodiscard", "-d", Directory.CreateDirectory(_folder.File("folder")).FullName] : [], image]);
        if (maker == "mkfs.vfat")
        {
            new Tool("mcopy").Run("-i", image, source, "::/");
        }

        using DiskBytes disk = new StreamDiskBytes(File.OpenRead(image));
        using FileSystem files = XfsTests.Open(disk);
        if (maker == "mke2fs")
        {
            Assert.Equal(FreeByTool(image, files.BlockSize), files.ReadUnallocated());
            Assert.Equal(files.FreeBytes, files.ReadUnallocated().Sum(static f => f.Length));
            return;
        }

        using IncrementalHash digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long length = 0;
        foreach ((long offset, long size) in files.ReadUnallocated())
        {
            for (long done = 0; done < size; done += 1 << 20)
            {
                digest.AppendData(disk.Read(offset + done, (int)Math.Min(1 << 20, size - done)));
            }

            length += size;
        }

        Assert.True(length > disk.Length / 2);
        Assert.Equal(Convert.ToHexString(SHA256.HashData(Blkls.Filter([], image))), Convert.ToHexString(digest.GetHashAndReset()));
        Assert.Equal(files.FreeBytes, length);
    }

    [Fact]
    public void Clusters_of_ext_count_as_a_whole()
    {
        string image = _folder.File("image");
        File.WriteAllBytes(image, []);
        new Tool("mke2fs").Run("-q", "-t", "ext4", "-O", "bigalloc", "-C", "65536", image, "64M");
        using DiskBytes disk = new StreamDiskBytes(File.OpenRead(image));
        using FileSystem files = XfsTests.Open(disk);
        (long Offset, long Length)[] free = [.. files.ReadUnallocated()];
        Assert.Equal(files.FreeBytes, free.Sum(static f => f.Length));
        Assert.All(free, static f => Assert.Equal(0, f.Offset % 65536));
    }

    [Fact]
    public void A_file_system_of_which_it_is_not_told_is_named()
    {
        using FileSystem files = XfsTests.Open(GuestImages.CopyVolume("gpt-linux", "disk0p3"));
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => files.ReadUnallocated().ToList());
        Assert.Equal(VmaCodes.FileSystemNotSupported, exception.Code);
        Assert.Contains(files.Kind, exception.Message, StringComparison.Ordinal);
        Assert.Equal(VmaCodes.FileSystemNotSupported, Assert.Throws<VmaFileSystemException>(() => files.ReadDeleted().ToList()).Code);
    }

    [Fact]
    public void A_bitmap_with_a_wrong_checksum_tells_nothing()
    {
        string image = _folder.File("image");
        File.WriteAllBytes(image, []);
        new Tool("mke2fs").Run("-q", "-t", "ext4", image, "16M");
        using DiskBytes disk = new StreamDiskBytes(File.OpenRead(image));
        SparseBytes volume = SparseBytes.CopyOf(disk);
        using FileSystem sound = XfsTests.Open(volume);
        List<(long Offset, long Length)> free = [.. sound.ReadUnallocated()];

        // The first group's bitmap of blocks stands where its descriptor says.
        long bitmap = BitConverter.ToUInt32(volume.Read(2048, 4)) * 1024L;
        volume.Write(bitmap, [(byte)(volume.Read(bitmap, 1)[0] ^ 1)]);
        using FileSystem damaged = XfsTests.Open(volume);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => damaged.ReadUnallocated().ToList());
        Assert.Equal((VmaCodes.FileSystemChecksumMismatch, (long?)bitmap), (exception.Code, exception.VolumeOffset));
        Assert.NotEmpty(free);
    }

    /// <summary>The free blocks that dumpe2fs lists, group by group, neighbours joined.</summary>
    private static List<(long Offset, long Length)> FreeByTool(string image, int blockSize)
    {
        List<(long Offset, long Length)> free = [];
        foreach (Match line in Regex.Matches(new Tool("dumpe2fs").Run(image), @"^  Free blocks: (.+)$", RegexOptions.Multiline))
        {
            foreach (string range in line.Groups[1].Value.Split(", "))
            {
                long[] ends = [.. range.Split('-').Select(long.Parse)];
                long offset = ends[0] * blockSize;
                long length = ((ends[^1] + 1) * blockSize) - offset;
                if (free.Count > 0 && free[^1].Offset + free[^1].Length == offset)
                {
                    free[^1] = (free[^1].Offset, free[^1].Length + length);
                }
                else
                {
                    free.Add((offset, length));
                }
            }
        }

        return free;
    }
}
