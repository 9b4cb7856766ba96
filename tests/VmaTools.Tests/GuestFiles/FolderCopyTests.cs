using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using VmaTools.Extents;
using VmaTools.GuestFiles;
using VmaTools.GuestFiles.Copying;
using Xunit;

namespace VmaTools.Tests.GuestFiles;

/// <summary>Contents are copied on several threads: nobody may see that, but for the time it takes.</summary>
public sealed class FolderCopyTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_same_is_made_and_told_however_many_copy(bool salvage)
    {
        using VmaArchive whole = VmaArchive.Open(Fixtures.Path("disks/lvm-two-disks.vma.zst"));
        using VmaArchive damaged = VmaArchive.Open(LossyArchive.Make(whole, _folder));
        using VmaGuest guest = VmaGuest.Open(damaged);
        VmaFileExportOptions options = new() { Digest = true, Salvage = salvage };
        List<string>[] told = [];
        foreach (int threads in new[] { 1, 4 })
        {
            List<string> results = [];
            string root = _folder.File($"{threads}");
            CopyPlan plan = new(isWindows: false);
            GuestPlace top = guest.Resolve(GuestPath.ParseExact("/"), "data/span", followLast: false);
            plan.Add(top, [], top, recurse: true, flatten: false, CancellationToken.None);
            new FolderCopy(root, ArchiveGuard.Default, options, threads, c => results.Add(Tell(c, root)), static _ => { }, CancellationToken.None).Run(plan);
            told = [.. told, results];
        }

        Assert.Contains(told[0], t => t.Contains(salvage ? VmaFileCopy.Partial : VmaFileCopy.Failed, StringComparison.Ordinal));
        Assert.Equal(told[0], told[1]);
        Assert.Equal(Tree("1"), Tree("4"));
    }

    [Fact]
    public void What_is_left_of_a_damaged_file_takes_no_other_files_name()
    {
        using VmaArchive whole = VmaArchive.Open(Fixtures.Path("disks/lvm-two-disks.vma.zst"));
        using VmaArchive damaged = VmaArchive.Open(LossyArchive.Make(whole, _folder));
        using VmaGuest guest = VmaGuest.Open(damaged);
        GuestPlace[] files = guest.GuestVolumes.Where(static v => v.TryGetFiles(out _) is not null)
            .SelectMany(v => new FileWalk(v.GetFiles(), null, CancellationToken.None).Below(v.GetFiles().Root, int.MaxValue, withSystem: false).Select(e => new GuestPlace(v, e)))
            .Where(static p => p.Entry is { Type: FileEntryType.File, Length: > 0 })
            .ToArray();
        GuestPlace lost = files.First(f => guest.GetHealth(guest.ToFile(f)).State is VmaFileHealth.Partial or VmaFileHealth.Lost);
        GuestPlace sound = files.First(f => guest.GetHealth(guest.ToFile(f)).State == VmaFileHealth.Whole);
        CopyPlan plan = new(isWindows: false);
        plan.Add(lost, [RawName.Parse("a")], lost, recurse: true, flatten: false, CancellationToken.None);
        plan.Add(sound, [RawName.Parse("a.partial")], sound, recurse: true, flatten: false, CancellationToken.None);
        List<VmaFileCopy> copies = [];
        new FolderCopy(_folder.File("out"), ArchiveGuard.Default, new VmaFileExportOptions { Salvage = true }, 1, copies.Add, static _ => { }, CancellationToken.None).Run(plan);
        Assert.Equal(VmaCodes.OutputNameCollision, copies.Single(c => c.FullName == lost.Entry.FullName).Code);
        Assert.Equal(VmaFileCopy.Written, copies.Single(c => c.FullName == sound.Entry.FullName).Status);
        Assert.Equal(sound.Entry.Length, new FileInfo(Assert.Single(Directory.GetFiles(_folder.File("out")))).Length);
    }

    [Fact]
    public void Results_are_told_in_the_order_of_the_work()
    {
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path("disks/lvm-two-disks.vma.zst"));
        using VmaGuest guest = VmaGuest.Open(archive);
        CopyItem item = new(guest.Resolve(GuestPath.ParseExact("/"), "data/span", followLast: false), CopyName.Root);
        List<long> told = [];
        OrderedResults results = new(c => told.Add(c.Length));
        results.Add(2, [item.Written("x", 20), item.Written("x", 21)]);
        results.Add(1, []);
        Assert.Empty(told);
        results.Add(0, [item.Written("x", 0)]);
        results.Add(3, [item.Written("x", 30)]);
        Assert.Equal([0, 20, 21, 30], told);
    }

    private static string Tell(VmaFileCopy copy, string root) =>
        $"{copy.Volume} {copy.FullName} {copy.Status} {copy.Code} {copy.Length} {copy.Sha256} {copy.Target?.Substring(root.Length)} "
        + $"{string.Join(",", copy.LostRanges)} {copy.Message?.Replace(root, "*", StringComparison.Ordinal)}";

    private string[] Tree(string root) => Directory.EnumerateFileSystemEntries(_folder.File(root), "*", SearchOption.AllDirectories)
        .Select(p => $"{Path.GetRelativePath(_folder.File(root), p)} {new FileInfo(p).LinkTarget ?? (File.Exists(p) ? ContentOf(p) : string.Empty)}")
        .Order(StringComparer.Ordinal)
        .ToArray();

    private static string ContentOf(string path) => $"{Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))} {File.GetLastWriteTimeUtc(path):o}";
}
