using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using Xunit;

namespace VmaTools.Tests.Guests;

public sealed class BackupScannerTests : IDisposable
{
    private const string Stem = "vzdump-qemu-101-2026_11_20-02_00_03";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_set_holds_what_belongs_to_an_archive()
    {
        Put(Stem + ".vma.zst", "12345");
        File.Copy(Fixtures.Path("guests/" + Stem + ".log"), Full(Stem + ".log"));
        File.Copy(Fixtures.Path("guests/" + Stem + ".vma.zst.notes"), Full(Stem + ".vma.zst.notes"));
        Put(Stem + ".vma.zst.protected");
        Put("readme.txt");

        VmaBackup set = Assert.Single(Scan());

        Assert.Equal(VmaBackupKind.Backup, set.Kind);
        Assert.Equal((Full(Stem + ".vma.zst"), 5L, 101), (set.ArchivePath, set.Length, set.VMId));
        Assert.Equal(File.GetLastWriteTimeUtc(set.ArchivePath!), set.LastWriteTimeUtc);
        Assert.Equal((Full(Stem + ".log"), Full(Stem + ".vma.zst.notes"), Full(Stem + ".vma.zst.protected")), (set.LogPath, set.NotesPath, set.ProtectedPath));
        Assert.True(set.IsProtected);
        Assert.True(set.IsRestorable);
        Assert.Equal(new DateTime(2026, 11, 20, 2, 0, 3, DateTimeKind.Unspecified), set.Time);
        Assert.Contains("second line: äöü", set.Notes, StringComparison.Ordinal);
        Assert.Equal(("tiny", VmaNameSource.Notes), (set.VMName, set.NameSource));
    }

    [Theory]
    [InlineData(".vma.notes")]
    [InlineData(".log")]
    public async System.Threading.Tasks.Task A_companion_that_is_a_pipe_is_passed_over(string extension)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "pipes have no names in folders there");
        Put(Stem + ".vma", "x");
        Tool make = new("mkfifo");
        make.SkipIfMissing();
        make.Run(Full(Stem + extension));

        System.Threading.Tasks.Task<VmaBackup> scan = System.Threading.Tasks.Task.Run(
            () => Assert.Single(Scan(new BackupScanOptions { ReadLogs = true })), TestContext.Current.CancellationToken);
        Assert.Null((await scan.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).VMName);
    }

    [Theory]
    [InlineData("web-1.example.com\nmore", "web-1.example.com")]
    [InlineData("\uFEFFweb\r\n", "web")]
    [InlineData("web (101)", "web")]
    [InlineData("pve1: web (101) weekly", "web")]
    [InlineData("before the upgrade", null)]
    [InlineData("web (102)", null)]
    [InlineData("", null)]
    [InlineData("../../etc", null)]
    public void Name_from_notes(string notes, string? expected)
    {
        Put(Stem + ".vma");
        Put(Stem + ".vma.notes", notes);

        VmaBackup set = Assert.Single(Scan());

        Assert.Equal((expected, expected is null ? VmaNameSource.None : VmaNameSource.Notes), (set.VMName, set.NameSource));
        Assert.Null(Assert.Single(Scan(new BackupScanOptions { ReadNotes = false })).Notes);
    }

    [Fact]
    public void The_log_outranks_the_notes_when_it_is_read()
    {
        Put(Stem + ".vma");
        Put(Stem + ".vma.notes", "edited");
        Put(Stem + ".log", "2026-11-20 02:00:03 INFO: Starting Backup of VM 101 (qemu)\n2026-11-20 02:00:03 INFO: VM Name: web\n");

        Assert.Equal("edited", Assert.Single(Scan()).VMName);
        VmaBackup set = Assert.Single(Scan(new BackupScanOptions { ReadLogs = true }));
        Assert.Equal(("web", VmaNameSource.Log), (set.VMName, set.NameSource));
    }

    [Fact]
    public void Notes_that_are_no_utf8_are_tolerated()
    {
        Put(Stem + ".vma");
        File.WriteAllBytes(Full(Stem + ".vma.notes"), [0x77, 0x65, 0x62, 0xFF, 0xFE, 0x0A]);

        Assert.StartsWith("web\uFFFD", Assert.Single(Scan()).Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void Leftovers_and_orphans_are_sets_of_their_own()
    {
        Put(Stem + ".vma.dat", "xx");
        Put(Stem + ".log");
        Put("vzdump-qemu-102-2026_11_20-02_00_03.log");
        Put("vzdump-qemu-103-2026_11_20-02_00_03.vma.zst.notes", "gone");
        Put("vzdump-qemu-103-2026_11_20-02_00_03.vma.zst.protected");
        Put("vzdump-qemu-103-2026_11_20-02_00_03.log");
        Put("server.vma");

        VmaBackup[] sets = Scan().ToArray();

        Assert.Equal(
            ["server.vma", Stem + ".vma.dat", "vzdump-qemu-102-2026_11_20-02_00_03.log", "vzdump-qemu-103-2026_11_20-02_00_03.vma.zst.notes"],
            sets.Select(set => set.FileName));
        Assert.Equal([VmaBackupKind.Backup, VmaBackupKind.Leftover, VmaBackupKind.Orphan, VmaBackupKind.Orphan], sets.Select(set => set.Kind));
        Assert.Equal([false, false, false, false], sets.Select(set => set.IsRestorable));
        Assert.Equal((2L, Full(Stem + ".log")), (sets[1].Length, sets[1].LogPath));
        Assert.Null(sets[2].ArchivePath);
        Assert.NotNull(sets[3].LogPath);
        Assert.True(sets[3].IsProtected);
        Assert.Equal("gone", sets[3].VMName);
    }

    [Fact]
    public void Two_archives_of_one_stem_share_the_log_and_keep_their_notes()
    {
        Put(Stem + ".vma");
        Put(Stem + ".vma.zst");
        Put(Stem + ".vma.zst.notes", "web");
        Put(Stem + ".log");

        VmaBackup[] sets = Scan().ToArray();

        Assert.Equal([null, "web"], sets.Select(set => set.VMName));
        Assert.All(sets, set => Assert.NotNull(set.LogPath));
    }

    [Fact]
    public void Folders_come_in_order_and_only_when_asked_for()
    {
        foreach (string folder in new[] { "b", "a/z", "a" })
        {
            Directory.CreateDirectory(Full(folder));
            Put(folder + "/vzdump-qemu-100.vma");
        }

        Put("vzdump-qemu-200.vma");

        Assert.Single(Scan());
        Assert.Equal(
            [_folder.FullName, Full("a"), Full("a/z"), Full("b")],
            Scan(new BackupScanOptions { Recurse = true }).Select(set => set.Folder));
    }

    [Fact]
    public void A_loop_of_links_ends()
    {
        Directory.CreateDirectory(Full("a"));
        Put("a/vzdump-qemu-100.vma");
        try
        {
            Directory.CreateSymbolicLink(Full("a/back"), _folder.FullName);
        }
        catch (IOException)
        {
            Assert.Skip("symbolic links cannot be made here");
        }

        Assert.Single(Scan(new BackupScanOptions { Recurse = true }));
    }

    [Fact]
    public void A_linked_archive_has_the_size_of_its_target_and_a_dead_link_is_told()
    {
        Put("target", "123456789");
        try
        {
            File.CreateSymbolicLink(Full("vzdump-qemu-100.vma"), Full("target"));
            File.CreateSymbolicLink(Full("vzdump-qemu-101.vma"), Full("nothing"));
        }
        catch (IOException)
        {
            Assert.Skip("symbolic links cannot be made here");
        }

        List<string> told = [];
        Assert.Equal(9, Assert.Single(Scan(null, (path, _) => told.Add(path))).Length);
        Assert.Equal([Full("vzdump-qemu-101.vma")], told);
    }

    [Fact]
    public void An_unreadable_folder_is_told_and_the_rest_is_listed()
    {
        List<string> told = [];
        Assert.Empty(ScanAt(Full("missing"), null, (path, _) => told.Add(path)));
        Assert.Equal([Full("missing")], told);
        Assert.Empty(ScanAt(Full("missing")));
    }

    [Fact]
    public void A_scan_opens_no_archive()
    {
        Put(Stem + ".vma", "1234");
        using FileStream held = new(Full(Stem + ".vma"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        List<string> told = [];
        Assert.Equal(4, Assert.Single(Scan(null, (path, _) => told.Add(path))).Length);
        Assert.Empty(told);
    }

    [Fact]
    public void Cancelling_ends_a_scan()
    {
        Put("vzdump-qemu-100.vma");
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => BackupScanner.Scan(_folder.FullName, null, null, source.Token).Count());
    }

    private IEnumerable<VmaBackup> Scan(BackupScanOptions? options = null, Action<string, Exception>? unreadable = null) =>
        ScanAt(_folder.FullName, options, unreadable);

    private static IEnumerable<VmaBackup> ScanAt(string folder, BackupScanOptions? options = null, Action<string, Exception>? unreadable = null) =>
        BackupScanner.Scan(folder, options, unreadable, TestContext.Current.CancellationToken);

    private string Full(string name) => Path.Combine(_folder.FullName, name.Replace('/', Path.DirectorySeparatorChar));

    private void Put(string name, string text = "") => File.WriteAllText(Full(name), text);
}
