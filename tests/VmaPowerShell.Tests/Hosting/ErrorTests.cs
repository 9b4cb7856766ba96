using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using Xunit;
using Automation = System.Management.Automation.PowerShell;

namespace VmaTools.PowerShell.Tests.Hosting;

/// <summary>Error records as a host sees them.</summary>
public sealed class ErrorTests : Host
{
    private static readonly string Sample = Fixtures.Path("corpus/vzdump-qemu-101-2026_11_20-02_00_03.vma");

    [Theory]
    [InlineData("Get-VmaArchive", "ItemNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Get-VmaDevice", "ItemNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Test-VmaArchive", "ItemNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Read-VmaDevice", "ItemNotFound", ErrorCategory.ObjectNotFound)]
    public void A_path_that_leads_nowhere_has_its_id_and_category(string command, string id, ErrorCategory category)
    {
        string path = Path.Combine(Folder, "absent*.vma");
        using Automation shell = Shell().AddCommand(command).AddParameter("Path", path);
        Assert.Empty(shell.Invoke());
        ErrorRecord error = Assert.Single(shell.Streams.Error);
        Assert.StartsWith(id + ",VmaTools.PowerShell.", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(category, error.CategoryInfo.Category);
        Assert.Equal(path, error.TargetObject);
    }

    [Fact]
    public void Damage_is_an_error_of_the_engine_s_family_with_path_device_and_offset()
    {
        byte[] bytes = File.ReadAllBytes(Sample);
        bytes[702_524] ^= 1;
        string path = Path.Combine(Folder, "damaged.vma");
        File.WriteAllBytes(path, bytes);
        using Automation shell = Shell().AddCommand("Export-VmaDevice").AddParameter("Path", Out).AddParameter("InputObject", path);
        shell.Invoke();
        Assert.Equal(3, shell.Streams.Error.Count);
        Assert.All(shell.Streams.Error, e =>
        {
            Assert.StartsWith("DeviceNotWhole,", e.FullyQualifiedErrorId, StringComparison.Ordinal);
            VmaException exception = Assert.IsAssignableFrom<VmaException>(e.Exception);
            Assert.Equal(path, exception.Path);
            Assert.NotNull(exception.Device);
            Assert.IsType<VmaDevice>(e.TargetObject is PSObject wrapped ? wrapped.BaseObject : e.TargetObject);
        });
        Assert.Equal(["drive-efidisk0.raw"], Directory.GetFiles(Out).Select(Path.GetFileName));
    }

    [Fact]
    public void Under_Stop_the_first_error_ends_the_pipeline()
    {
        using Automation shell = Shell().AddCommand("Get-VmaDevice").AddParameter("Path", new[] { Path.Combine(Folder, "absent.vma"), Sample }).AddParameter("ErrorAction", ActionPreference.Stop);
        Assert.Throws<ActionPreferenceStopException>(() => shell.Invoke());
    }

    [Fact]
    public void A_pipeline_reads_each_archive_once()
    {
        using CountingStream stream = new(File.ReadAllBytes(Sample));
        using Automation shell = Shell().AddCommand("Export-VmaDevice").AddParameter("Path", Out).AddParameter("InputStream", stream);
        shell.Invoke();
        Assert.Empty(shell.Streams.Error);
        Assert.Equal(4, Directory.GetFiles(Out).Length);
        Assert.InRange(stream.BytesRead, stream.Length / 2, stream.Length * 5 / 4);
    }

    private sealed class CountingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public long BytesRead { get; private set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = base.Read(buffer, offset, count);
            BytesRead += read;
            return read;
        }
    }
}
