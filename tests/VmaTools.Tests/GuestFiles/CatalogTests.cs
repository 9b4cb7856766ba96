using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Threading;
using VmaTools.GuestFiles.Catalogs;
using VmaTools.Indexing;
using Xunit;

namespace VmaTools.Tests.GuestFiles;

/// <summary>Catalogs of guests' files: what is in them is what is in the guests, and nothing else is ever believed.</summary>
public sealed class CatalogTests
{
    public static TheoryData<string> Archives => [.. Directory.GetFiles(Fixtures.Path("disks"), "*.vma*").Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Archives))]
    public void Has_every_entry_of_every_volume(string name)
    {
        using TempFolder folder = new();
        string archive = Copy(folder, name);
        VmaFileCatalog catalog = Build(archive, out string[] expected, out int findings);
        Assert.Equal(VmaIndexState.Current, catalog.State);
        Assert.Equal(expected.Length, catalog.Entries);
        Assert.Equal(findings, catalog.FindingCount);
        Assert.Equal(expected, Search(archive, new VmaFileQuery()).Select(Line));
    }

    [Fact]
    public void Blocks_go_on_wherever_the_walk_is()
    {
        // More entries than a block has, in directories of all depths.
        using TempFolder folder = new();
        List<FileEntry> entries = [];
        FileEntry root = new(null, default, FileEntryType.Directory);
        Random random = new(1);
        void Fill(FileEntry directory, int depth)
        {
            for (int i = 0; i < 12; i++)
            {
                bool isDirectory = depth < 4 && random.Next(2) == 0;
                FileEntry entry = new(directory, RawName.Parse($"entry {random.Next(1_000_000)} \\xff/\u00e4"), isDirectory ? FileEntryType.Directory : FileEntryType.File)
                {
                    Id = (ulong)random.NextInt64(long.MinValue, long.MaxValue),
                    Length = random.NextInt64(),
                    Modified = random.Next(5) == 0 ? null : new FileTime(random.NextInt64(long.MinValue, long.MaxValue), random.Next(1_000_000_000)),
                };
                entries.Add(entry);
                if (isDirectory)
                {
                    Fill(entry, depth + 1);
                }
            }
        }

        for (int i = 0; i < 4; i++)
        {
            Fill(root, 0);
        }

        Assert.InRange(entries.Count, 2 * CatalogFormat.MostEntries, int.MaxValue);
        string path = Write(folder, entries);
        using CatalogFile file = CatalogFile.Open(path);
        Assert.Equal(entries.Count, file.Contents.Volumes[0].Entries);
        List<VmaFoundFile> found = [];
        new CatalogSearch(new VmaFileQuery()).Run(file, "/x.vma", 101, found.Add, CancellationToken.None);
        Assert.Equal(
            entries.Select(static e => (e.FullName, e.Id, e.Type == FileEntryType.File ? (long?)e.Length : null, e.Modified?.ToDateTime())),
            found.Select(static f => (f.FullName, f.FileId, f.Length, f.LastWriteTimeUtc)));
    }

    [Theory]
    [InlineData("*.DOCX")]
    [InlineData("entry*")]
    [InlineData("ENTRY 6.docx")]
    [InlineData("*7*")]
    [InlineData("*7*.docx")]
    [InlineData("entry [1-3]?.docx")]
    [InlineData("??????????")]
    [InlineData("*\u00c4*")]
    [InlineData("*")]
    public void Finds_the_names_that_match(string pattern)
    {
        using TempFolder folder = new();
        FileEntry root = new(null, default, FileEntryType.Directory);
        FileEntry[] entries =
        [
            .. Enumerable.Range(0, 20_000).Select(i => new FileEntry(
                root, RawName.Parse(i % 100 == 0 ? $"{i}\u00e4docx" : $"Entry {i}{(i % 3 == 0 ? ".docx" : ".txt")}"), FileEntryType.File) { Id = (ulong)i }),
        ];
        using CatalogFile file = CatalogFile.Open(Write(folder, entries));
        NamePattern wanted = NamePattern.Parse(pattern);
        ulong[] expected = [.. entries.Where(e => wanted.IsMatch(e.Name.ToPathComponent())).Select(static e => e.Id)];
        Assert.NotEmpty(expected);
        List<VmaFoundFile> found = [];
        new CatalogSearch(new VmaFileQuery { Names = [wanted] }).Run(file, "/x.vma", null, found.Add, CancellationToken.None);
        Assert.Equal(expected, found.Select(static f => f.FileId));
    }

    [Fact]
    public void Every_criterion_counts()
    {
        using TempFolder folder = new();
        string archive = Copy(folder, "gpt-linux.vma.zst");
        Build(archive, out _, out _);
        VmaFoundFile[] all = Search(archive, new VmaFileQuery());
        DateTime middle = all.Where(static f => f.LastWriteTimeUtc is not null).Select(static f => f.LastWriteTimeUtc!.Value).Order().ElementAt(all.Length / 2);
        void Same(VmaFileQuery query, Func<VmaFoundFile, bool> expected)
        {
            string[] lines = [.. all.Where(expected).Select(Line)];
            Assert.NotEmpty(lines);
            Assert.NotEqual(all.Length, lines.Length);
            Assert.Equal(lines, Search(archive, query).Select(Line));
        }

        Same(new VmaFileQuery { After = middle }, f => f.LastWriteTimeUtc > middle);
        Same(new VmaFileQuery { Before = middle.ToLocalTime() }, f => f.LastWriteTimeUtc < middle);
        Same(new VmaFileQuery { LargerThan = 100 }, static f => f.Length > 100);
        Same(new VmaFileQuery { SmallerThan = 100 }, static f => f.Length < 100);
        Same(new VmaFileQuery { LargerThan = 10, SmallerThan = 1000, After = middle }, f => f.Length is > 10 and < 1000 && f.LastWriteTimeUtc > middle);
        Same(new VmaFileQuery { Volumes = [NamePattern.Parse("p[23]")] }, static f => f.Volume is "drive-scsi0/p2" or "drive-scsi0/p3");
        Same(new VmaFileQuery { Names = [NamePattern.Parse("one"), NamePattern.Parse("LEN-1*")] }, static f => f.Name.ToUpperInvariant() is "ONE" || f.Name.StartsWith("len-1", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Comes_in_the_order_of_the_archives_and_can_be_left()
    {
        using TempFolder folder = new();
        string archive = Copy(folder, "gpt-linux.vma.zst");
        Build(archive, out string[] expected, out _);
        string[] archives = [.. Enumerable.Range(0, 20).Select(i =>
        {
            string copy = folder.File($"vzdump-qemu-{100 + i}-2026_11_20-02_00_00.vma.zst");
            File.Copy(archive, copy);
            File.Copy(VmaFileCatalog.PathBeside(archive), VmaFileCatalog.PathBeside(copy));
            return copy;
        })];
        List<VmaFileCatalog> catalogs = [];
        VmaFoundFile[] found = [.. VmaFileCatalog.Search(archives, new VmaFileQuery(), catalogs.Add)];
        Assert.Equal(archives.SelectMany(a => expected.Select(e => (a, e))), found.Select(static f => (f.ArchivePath, Line(f))));
        Assert.Equal(archives.Select(static (a, i) => (a, (int?)(100 + i))), catalogs.Select(static c => (c.ArchivePath!, c.VMId)));
        Assert.Equal(100, found[0].VMId);
        Assert.Single(VmaFileCatalog.Search(archives, new VmaFileQuery()).Take(1));
        using CancellationTokenSource stop = new();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => VmaFileCatalog.Search(archives, new VmaFileQuery(), null, stop.Token).Count());
    }

    [Fact]
    public void Is_of_one_state_of_one_archive()
    {
        using TempFolder folder = new();
        string archive = folder.File("tiny.vma");
        File.Move(TinyArchive.Make("ext4", folder), archive, overwrite: true);
        Assert.Equal(VmaFileCatalog.Missing, VmaFileCatalog.GetOf(archive).State);
        Build(archive, out string[] expected, out _);
        Assert.NotEmpty(expected);
        DateTime written = File.GetLastWriteTimeUtc(archive);
        File.SetLastWriteTimeUtc(archive, written.AddSeconds(1));
        Assert.Equal((VmaIndexState.Outdated, "The archive has changed since it was made."), (VmaFileCatalog.GetOf(archive).State, VmaFileCatalog.GetOf(archive).Reason));
        File.SetLastWriteTimeUtc(archive, written);
        Assert.Equal(VmaIndexState.Current, VmaFileCatalog.GetOf(archive).State);

        // Another archive's catalog is none of this one.
        string other = Copy(folder, "fat12-floppy.vma.zst");
        Build(other, out _, out _);
        File.Copy(VmaFileCatalog.PathBeside(other), VmaFileCatalog.PathBeside(archive), overwrite: true);
        List<VmaFileCatalog> told = [];
        Assert.Empty(VmaFileCatalog.Search([archive], new VmaFileQuery(), told.Add));
        Assert.Equal(VmaIndexState.Outdated, Assert.Single(told).State);
        byte[] bytes = File.ReadAllBytes(VmaFileCatalog.PathBeside(other));
        bytes[8]++;
        File.WriteAllBytes(VmaFileCatalog.PathBeside(other), bytes);
        Assert.Equal((VmaIndexState.Outdated, "It is of another version."), (VmaFileCatalog.GetOf(other).State, VmaFileCatalog.GetOf(other).Reason));
    }

    [Fact]
    public void Replaces_a_catalog_and_nothing_else()
    {
        using TempFolder folder = new();
        string archive = Copy(folder, "fat12-floppy.vma.zst");
        string target = VmaFileCatalog.PathBeside(archive);
        File.WriteAllText(target, "mine");
        Assert.Equal(VmaCodes.TargetExists, Assert.Throws<VmaException>(() => Build(archive, out _, out _)).Code);
        Assert.Equal("mine", File.ReadAllText(target));
        using VmaArchive opened = VmaArchive.Open(archive);
        using VmaGuest guest = VmaGuest.Open(opened);
        Assert.Equal(VmaCodes.TargetIsSource, Assert.Throws<VmaException>(() => VmaFileCatalog.Build(guest, archive)).Code);
        string another = folder.File("another.vma.zst");
        File.Copy(archive, another);
        Assert.Equal(VmaCodes.TargetIsArchive, Assert.Throws<VmaException>(() => VmaFileCatalog.Build(guest, another)).Code);
        File.Delete(target);
        Build(archive, out _, out _);
        Build(archive, out _, out _);
        Assert.Equal([another, archive, target], Directory.GetFiles(folder.FullName).Order(StringComparer.Ordinal));
        VmaFileCatalog.GetOf(archive).Delete();
        Assert.False(File.Exists(target));
    }

    [Fact]
    public void Is_kept_in_the_cache_where_no_place_is_given()
    {
        using TempFolder folder = new();
        string archive = Copy(folder, "fat12-floppy.vma.zst");
        using VmaArchive opened = VmaArchive.Open(archive);
        using VmaGuest guest = VmaGuest.Open(opened);
        VmaFileCatalog built = VmaFileCatalog.Build(guest);
        Assert.StartsWith(IndexStore.CacheFolder, built.CatalogPath, StringComparison.Ordinal);
        Assert.Equal(built.CatalogPath, VmaFileCatalog.GetOf(archive).CatalogPath);
        Assert.Contains(VmaFileCatalog.GetKept(), c => c.CatalogPath == built.CatalogPath && c.State == VmaIndexState.Current);
#if !ENGINE_NETSTANDARD
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(built.CatalogPath!));
        }
#endif

        built.Delete();
        Assert.Equal(VmaFileCatalog.Missing, VmaFileCatalog.GetOf(archive).State);
    }

    [Theory]
    [InlineData("gpt-linux.vma.zst", "p2")]
    [InlineData("ntfs-small.vma.zst", null)]
    [InlineData("ext4-casefold.vma.zst", null)]
    public void Tells_the_version_that_the_archive_has(string name, string? volume)
    {
        using TempFolder folder = new();
        string archive = Copy(folder, name);
        Build(archive, out _, out _);
        using VmaArchive opened = VmaArchive.Open(archive);
        using VmaGuest guest = VmaGuest.Open(opened);
        int told = 0;
        foreach (VmaFoundFile found in Search(archive, volume is null ? new VmaFileQuery() : new VmaFileQuery { Volumes = [NamePattern.Parse(volume)] }).Where(static f => f.Length is not null).Take(60))
        {
            if (VmaFileCatalog.FindVersion(archive, GuestPath.ParseExact(found.FullName), found.FullName, volume) is { } version)
            {
                told++;
                VmaFileVersion read = VmaFileVersion.Read(guest, guest.GetFile(found.FullName, volume, followLast: true));
                Assert.Equal(
                    (read.ArchivePath, read.BackupTimeUtc, read.Volume, read.FullName, read.Length, read.LastWriteTimeUtc, read.Change),
                    (version.ArchivePath, version.BackupTimeUtc, version.Volume, version.FullName, version.Length, version.LastWriteTimeUtc, version.Change));
            }
        }

        Assert.InRange(told, 20, 60);
        VmaFileVersion? missing = VmaFileCatalog.FindVersion(archive, GuestPath.ParseExact("/no such file"), "/no such file", volume);
        Assert.Equal((VmaFileVersion.Missing, "/no such file"), (missing?.Change, missing?.FullName));
    }

    [Fact]
    public void Leaves_links_and_folders_to_the_archive()
    {
        using TempFolder folder = new();
        string archive = Copy(folder, "gpt-linux.vma.zst");
        Build(archive, out _, out _);
        VmaFoundFile link = Search(archive, new VmaFileQuery { Volumes = [NamePattern.Parse("p2")] }).First(static f => f.Type == "SymbolicLink");
        Assert.Null(VmaFileCatalog.FindVersion(archive, GuestPath.ParseExact(link.FullName), link.FullName, "p2"));
        Assert.Null(VmaFileCatalog.FindVersion(archive, GuestPath.ParseExact("/basics"), "/basics", "p2"));
        Assert.Null(VmaFileCatalog.FindVersion(archive, GuestPath.ParseExact("/basics/../basics/one"), "x", "p2"));
        Assert.Null(VmaFileCatalog.FindVersion(archive, GuestPath.ParseExact("/basics/one/none"), "x", "p2"));
        Assert.Null(VmaFileCatalog.FindVersion(archive, GuestPath.ParseExact("/basics/one"), "x", "no such volume"));
    }

    /// <summary>Damage as it comes, and contents that somebody changed and sealed again: rows or a catalog that is not current come of it.</summary>
    [Fact]
    public void Believes_nothing_that_is_damaged()
    {
        using TempFolder folder = new();
        string archive = Copy(folder, "lvm-two-disks.vma.zst");
        Build(archive, out string[] expected, out _);
        string path = VmaFileCatalog.PathBeside(archive);
        byte[] whole = File.ReadAllBytes(path);
        HashSet<string> states = [];
        HashSet<string> known = [.. expected];
        for (int seed = 0; seed < Trials.Of(400); seed++)
        {
            Random random = new(seed);
            bool isSealed = seed % 2 == 0;
            byte[] spoilt = isSealed ? Spoil(whole, random) : Mutator.Change(whole, random);
            File.WriteAllBytes(path, spoilt);
            VmaFileCatalog? told = null;
            string[] found = [.. VmaFileCatalog.Search([archive], new VmaFileQuery { Names = [NamePattern.Parse(random.Next(2) == 0 ? "*" : "*1*")] }, c => told = c).Select(Line)];
            Assert.NotNull(told);
            states.Add($"{isSealed} {told.State}");
            Assert.True(told.Reason is null || told.Reason.EndsWith('.'), told.Reason);
            if (!isSealed)
            {
                // What was handed out before the damage is right.
                Assert.All(found, f => Assert.Contains(f, known));
            }

            _ = VmaFileCatalog.GetOf(archive);
            _ = VmaFileCatalog.FindVersion(archive, GuestPath.ParseExact("/basics/one"), "x", null);
        }

        Assert.All(["False Damaged", "True Damaged", "True Current"], s => Assert.Contains(s, states));
    }

    /// <summary>Changes the inside of a record and puts right what proves it.</summary>
    private static byte[] Spoil(byte[] bytes, Random random)
    {
        int at = 24 + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12));
        List<(int Kind, byte[] Content)> records = [];
        byte[] head = bytes[..at];
        while (at < bytes.Length - 24)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 4));
            records.Add((BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at)), bytes[(at + 16)..(at + 16 + length)]));
            at += 16 + length;
        }

        int spoilt = random.Next(records.Count);
        (int kind, byte[] content) = records[spoilt];
        records[spoilt] = (kind, kind == 3 || random.Next(3) == 0 ? Mutator.Change(content, random) : ChangeInside(kind, content, random));
        using MemoryStream made = new();
        made.Write(head);
        long last = 0;
        foreach ((int kindOf, byte[] of) in records)
        {
            last = made.Position;
            made.Write(IndexFormat.MakeRecordHeader(kindOf, of));
            made.Write(of);
        }

        made.Write(CatalogFormat.MakeTrailer(last));
        return made.ToArray();
    }

    private static byte[] ChangeInside(int kind, byte[] content, Random random)
    {
        ReadOnlySpan<byte> rest = content;
        for (int i = 0; i < (kind == 1 ? 5 : 0); i++)
        {
            CatalogNumbers.Read(ref rest);
        }

        int numbers = content.Length - rest.Length;
        byte[] inner = [];
        int length = CatalogNames.Inflate(content, rest, CatalogFormat.MaxNameBytes, ref inner);
        using MemoryStream made = new();
        made.Write(content, 0, numbers);
        using MemoryStream changed = new();
        changed.Write(Mutator.Change(inner[..length], random));
        CatalogWriter.Deflate(made, changed);
        return made.ToArray();
    }

    private static string Write(TempFolder folder, IEnumerable<FileEntry> entries)
    {
        string path = folder.File("x.vmafiles");
        using FileStream file = File.Create(path);
        using CatalogWriter writer = new(file, path, new CatalogHead(new IndexHead(new ArchiveBinding("none", 1, 2, "u", 3, 4), "/x.vma"), DateTime.UtcNow));
        (long count, long start, long end) = writer.Write(entries, static _ => false);
        writer.Finish(new CatalogContents([new CatalogVolume("p1", "ext4", [], false, null, null, count, start, end)], [], [], 0));
        return path;
    }

    private static string Copy(TempFolder folder, string name)
    {
        string copy = folder.File(name);
        File.Copy(Fixtures.Path("disks/" + name), copy);
        return copy;
    }

    private static VmaFileCatalog Build(string archive, out string[] expected, out int findings)
    {
        using VmaArchive opened = VmaArchive.Open(archive);
        using VmaGuest guest = VmaGuest.Open(opened);
        int found = 0;
        VmaFileCatalog catalog = VmaFileCatalog.Build(guest, VmaFileCatalog.PathBeside(archive), (_, _) => found++);
        findings = found;
        expected =
        [
            .. guest.GetVolumes().Where(static v => v.CanRead)
                .SelectMany(v => guest.ReadDirectory(guest.GetRoot(v.Id), int.MaxValue).Select(static f =>
                    FormattableString.Invariant($"{f.Volume} {f.FileSystem} {f.Type} {f.FullName} {f.Name} {f.Length} {f.LastWriteTimeUtc?.Ticks} {f.FileId}"))),
        ];
        return catalog;
    }

    private static VmaFoundFile[] Search(string archive, VmaFileQuery query) => [.. VmaFileCatalog.Search([archive], query)];

    private static string Line(VmaFoundFile file) => FormattableString.Invariant(
        $"{file.Volume} {file.FileSystem} {file.Type} {file.FullName} {file.Name} {file.Length} {file.LastWriteTimeUtc?.Ticks} {file.FileId}");
}
