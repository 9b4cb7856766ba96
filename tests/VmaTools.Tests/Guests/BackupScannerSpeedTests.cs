using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Guests;

/// <summary>Runs alone, because it measures the processor time of the whole process.</summary>
[CollectionDefinition(nameof(BackupScannerSpeedTests), DisableParallelization = true)]
[Collection(nameof(BackupScannerSpeedTests))]
public sealed class BackupScannerSpeedTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vmatools-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Ten_thousand_files_take_little_time()
    {
        for (int i = 0; i < 10_000; i++)
        {
            string name = $"vzdump-qemu-{100 + (i / 4)}-2026_11_20-02_00_0{i % 4}{(i % 4 == 0 ? ".log" : ".vma.zst")}";
            File.Create(Path.Combine(_folder, name)).Dispose();
        }

        using Process process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        int count = BackupScanner.Scan(_folder, cancellationToken: TestContext.Current.CancellationToken).Count();
        process.Refresh();
        TimeSpan taken = process.TotalProcessorTime - before;

        Assert.Equal(10_000, count);
        Assert.True(taken < TimeSpan.FromSeconds(2), $"{taken} of processor time");
    }
}
