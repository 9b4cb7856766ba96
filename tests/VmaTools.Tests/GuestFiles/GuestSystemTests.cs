using System;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.GuestFiles;

/// <summary>Paths as the guest itself has them, across its volumes, on disks that mke2fs filled.</summary>
public sealed class GuestSystemTests : IDisposable
{
    private const string HomeUuid = "0a1b2c3d-0000-4000-8000-00000000beef";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Paths_go_across_volumes_by_the_guests_own_fstab_and_links()
    {
        using VmaArchive archive = Make();
        using VmaGuest guest = VmaGuest.Open(archive);
        Assert.Equal(["/", "/home"], guest.GetVolumes().Select(static v => v.MountPoint));
        Assert.Equal("root:x:0:0\n", Read(guest, "/etc/passwd"));
        Assert.Equal("hello\n", Read(guest, "/home/alice/note"));

        // By a relative link within the home volume, and by an absolute one from it back to the root.
        Assert.Equal("hello\n", Read(guest, "/home/bob/note"));
        Assert.Equal("root:x:0:0\n", Read(guest, "/home/alice/passwd"));
        Assert.Equal("root:x:0:0\n", Read(guest, "/home/alice/../../etc/passwd"));
        Assert.Equal("drive-scsi1", guest.GetFile("/home/alice").Volume);
        Assert.Equal("hello\n", Read(guest, "/alice/note", "/home"));
        VmaFileSystemException error = Assert.Throws<VmaFileSystemException>(() => guest.GetFile("/home/alice/gone", followLast: true));
        Assert.Equal(VmaCodes.FileNotFound, error.Code);
        Assert.Contains("/nowhere", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<VmaFileSystemException>(() => guest.GetFile("/home/alice/round/note"));
        Assert.Equal(VmaCodes.FileLinkLoop, error.Code);
        error = Assert.Throws<VmaFileSystemException>(() => guest.GetFile("/etc/passwd/more"));
        Assert.Equal(VmaCodes.FileNotDirectory, error.Code);
    }

    [Fact]
    public void A_path_that_several_volumes_have_lists_them()
    {
        using VmaArchive archive = Make(withTable: false);
        using VmaGuest guest = VmaGuest.Open(archive);
        VmaFileSystemException error = Assert.Throws<VmaFileSystemException>(() => guest.GetFile("/lost+found"));
        Assert.Equal(VmaCodes.VolumeAmbiguous, error.Code);
        Assert.Contains("drive-scsi0, drive-scsi1", error.Message, StringComparison.Ordinal);
        Assert.Equal("drive-scsi1", guest.GetFile("/alice/note").Volume);
    }

    [Theory]
    [InlineData("/dev/gpt/rootfs / ufs rw 1 1\n/dev/da0p3 /var ufs rw 2 2\n/dev/da0p4 none swap sw 0 0\nproc /proc procfs rw 0 0\n", true)]
    [InlineData("/dev/vtbd0p2\t/\tufs\trw\t1\t1\n/dev/vtbd0p3\t/var\tufs\trw\t2\t2\n", true)]
    [InlineData("/dev/ufs/rootfs / ufs rw 1 1\n/dev/ufs/varfs /var ufs rw 2 2\n", true)]
    [InlineData("/dev/ada0p2 / ufs rw 1 1\n/dev/ufsid/{id} /var ufs rw 2 2\n", true)]
    [InlineData("/dev/da0s1a / ufs rw 1 1\n/dev/da0s1d /var ufs rw 2 2\n/dev/da0s1b none swap sw 0 0\n", false)]
    [InlineData("/dev/ufs/rootfs / ufs rw 1 1\n/dev/ufsid/{id} /var ufs rw 2 2\n", false)]
    public void Paths_go_across_the_volumes_of_a_bsd(string fstab, bool hasGpt)
    {
        using VmaArchive archive = VmaArchive.Open(BsdGuest.Make(_folder, fstab, hasGpt));
        using VmaGuest guest = VmaGuest.Open(archive);
        Assert.Equal([("/", "rootfs"), ("/var", "varfs")], guest.GetVolumes().Where(static v => v.FileSystem == "ufs").Select(static v => (v.MountPoint, v.Label)));
        Assert.Equal("root:*:0:0:Charlie &:/root:/bin/csh\n", Read(guest, "/etc/passwd"));
        Assert.Equal("hello\n", Read(guest, "/var/log/messages"));
    }

    private static string Read(VmaGuest guest, string path, string? volume = null)
    {
        using StreamReader reader = new(guest.OpenRead(guest.GetFile(path, volume, followLast: true)));
        return reader.ReadToEnd();
    }

    private VmaArchive Make(bool withTable = true)
    {
        string root = Directory.CreateDirectory(_folder.File("root")).FullName;
        string home = Directory.CreateDirectory(_folder.File("home")).FullName;
        Directory.CreateDirectory(Path.Combine(root, "etc"));
        Directory.CreateDirectory(Path.Combine(root, "home"));
        Directory.CreateDirectory(Path.Combine(home, "alice"));
        File.WriteAllText(Path.Combine(root, "etc", "passwd"), "root:x:0:0\n");
        if (withTable)
        {
            File.WriteAllText(Path.Combine(root, "etc", "fstab"), $"# made\nUUID={HomeUuid} /home ext4 defaults 0 2\nproc /proc proc defaults 0 0\n");
        }

        File.WriteAllText(Path.Combine(home, "alice", "note"), "hello\n");
        File.CreateSymbolicLink(Path.Combine(home, "bob"), "alice");
        File.CreateSymbolicLink(Path.Combine(home, "alice", "passwd"), "/etc/passwd");
        File.CreateSymbolicLink(Path.Combine(home, "alice", "gone"), "/nowhere");
        File.CreateSymbolicLink(Path.Combine(home, "alice", "round"), "back");
        File.CreateSymbolicLink(Path.Combine(home, "alice", "back"), "round");
        string path = _folder.File("guest.vma");
        using VmaCreation creation = new();
        creation.AddFile("drive-scsi0", Format(root, Guid.NewGuid().ToString()));
        creation.AddFile("drive-scsi1", Format(home, HomeUuid));
        creation.Run(path);
        return VmaArchive.Open(path);
    }

    private static string Format(string content, string uuid)
    {
        string image = content + ".raw";
        new Tool("mke2fs").Run("-q", "-t", "ext4", "-U", uuid, "-d", content, image, "8M");
        return image;
    }
}
