using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Extents;
using VmaTools.GuestFiles;
using Xunit;

namespace VmaTools.Tests.Files;

/// <summary>Whatever writes a file tells in one way that it cannot: by a code, with the path, and nothing of it is left.</summary>
public sealed class TargetFaultTests : IDisposable
{
    private const string Archive = "corpus/vzdump-qemu-101-2026_11_20-02_00_03.vma.gz";

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Writers => [.. All.Keys];

    private static Dictionary<string, Action<string>> All => new()
    {
        ["a disk"] = static path => Export(new VmaExportOptions(), path),
        ["a disk in order"] = static path => Export(new VmaExportOptions { Format = ImageFormat.Vmdk, VmdkSubformat = VmdkSubformat.StreamOptimized }, path),
        ["an index"] = static path => With(a => a.BuildIndex(path)),
        ["an index of a pass"] = static path =>
        {
            using VmaArchive archive = VmaArchive.Open(Fixtures.Path(Archive), new VmaOpenOptions { NewIndexPath = path });
            throw archive.ReadForward([]).NewIndexError!;
        },
        ["a config"] = static path => With(a => a.Configs[0].Save(path)),
        ["a manifest"] = static path =>
        {
            using VmaManifestBuilder builder = new();
            using VmaArchive archive = VmaArchive.Open(Fixtures.Path(Archive));
            VmaSink sink = builder.Begin(archive);
            builder.Conclude(archive.ReadForward([sink])).Save(path);
        },
        ["a report"] = static path => new VmaReport().Save(path),
        ["a picture"] = static path => With(a => VmaDeviceMeasure.SaveSvg(path, VmaDeviceMeasure.Run(a))),
        ["an archive"] = static path =>
        {
            using VmaCreation creation = new();
            creation.AddStream("drive-scsi0", new MemoryStream(new byte[1 << 20]));
            creation.Run(path);
        },
        ["an archive packed anew"] = static path => With(a =>
        {
            using VmaOptimization optimization = new(a);
            optimization.Run(path);
        }),
        ["what is salvaged"] = static path =>
        {
            using VmaSalvage salvage = VmaSalvage.Open(Fixtures.Path(Archive));
            throw salvage.Run(new Dictionary<int, string> { [salvage.Archive.Devices[0].Id] = path })[0].Error!;
        },
        ["what is salvaged and packed"] = static path =>
        {
            using VmaSalvage salvage = VmaSalvage.Open(Fixtures.Path(Archive));
            VmaSalvagePacking.Pack(salvage, path);
        },
        ["files as tar"] = static path => WithGuest(g => new VmaFileExport(g).ToTarFile(path, static _ => { })),
        ["files in a folder"] = static path => WithGuest(g => new VmaFileExport(g).ToFolder(Path.Combine(path, "sub"), static _ => { })),
        ["a list of files"] = static path => WithGuest(g => FileManifest.Write(path, asHashList: true, replace: false, g, path, [])),
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Writers))]
    public void A_name_that_no_file_can_have(string writer) => CheckName(writer, new string('n', 300));

    /// <summary>Whoever counts such a name again for each character that goes does not come to an end.</summary>
    [Theory]
    [MemberData(nameof(Writers))]
    public void A_name_of_a_million_characters(string writer) => CheckName(writer, new string('n', 1_000_000));

    private void CheckName(string writer, string name)
    {
        string path = _folder.File(name);
        VmaException error = Refused(All[writer], path);
        Assert.Equal(VmaCodes.TargetWriteFailed, error.Code);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public void A_folder_that_is_a_file(string writer)
    {
        File.WriteAllText(_folder.File("file"), "mine");
        string path = Path.Combine(_folder.File("file"), "target");
        Assert.Equal(VmaCodes.TargetWriteFailed, Refused(All[writer], path).Code);
        Assert.Equal("mine", File.ReadAllText(Assert.Single(Directory.GetFileSystemEntries(_folder.FullName))));
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public void A_target_that_is_a_folder(string writer)
    {
        string path = Directory.CreateDirectory(_folder.File("folder")).FullName;
        if (writer == "files in a folder")
        {
            File.WriteAllText(Path.Combine(path, "sub"), "mine");
            Assert.Equal(VmaCodes.TargetExists, Refused(All[writer], path).Code);
            return;
        }

        Assert.Contains(Refused(All[writer], path).Code, new[] { VmaCodes.TargetExists, VmaCodes.TargetWriteFailed });
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.FullName, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public void A_volume_that_is_read_only(string writer)
    {
        using TinyVolume volume = TinyVolume.Mount(64);
        volume.MakeReadOnly();
        Assert.Equal(VmaCodes.TargetWriteFailed, Refused(All[writer], volume.File("target")).Code);
        Assert.Empty(volume.Files());
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public void A_volume_that_is_full(string writer)
    {
        using TinyVolume volume = TinyVolume.Mount(64);
        volume.Fill(left: 0);

        // A folder takes no room that tmpfs would count.
        if (writer is not ("files in a folder" or "a list of files"))
        {
            Assert.Equal(VmaCodes.TargetNoSpace, Refused(All[writer], volume.File("target")).Code);
            Assert.Equal(["filler"], volume.Files());
        }
    }

    private static VmaException Refused(Action<string> write, string path)
    {
        VmaException error = Assert.Throws<VmaException>(() => write(path));
        Assert.StartsWith(path, error.Path, StringComparison.Ordinal);
        return error;
    }

    private static void Export(VmaExportOptions options, string path) => With(a =>
    {
        VmaExport export = new(a, options);
        export.Add(a.Devices[0], path);
        throw export.Run().Outputs[0].Error!;
    });

    private static void With(Action<VmaArchive> action)
    {
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path(Archive));
        action(archive);
    }

    private static void WithGuest(Action<VmaGuest> action)
    {
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path(Archive[..^3]));
        using VmaGuest guest = VmaGuest.Open(archive);
        action(guest);
    }
}
