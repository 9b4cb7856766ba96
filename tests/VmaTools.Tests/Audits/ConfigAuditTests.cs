using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Audits;

/// <summary>The VM's configuration held against the devices of its archive.</summary>
public sealed class ConfigAuditTests
{
    private const string Map = "#qmdump#map:scsi0:drive-scsi0:lvm:raw:\n";

    [Fact]
    public void Nothing_to_say_where_all_is_there()
    {
        VmaTestResult result = Test("scsi0: lvm:d0,size=64K\nide2: none,media=cdrom\nunused0: lvm:d1\n" + Map, ("drive-scsi0", 65536));
        Assert.Empty(result.Findings);
        Assert.Empty(result.FindingCounts);
        Assert.True(result.IsComplete);
    }

    [Theory]
    [InlineData("scsi0: lvm:d0,size=64K\nscsi1: lvm:d1,size=64K\n" + Map, "DiskNotInBackup", false)]
    [InlineData("scsi0: lvm:d0,size=64K\nscsi1: lvm:d1\n" + Map + "#qmdump#map:scsi1:drive-scsi1:lvm:raw:\n", "DiskNotInBackup", false)]
    [InlineData("scsi0: lvm:d0,size=64K\nscsi1: lvm:d1,backup=0\n" + Map, "DiskExcluded", true)]
    [InlineData("bios: ovmf\nefidisk0: lvm:d1,size=4M\nscsi0: lvm:d0,size=64K\n" + Map, "EfiDiskMissing", false)]
    [InlineData("scsi0: lvm:d0,size=64K\ntpmstate0: lvm:d1,size=4M\n" + Map, "TpmStateMissing", false)]
    [InlineData("scsi0: lvm:d0,size=128K\n" + Map, "DeviceSizeDiffers", true)]
    [InlineData("name: none\n", "DeviceNotInConfig", true)]
    [InlineData("scsi0: lvm:d0,size=64K\n", "MapLineMissing", true)]
    [InlineData("name: moved\n" + Map, "DeviceNotInConfig", true)]
    public void One_warning_for_what_is_odd(string config, string code, bool isComplete)
    {
        VmaTestResult result = Test(config, ("drive-scsi0", 65536));
        VmaFinding finding = Assert.Single(result.Findings);
        Assert.Equal(code, finding.Code);
        Assert.Equal(VmaSeverity.Warning, finding.Severity);
        Assert.Equal(1, result.FindingCounts[code]);
        Assert.True(result.IsValid);
        Assert.Equal(isComplete, result.IsComplete);
    }

    [Theory]
    [InlineData("scsi0: lvm:d0\n" + Map)]
    [InlineData("scsi0: lvm:d0,size=64K\nefidisk0: lvm:d1\n" + Map)]
    [InlineData("scsi0: lvm:d0,size=64K\nide2: lvm:vm-1-cloudinit\n" + Map)]
    public void What_backups_leave_out_is_not_missed(string config) =>
        Assert.Empty(Test(config, ("drive-scsi0", 65536)).Findings);

    [Fact]
    public void An_efi_disk_may_be_smaller_than_its_volume()
    {
        VmaTestResult result = Test(
            "bios: ovmf\nefidisk0: lvm:d1,size=4M\n#qmdump#map:efidisk0:drive-efidisk0:lvm:raw:\n", ("drive-efidisk0", 540672));
        Assert.Empty(result.Findings);
    }

    [Fact]
    public void The_guests_memory_is_no_disk() =>
        Assert.Empty(Test("scsi0: lvm:d0,size=64K\n" + Map, ("drive-scsi0", 65536), ("vmstate", 65536)).Findings);

    [Fact]
    public void An_archive_without_configuration_is_not_complete()
    {
        VmaTestResult result = Test(null, ("drive-scsi0", 65536));
        Assert.Equal("VMConfigMissing", Assert.Single(result.Findings).Code);
        Assert.False(result.IsComplete);
    }

    [Fact]
    public void A_damaged_archive_is_not_complete()
    {
        VmaTestResult result = VmaArchiveTest.Run(new MemoryStream(new byte[100]), cancellationToken: TestContext.Current.CancellationToken);
        Assert.False(result.IsValid);
        Assert.False(result.IsComplete);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Both_ways_of_testing_say_it(bool structureOnly)
    {
        VmaTestResult result = VmaArchiveTest.Run(
            Fixtures.Path("corpus/vmstate.vma"), new VmaTestOptions { StructureOnly = structureOnly }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(
            ["RestoreNameRefused", "EfiDiskMissing", "DiskNotInBackup", "DiskExcluded", "DeviceSizeDiffers", "TpmStateMissing"],
            result.Findings.Select(static f => f.Code));
        Assert.Equal(6, result.FindingCounts.Count);
        Assert.False(result.IsComplete);
    }

    private static VmaTestResult Test(string? config, params (string Name, long Size)[] devices)
    {
        ArchiveForge forge = new();
        if (config is not null)
        {
            forge.Config("qemu-server.conf", config);
        }

        for (int i = 0; i < devices.Length; i++)
        {
            forge.Device(i + 1, devices[i].Name, devices[i].Size);
        }

        forge.Extent(extent =>
        {
            for (int i = 0; i < devices.Length; i++)
            {
                for (uint cluster = 0; cluster < (devices[i].Size + 65535) / 65536; cluster++)
                {
                    extent.Zero(i + 1, cluster);
                }
            }
        });
        return VmaArchiveTest.Run(new MemoryStream(forge.Build()), cancellationToken: TestContext.Current.CancellationToken);
    }
}
