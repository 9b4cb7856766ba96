using System;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.GuestFiles;

/// <summary>Versions of a file over several backups.</summary>
public sealed class FileVersionTests
{
    [Fact]
    public void Each_is_compared_with_the_one_before()
    {
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path("disks/gpt-linux.vma.zst"));
        using VmaGuest guest = VmaGuest.Open(archive);
        VmaFile one = guest.GetFile("/basics/one", "p2");
        VmaFile hundred = guest.GetFile("/basics/len-100", "p2");
        Func<VmaFileVersion>[] made =
        [
            () => VmaFileVersion.Read(guest, one),
            () => VmaFileVersion.Read(guest, one, withContent: true),
            () => VmaFileVersion.Read(guest, hundred, withContent: true),
            () => VmaFileVersion.Absent(guest, "/basics/one"),
            () => VmaFileVersion.Absent(guest, "/basics/one"),
            () => VmaFileVersion.Read(guest, one),
        ];

        // Of one time they stay in their order.
        Assert.Equal(
            [VmaFileVersion.New, VmaFileVersion.Same, VmaFileVersion.Changed, VmaFileVersion.Missing, VmaFileVersion.Missing, VmaFileVersion.New],
            VmaFileVersion.Order(made.Select(static m => m())).Select(static v => v.Change));
        Assert.Equal(VmaFileHash.Compute(guest, one).Hash, made[1]().Sha256?.ToUpperInvariant());
        Assert.Null(made[0]().Sha256);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => VmaFileVersion.Read(guest, guest.GetFile("/basics", "p2")));
        Assert.Equal(VmaCodes.FileTypeMismatch, exception.Code);
    }
}
