using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace VmaTools.Cli.Tests;

/// <summary>Ctrl+C: what would go on for long ends, with no partial disk.</summary>
public sealed class InterruptTests : Workspace
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Interrupted_while_a_pipe_waits(string signal, int exitCode)
    {
        Signals.SkipWithout();
        using Process process = Vma.Start("extract", "-", Out);
        await process.StandardInput.BaseStream.WriteAsync(Corpus.Bytes(Sample).AsMemory(0, 400_000), TestContext.Current.CancellationToken);
        await process.StandardInput.BaseStream.FlushAsync(TestContext.Current.CancellationToken);
        await WaitFor(() => Directory.Exists(Out) && FilesIn(Out).Any(static f => f.StartsWith("tmp-", StringComparison.Ordinal)));
        await Interrupt(process, signal, exitCode);
        Assert.Equal(["qemu-server.conf", "qemu-server.fw"], FilesIn(Out));
    }

    [Fact]
    public async Task Interrupted_while_a_pipe_flows()
    {
        Signals.SkipWithout();
        ArchiveForge forge = new ArchiveForge().Device(1, "drive-a", 1L << 40);
        forge.Extent(static e => e.Cluster(1, 0));
        forge.Build();
        byte[] header = forge.Build()[..forge.HeaderSize];
        using Process process = Vma.Start("extract", "-", Out);
        using CancellationTokenSource stop = new();
        int fed = 0;
        Task feeding = Task.Run(
            () =>
            {
                try
                {
                    process.StandardInput.BaseStream.Write(header);
                    for (uint cluster = 0; !stop.IsCancellationRequested; cluster++)
                    {
                        process.StandardInput.BaseStream.Write(new ExtentForge(forge.Uuid).Cluster(1, cluster).ToArray());
                        Volatile.Write(ref fed, (int)cluster);
                    }
                }
                catch (IOException)
                {
                    // It has gone, as it should.
                }
            },
            TestContext.Current.CancellationToken);

        // More than a pipe and what reads ahead of the pass hold.
        await WaitFor(() => Directory.Exists(Out) && FilesIn(Out).Length > 0 && Volatile.Read(ref fed) > 1000);
        await Interrupt(process, "INT", 130);
        await stop.CancelAsync();
        await feeding.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Empty(FilesIn(Out));
    }

    [Fact]
    public async Task Interrupted_while_throttled()
    {
        Signals.SkipWithout();
        string target = Write("target", new byte[1_049_088]);
        using Process process = Vma.Start(
            "extract", Corpus.PathOf(Sample), "-d", "drive-scsi2", "-r", Write("map", $"throttling.bps=1000:1:drive-scsi2={target}"), Out);
        await WaitFor(() => Directory.Exists(Out) && File.ReadAllBytes(target).AsSpan().IndexOfAnyExcept((byte)0) >= 0);
        await Interrupt(process, "INT", 130);
    }

    [Theory]
    [InlineData("TERM", 143, "list", "@")]
    [InlineData("INT", 130, "verify", "@")]
    [InlineData("TERM", 143, "extract", "@", "out")]
    [InlineData("TERM", 143, "df", "@")]
    [InlineData("TERM", 143, "serve", "@")]
    [InlineData("TERM", 143, "create", "new.vma", "-c", "@")]
    public async Task Interrupted_while_it_opens_a_pipe_that_nobody_writes_to(string signal, int exitCode, params string[] arguments)
    {
        Signals.SkipWithout();
        string pipe = Here("pipe");
        new Tool("mkfifo").Run(pipe);
        using Process process = Vma.StartWith(
            Signals.Quiet.Name,
            Signals.Quiet.Value,
            [.. arguments.Select(a => a == "out" ? Out : a == "new.vma" ? Here(a) : a.Replace("@", pipe, StringComparison.Ordinal))]);
        await WaitFor(() => Signals.AreWaiting(process, 1, "wait_for_partner", "fifo_open"));
        Assert.False(process.HasExited);
        await Interrupt(process, signal, exitCode);
        Assert.Equal(["pipe"], Directory.GetFileSystemEntries(Root).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Interrupted_while_a_named_pipe_brings_the_header_slowly()
    {
        Signals.SkipWithout();
        string pipe = Here("pipe");
        new Tool("mkfifo").Run(pipe);
        using Process process = Vma.Start("list", pipe);
        using FileStream writer = new(pipe, FileMode.Open, FileAccess.Write);
        await writer.WriteAsync(Corpus.Bytes(Sample).AsMemory(0, 5000), TestContext.Current.CancellationToken);
        await writer.FlushAsync(TestContext.Current.CancellationToken);

        // One of them is the framework's, which waits for signals.
        await WaitFor(() => Signals.AreWaiting(process, 2, "pipe_read", "anon_pipe_read", "fifo_pipe_read"));
        await Interrupt(process, "TERM", 143);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Interrupted_while_nobody_reads_what_it_creates(string signal, int exitCode)
    {
        Signals.SkipWithout();
        using Process process = await StartCreating();
        await WaitFor(() => Signals.AreWaiting(process, 1, "pipe_write", "anon_pipe_write", "fifo_pipe_write"));
        await Interrupt(process, signal, exitCode);
    }

    [Fact]
    public async Task A_reader_that_goes_away_before_the_end_is_told()
    {
        Signals.SkipWithout();
        using Process process = await StartCreating();
        process.StandardOutput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(2, process.ExitCode);
        Assert.Contains("vma: TargetWriteFailed: ", await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config", "-")]
    [InlineData("cat", "@", "drive-scsi0/p2:/HOSTS", "--passphrase-file", "-")]
    [InlineData("ls", "@", "-R", "--passphrase-file", "-")]
    [InlineData("ls", "@", "-R", "--json", "--passphrase-file", "-")]
    public async Task Nothing_is_read_for_a_reader_that_has_gone(params string[] arguments)
    {
        Signals.SkipWithout();
        string locked = Fixtures.Path("locked/luks.vma.zst");
        using Process process = Vma.Start(Array.ConvertAll(arguments, a => a == "@" ? locked : a));

        // It waits for its input before it writes anything.
        process.StandardOutput.Close();
        byte[] input = arguments[0] == "config" ? Corpus.Bytes("nodisk") : "correct horse battery\n"u8.ToArray();
        await process.StandardInput.BaseStream.WriteAsync(input, TestContext.Current.CancellationToken);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(141, process.ExitCode);
        Assert.Empty(await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_named_pipe_is_read_forward()
    {
        Signals.SkipWithout();
        string pipe = Here("pipe");
        new Tool("mkfifo").Run(pipe);
        Task feeding = Task.Run(() => File.WriteAllBytes(pipe, Corpus.Bytes(Sample)), TestContext.Current.CancellationToken);
        Vma.Run("extract", pipe, Out).Expect(0);
        await feeding.WaitAsync(Patience, TestContext.Current.CancellationToken);
        AssertExtracted(Sample, Out);
    }

    /// <summary>Starts making an archive that is more than a pipe holds, of which one byte has come.</summary>
    private async Task<Process> StartCreating()
    {
        byte[] disk = new byte[1 << 22];
        new Random(1).NextBytes(disk);
        Process process = Vma.StartWith(Signals.Quiet.Name, Signals.Quiet.Value, "create", "-", "-d", $"drive-a={Write("disk.raw", disk)}");
        await process.StandardOutput.BaseStream.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken);
        return process;
    }

    private static async Task Interrupt(Process process, string signal, int exitCode)
    {
        Signals.Send(signal, process);
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            process.Kill();
            throw;
        }

        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == exitCode, $"Exit code {process.ExitCode}. {error}");
        Assert.DoesNotContain("Unhandled", error, StringComparison.Ordinal);
    }

    private static async Task WaitFor(Func<bool> condition)
    {
        for (Stopwatch watch = Stopwatch.StartNew(); !condition(); await Task.Delay(50, TestContext.Current.CancellationToken))
        {
            Assert.True(watch.Elapsed < Patience, "It did not get going.");
        }
    }
}
