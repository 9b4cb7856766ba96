using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Threading.Tasks;
using Xunit;
using Automation = System.Management.Automation.PowerShell;

namespace VmaTools.PowerShell.Tests.Hosting;

/// <summary>Progress records: bytes and rate, not too many, and taken away at the end.</summary>
public sealed class ProgressTests : Host
{
    [Fact]
    public async Task Progress_tells_bytes_and_rate_about_five_times_a_second()
    {
        using EndlessArchive archive = new(1);
        using Automation shell = Shell().AddCommand("Test-VmaArchive").AddParameter("InputStream", archive);
        IAsyncResult run = shell.BeginInvoke();
        await Task.Delay(2500, TestContext.Current.CancellationToken);
        ProgressRecord[] records = [.. shell.Streams.Progress];
        shell.Stop();
        Assert.InRange(records.Length, 3, 16);
        Assert.All(records, static r => Assert.Matches(@"^[\d.]+ [KMG]?i?B read, [\d.]+ [KMG]?i?B/s$", r.StatusDescription));
        Assert.Single(records.Select(static r => r.ActivityId).Distinct());
        Assert.StartsWith("Testing", records[0].Activity, StringComparison.Ordinal);
        Assert.True(run.IsCompleted);
    }

    [Fact]
    public void What_is_over_at_once_shows_nothing_that_stays()
    {
        using Automation shell = Shell().AddCommand("Test-VmaArchive").AddParameter("Path", Fixtures.Path("corpus/nodisk.vma"));
        Assert.Single(shell.Invoke());
        ProgressRecord[] records = [.. shell.Streams.Progress];
        Assert.True(records.Length == 0 || records[^1].RecordType == ProgressRecordType.Completed);
    }
}
