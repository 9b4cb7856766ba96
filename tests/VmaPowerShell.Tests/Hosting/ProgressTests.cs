using System;
using System.Diagnostics;
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
    public async Task Progress_tells_bytes_and_rate_and_not_more_often_than_five_times_a_second()
    {
        using EndlessArchive archive = new(1);
        using Automation shell = Shell().AddCommand("Test-VmaArchive").AddParameter("InputStream", archive);
        // The test goes on on a thread of its own: the one that shows progress is the one to be stopped.
        TaskCompletionSource several = new(TaskCreationOptions.RunContinuationsAsynchronously);
        shell.Streams.Progress.DataAdded += (_, added) =>
        {
            if (added.Index == 5)
            {
                several.TrySetResult();
            }
        };
        Stopwatch watch = Stopwatch.StartNew();
        IAsyncResult run = shell.BeginInvoke();
        await several.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        ProgressRecord[] records = [.. shell.Streams.Progress];
        TimeSpan took = watch.Elapsed;
        shell.Stop();

        // However slow the machine is: no more than one for each fifth of a second.
        Assert.True(records.Length <= 1 + (took.TotalMilliseconds / 195), $"{records.Length} records in {took.TotalSeconds} s.");
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
