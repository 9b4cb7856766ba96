using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Threading.Tasks;
using Xunit;
using Automation = System.Management.Automation.PowerShell;

namespace VmaTools.PowerShell.Tests.Hosting;

/// <summary>Ctrl+C, as the pipeline sees it: what would go on for ever ends, and nothing half-done is left.</summary>
public sealed class StopTests : Host
{
    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public async Task An_export_ends_and_leaves_no_file(int pace)
    {
        using EndlessArchive archive = new(pace);
        using Automation shell = Shell().AddCommand("Export-VmaDevice").AddParameter("Path", Out).AddParameter("InputStream", archive);
        await Stop(shell, () => Directory.Exists(Out) && Directory.GetFiles(Out).Any(static f => new FileInfo(f).Length > 0));
        Assert.Empty(Directory.GetFiles(Out));
    }

    [Fact]
    public async Task A_test_ends()
    {
        using EndlessArchive archive = new(1);
        using Automation shell = Shell().AddCommand("Test-VmaArchive").AddParameter("InputStream", archive);
        await Stop(shell, () => archive.Delivered > 1 << 20);
    }

    [Fact]
    public async Task Listing_extents_ends()
    {
        using EndlessArchive archive = new(1);
        using Automation shell = Shell().AddCommand("Get-VmaExtent").AddParameter("InputStream", archive);
        await Stop(shell, () => archive.Delivered > 1 << 20);
    }

    [Fact]
    public void Taking_the_first_ends_the_rest()
    {
        using EndlessArchive archive = new(0);
        using Automation shell = Shell().AddCommand("Get-VmaExtent").AddParameter("InputStream", archive).AddCommand("Select-Object").AddParameter("First", 2);
        Assert.Equal(2, shell.Invoke().Count);
        Assert.InRange(archive.Delivered, 1, 32 << 20);
    }

    private static async Task Stop(Automation shell, Func<bool> isGoing)
    {
        IAsyncResult run = shell.BeginInvoke();
        for (Stopwatch start = Stopwatch.StartNew(); !isGoing(); await Task.Delay(20, TestContext.Current.CancellationToken))
        {
            Assert.True(start.Elapsed < TimeSpan.FromMinutes(1), "It did not get going.");
            Assert.False(run.IsCompleted, "It ended by itself.");
        }

        // The archive never ends by itself.
        await Task.Run(shell.Stop, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
        Assert.Empty(shell.Streams.Error);
    }
}
