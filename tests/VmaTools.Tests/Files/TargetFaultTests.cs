using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
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
        ["a VHDX"] = static path => Export(new VmaExportOptions { Format = ImageFormat.Vhdx }, path),
        ["a fixed VHDX"] = static path => Export(new VmaExportOptions { Format = ImageFormat.Vhdx, IsFixed = true }, path),
        ["a VHD"] = static path => Export(new VmaExportOptions { Format = ImageFormat.Vhd }, path),
        ["a fixed VHD"] = static path => Export(new VmaExportOptions { Format = ImageFormat.Vhd, IsFixed = true }, path),
        ["a QCOW2"] = static path => Export(new VmaExportOptions { Format = ImageFormat.Qcow2 }, path),
        ["a VMDK"] = static path => Export(new VmaExportOptions { Format = ImageFormat.Vmdk }, path),
        ["a VMDK in order"] = static path => Export(new VmaExportOptions { Format = ImageFormat.Vmdk, VmdkSubformat = VmdkSubformat.StreamOptimized }, path),
        ["a VDI"] = static path => Export(new VmaExportOptions { Format = ImageFormat.Vdi }, path),
        ["an index"] = static path => With(a => a.BuildIndex(path)),
        ["an index of a pass"] = static path =>
        {
            using VmaArchive archive = VmaArchive.Open(Fixtures.Path(Archive), new VmaOpenOptions { NewIndexPath = path });
            Throw(archive.ReadForward([]).NewIndexError);
        },
        ["a catalog"] = static path => WithGuest(g => VmaFileCatalog.Build(g, path)),
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
        ["an archive"] = static path => Create(null, path),
        ["an archive in gzip"] = static path => Create(new GzipCompressor(), path),
        ["an archive packed anew"] = static path => With(a =>
        {
            using VmaOptimization optimization = new(a);
            optimization.Run(path);
        }),
        ["what is salvaged"] = static path =>
        {
            using VmaSalvage salvage = VmaSalvage.Open(Fixtures.Path(Archive));
            Throw(salvage.Run(new Dictionary<int, string> { [salvage.Archive.Devices[0].DeviceId] = path })[0].Error);
        },
        ["what is salvaged and packed"] = static path =>
        {
            using VmaSalvage salvage = VmaSalvage.Open(Fixtures.Path(Archive));
            VmaSalvagePacking.Pack(salvage, path);
        },
        ["files as tar"] = static path => WithGuest(g => CopyAll(g, new VmaFileExportOptions { ForTar = true }).ToTarFile(path, static c => Throw(c.Error))),
        ["files in a folder"] = static path => WithGuest(g => CopyAll(g).ToFolder(Path.Combine(path, "sub"), static c => Throw(c.Error))),
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

    /// <summary>However far a file has come when there is no more room, nothing is left of it, and nothing keeps the room.</summary>
    [Theory]
    [MemberData(nameof(Writers))]
    public void A_volume_that_fills_up_meanwhile(string writer)
    {
        int refused = 0;
        using TinyVolume volume = TinyVolume.Mount(65536);
        for (long left = 4096; left <= 32 << 20; left *= 2)
        {
            volume.Fill(left);
            try
            {
                All[writer](volume.File("target"));
                Assert.Contains("target", volume.Files());
                break;
            }
            catch (VmaException error)
            {
                refused++;
                Assert.Equal(VmaCodes.TargetNoSpace, error.Code);
            }

            // Files that came whole stay, as below; so does what is salvaged, which never is.
            if (writer is "files in a folder")
            {
                Directory.Delete(volume.File("target"), recursive: true);
            }
            else if (writer is "what is salvaged")
            {
                Assert.All(volume.Files(), static f => Assert.Matches("^(filler|target.*)$", f));
                Array.ForEach(volume.Files(), f => File.Delete(volume.File(f)));
                continue;
            }

            Assert.Equal(["filler"], volume.Files());
            File.Delete(volume.File("filler"));
        }

        Assert.NotEmpty(volume.Files());
        Assert.True(refused > 0 || IsSmall(writer), "there was always room");
    }

    [Fact]
    public void A_folder_that_fills_up_has_files_that_are_whole()
    {
        using TinyVolume volume = TinyVolume.Mount(8192);
        volume.Fill(left: 200_000);
        List<VmaFileCopy> copies = [];
        WithGuest(g => CopyAll(g, new VmaFileExportOptions { Digest = true }).ToFolder(volume.File("target"), copies.Add));
        Assert.Contains(copies, static c => c.Code == VmaCodes.TargetNoSpace);
        Dictionary<string, string> written = copies.Where(static c => c is { Status: VmaFileCopy.Written, Sha256: not null }).ToDictionary(static c => c.Target!, static c => c.Sha256!);
        Assert.NotEmpty(written);
        string[] files = [.. Directory.GetFiles(volume.File("target"), "*", SearchOption.AllDirectories).Where(static f => new FileInfo(f).LinkTarget is null)];
        Assert.Equal(written.Keys.Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
        Assert.All(files, f => Assert.Equal(written[f], Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f))), ignoreCase: true));
    }

    /// <summary>What cannot be renamed is told, and has no name that it should not have.</summary>
    [Theory]
    [MemberData(nameof(Writers))]
    public void A_folder_whose_names_stay(string writer)
    {
        string folder = Directory.CreateDirectory(_folder.File("folder")).FullName;
        using (HeldFolder.Set(folder, 'a'))
        {
            // A folder below is one of its own.
            if (writer is "files in a folder")
            {
                All[writer](Path.Combine(folder, "target"));
                return;
            }

            Assert.Equal(VmaCodes.TargetWriteFailed, Refused(All[writer], Path.Combine(folder, "target")).Code);
            ILookup<bool, string> left = Directory.GetFileSystemEntries(folder).ToLookup(static f => Path.GetExtension(f) is ".tmp" or ".partial");
            Assert.NotEmpty(left[true]);

            // Where a name is given by adding it and taking the other away, the first half succeeds: what has it is whole.
            if (left[false].SingleOrDefault() is { } named)
            {
                Assert.Contains(left[true].Where(File.Exists), f => File.ReadAllBytes(f).AsSpan().SequenceEqual(File.ReadAllBytes(named)));
            }
        }
    }

    /// <summary>A folder that not even root may write to.</summary>
    [Theory]
    [MemberData(nameof(Writers))]
    public void A_folder_that_takes_nothing(string writer)
    {
        string folder = Directory.CreateDirectory(_folder.File("folder")).FullName;
        using (HeldFolder.Set(folder, 'i'))
        {
            Assert.Equal(VmaCodes.TargetWriteFailed, Refused(All[writer], Path.Combine(folder, "target")).Code);
            Assert.Empty(Directory.GetFileSystemEntries(folder));
        }
    }

    private static bool IsSmall(string writer) => writer is "a config" or "a list of files" or "a manifest" or "an index" or "an index of a pass";

    private static VmaException Refused(Action<string> write, string path)
    {
        VmaException error = Assert.Throws<VmaException>(() => write(path));
        Assert.StartsWith(path, error.Path, StringComparison.Ordinal);
        return error;
    }

    private static void Throw(VmaException? error)
    {
        if (error is not null)
        {
            throw error;
        }
    }

    private static void Export(VmaExportOptions options, string path) => With(a =>
    {
        VmaExport export = new(a, options);
        export.Add(a.Devices[0], path);
        Throw(export.Run().Outputs[0].Error);
    });

    private static void Create(VmaCompressor? compressor, string path)
    {
        byte[] disk = new byte[1 << 20];
        new Random(1).NextBytes(disk);
        using VmaCreation creation = new(new VmaCreationOptions { Compressor = compressor });
        creation.AddStream("drive-scsi0", new MemoryStream(disk));
        creation.Run(path);
    }

    private static VmaFileExport CopyAll(VmaGuest guest, VmaFileExportOptions? options = null)
    {
        VmaFileExport export = new(guest, options);
        export.Add(guest.GetRoot("drive-scsi0/p2"));
        return export;
    }

    private static void With(Action<VmaArchive> action)
    {
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path(Archive));
        action(archive);
    }

    private static void WithGuest(Action<VmaGuest> action)
    {
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path("disks/gpt-linux.vma.zst"));
        using VmaGuest guest = VmaGuest.Open(archive);
        action(guest);
    }
}
