using System;
using System.IO;
using System.Security.Cryptography;
using Xunit;

namespace VmaTools.Tests.Network;

/// <summary>What the clients that people use make of the server.</summary>
public class NbdToolTests
{
    private static readonly Tool NbdInfo = new("nbdinfo");
    private static readonly Tool NbdCopy = new("nbdcopy");

    private static readonly string Archive = Fixtures.Path("corpus/vzdump-qemu-101-2026_11_20-02_00_03.vma");

    [Fact]
    public void Nbdinfo_lists_the_exports_and_their_holes()
    {
        NbdInfo.SkipIfMissing();
        using VmaNbdServer server = Start();
        string list = NbdInfo.Run("--list", server.Uri);
        foreach (VmaNbdExport export in server.Exports)
        {
            Assert.Contains($"export=\"{export.Name}\"", list, StringComparison.Ordinal);
            Assert.Equal($"{export.Size}\n", NbdInfo.Run("--size", export.Uri));
        }

        Assert.Contains("hole,zero", NbdInfo.Run("--map", server.Uris[1]), StringComparison.Ordinal);
    }

    [Fact]
    public void Nbdcopy_copies_every_device()
    {
        NbdCopy.SkipIfMissing();
        using VmaNbdServer server = Start();
        using TempFolder folder = new();
        foreach (VmaNbdExport export in server.Exports)
        {
            foreach (string[] options in new string[][] { [], ["--synchronous"], ["--connections=8", "--requests=32", "--request-size=4096"] })
            {
                NbdCopy.Run([.. options, export.Uri, folder.File("copy")]);
                Assert.Equal(Digest(export), Digest(folder.File("copy")));
                File.Delete(folder.File("copy"));
            }
        }
    }

    [Fact]
    public void Qemu_reads_maps_and_converts()
    {
        Tool.QemuImg.SkipIfMissing();
        Tool.QemuIo.SkipIfMissing();
        using VmaNbdServer server = Start();
        using TempFolder folder = new();
        foreach (VmaNbdExport export in server.Exports)
        {
            string raw = folder.File("raw-" + export.DeviceId);
            string qcow2 = folder.File("qcow2-" + export.DeviceId);
            Tool.QemuImg.Run("convert", "-f", "raw", "-O", "raw", export.Uri, raw);
            Assert.Equal(Digest(export), Digest(raw));
            Tool.QemuImg.Run("convert", "-f", "raw", "-O", "qcow2", export.Uri, qcow2);
            Tool.QemuImg.Run("compare", "-f", "qcow2", "-F", "raw", qcow2, export.Uri);
            Assert.Contains("0x", Tool.QemuImg.Run("map", "-f", "raw", export.Uri), StringComparison.Ordinal);
            Tool.QemuIo.Run("-r", "-f", "raw", "-c", "read 0 64k", "-c", "read 1000 3", export.Uri);
        }
    }

    [Fact]
    public void A_virtual_machine_could_run_from_an_overlay()
    {
        Tool.QemuImg.SkipIfMissing();
        Tool.QemuIo.SkipIfMissing();
        using VmaNbdServer server = Start();
        using TempFolder folder = new();
        string overlay = folder.File("overlay.qcow2");
        Tool.QemuImg.Run("create", "-f", "qcow2", "-F", "raw", "-b", server.Uris[1], overlay);
        Tool.QemuIo.Run("-f", "qcow2", "-c", "write -P 7 4096 8192", "-c", "read -P 7 4096 8192", "-c", "read 1M 1M", overlay);
    }

    private static VmaNbdServer Start() => VmaNbdServer.Start(
        VmaArchive.Open(Archive), OperatingSystem.IsWindows() ? new VmaNbdServerOptions { Port = 0 } : new VmaNbdServerOptions());

    private static string Digest(VmaNbdExport export)
    {
        using VmaDeviceStream stream = VmaArchive.Open(Archive).FindDevice(export.DeviceId!.Value)!.OpenRead();
        return Convert.ToHexString(SHA256.HashData(stream));
    }

    private static string Digest(string file)
    {
        using FileStream stream = File.OpenRead(file);
        return Convert.ToHexString(SHA256.HashData(stream));
    }
}
