using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>ext2, ext3 and ext4 as a kernel wrote and read them.</summary>
public sealed class ExtTests
{
    private const string Default = "gpt-linux";
    private const string DefaultVolume = "disk0p2";
    private const string Folding = "ext4-casefold";
    private const string Evil = "dmg-ext4-evil";
    private const string Blocks = "dmg-ext4-blocks";
    private const string Whole = "disk0";

    [Theory]
    [InlineData(Default, DefaultVolume, 1024)]
    [InlineData(Folding, Whole, 4096)]
    public void Everything_is_as_the_kernel_reads_it(string image, string volume, int blockSize)
    {
        using FileSystem files = GuestImages.OpenFiles(GuestImages.CopyVolume(image, volume));
        Assert.Empty(GuestTruth.Differences(files, GuestImages.Truth(image).Volume(volume)));
        Assert.Empty(files.Findings);
        Assert.Equal(FileSystemState.Clean, files.State);
        Assert.Equal("ext4", files.Kind);
        Assert.Equal(blockSize, files.BlockSize);
    }

    [Theory]
    [InlineData(Default, DefaultVolume, 568)]
    [InlineData(Folding, Whole, 1752)]
    public void Each_name_is_found_by_its_hash_and_no_other(string image, string volume, int count)
    {
        using FileSystem files = GuestImages.OpenFiles(GuestImages.CopyVolume(image, volume));
        int found = 0;
        foreach (FileEntry entry in GuestImages.Walk(files))
        {
            FileEntry? same = files.Find(entry.Parent!, entry.Name);
            Assert.Equal(entry.Id, same?.Id);
            Assert.Null(files.Find(entry.Parent!, new RawName([.. entry.Name.Bytes, (byte)'~'])));
            found++;
        }

        Assert.Equal(count, found);
        Assert.Empty(files.Findings);
    }

    [Theory]
    [InlineData("readme.txt", "ReadMe.TXT")]
    [InlineData("README.TXT", "ReadMe.TXT")]
    [InlineData("STRASSE", "straße")]
    [InlineData("k-KELVIN", "K-kelvin")]
    [InlineData("\u212A-kelvin", "K-kelvin")]
    [InlineData("e\u0301-COMPOSED", "É-composed")]
    [InlineData("a\u0300e\u0301", "ÀÉ")]
    [InlineData("i\u0307", "İ")]
    [InlineData("σίσυφος", "ΣΊΣΥΦΟΣ")]
    [InlineData("FI-ligature", "ﬁ-ligature")]
    [InlineData("read\u00ADme.txt", "ReadMe.TXT")]
    [InlineData("bad-\\xff\\xfe", "bad-\\xff\\xfe")]
    [InlineData("BAD-\\xff\\xfe", null)]
    [InlineData("nothing", null)]
    public void Names_fold_in_directories_that_tell_no_case(string name, string? stored)
    {
        using FileSystem files = GuestImages.OpenFiles(GuestImages.CopyVolume(Folding, Whole));
        FileEntry folded = files.Find(files.Root, RawName.Parse("folded"))!;
        Assert.True(files.FoldsNames(folded));
        Assert.Equal(stored is null ? null : RawName.Parse(stored), files.Find(folded, RawName.Parse(name))?.Name);
        Assert.False(files.FoldsNames(files.Root));
        Assert.Null(files.Find(files.Root, RawName.Parse("FOLDED")));
    }

    [Fact]
    public void Folded_names_are_found_by_their_hash_in_large_directories()
    {
        using FileSystem files = GuestImages.OpenFiles(GuestImages.CopyVolume(Folding, Whole));
        FileEntry folded = files.Find(files.Root, RawName.Parse("folded"))!;
        FileEntry large = files.Find(folded, RawName.Parse("SUBDIR"))!;
        int found = 0;
        foreach (FileEntry entry in files.ReadDirectory(large))
        {
            Assert.Equal(entry.Id, files.Find(large, RawName.Parse(entry.Name.ToString().ToLowerInvariant()))?.Id);
            found++;
        }

        Assert.True(found > 1000);
        Assert.Empty(files.Findings);
    }

    [Fact]
    public void Any_part_of_a_file_is_what_reading_it_whole_gives()
    {
        using FileSystem files = GuestImages.OpenFiles(GuestImages.CopyVolume(Default, DefaultVolume));
        Random random = new(5);
        int tried = 0;
        foreach (FileEntry entry in GuestImages.Walk(files).Where(static e => e.Type == FileEntryType.File && e.Length is > 0 and < 4 << 20))
        {
            using Stream content = files.OpenRead(entry);
            byte[] whole = new byte[content.Length];
            content.ReadExactly(whole);
            for (int i = 0; i < 8; i++)
            {
                int start = random.Next(whole.Length);
                byte[] part = new byte[random.Next(1, Math.Min(20_000, whole.Length - start) + 1)];
                content.Position = start;
                content.ReadExactly(part);
                Assert.True(whole.AsSpan(start, part.Length).SequenceEqual(part), $"{entry.FullName} at {start}");
                tried++;
            }
        }

        Assert.True(tried > 1000);
    }

    [Fact]
    public void Damage_is_told_and_the_rest_is_read()
    {
        using FileSystem files = GuestImages.OpenFiles(GuestImages.CopyVolume(Blocks, Whole));
        List<string> differences = GuestTruth.Differences(files, GuestImages.Truth(Blocks).Volume(Whole));

        // One block of a directory, and the sixteen inodes of a block of the table.
        Assert.All(differences, static d => Assert.Matches("(: missing|: entries is .*)$", d));
        Assert.Equal(1 + 16, files.Findings.Count(static f => f.Code == VmaCodes.FileSystemChecksumMismatch && f.VolumeOffset > 0));
        Assert.Contains(files.Findings, static f => f.Path == "/second" && f.VolumeOffset == 3787L * 4096);
        Assert.Contains(files.Findings, static f => f.Path == "/bigdir/beja-00068");
    }

    [Fact]
    public void Hostile_entries_are_told_and_lead_nowhere()
    {
        using FileSystem files = GuestImages.OpenFiles(GuestImages.CopyVolume(Evil, Whole));
        Assert.Empty(GuestTruth.Differences(
            files,
            GuestImages.Truth(Evil).Volume(Whole),
            ignore: static p => p == "/evil" || p.StartsWith("/evil/", StringComparison.Ordinal) || p.StartsWith("/evilnames", StringComparison.Ordinal)));
        FileEntry evil = files.Find(files.Root, RawName.Parse("evil"))!;
        foreach (string name in (string[])["far-extent", "huge-size", "overlap", "neg-len", "bad-depth", "cycle-extent"])
        {
            FileEntry entry = files.Find(evil, RawName.Parse(name))!;
            VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => files.OpenRead(entry).Dispose());
            Assert.Equal(VmaCodes.FileSystemDamaged, exception.Code);
            Assert.Equal("/evil/" + name, exception.FilePath);
        }

        Assert.Throws<VmaFileSystemException>(() => files.Find(evil, RawName.Parse("badtype")));
        Assert.Equal(50000, files.Find(evil, RawName.Parse("good"))!.Length);

        string[] names = files.ReadDirectory(files.Find(files.Root, RawName.Parse("evilnames"))!).Select(static e => e.FullName).ToArray();
        Assert.Contains("/evilnames/a\\x2f..\\x2f..\\x2fetc\\x2fxy", names);
        Assert.Contains("/evilnames/nul\\x00inside.txt", names);
        Assert.DoesNotContain("/evilnames/..", names);
        Assert.DoesNotContain("/evilnames/", names);

        // Two directories lead back to one above; walking ends all the same.
        Assert.InRange(GuestImages.Walk(files).Count(), 450, 470);
        Assert.Contains(files.Findings, static f => f.Path == "/evil/loopdir/again");
        Assert.Contains(files.Findings, static f => f.Path == "/evil/loopdir/a/b/up");
    }
}
