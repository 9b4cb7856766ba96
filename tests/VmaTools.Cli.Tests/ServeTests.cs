using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading.Tasks;
using Xunit;

namespace VmaTools.Cli.Tests;

/// <summary><c>vma serve</c>, with libnbd's tools as judges.</summary>
public sealed class ServeTests : Workspace
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Tool Info = new("nbdinfo");
    private static readonly Tool Copy = new("nbdcopy");

    [Theory]
    [InlineData(".vma", "INT")]
    [InlineData(".vma", "TERM")]
    [InlineData(".vma.zst", "TERM")]
    public async Task Serves_until_it_is_told_to_stop_and_takes_its_socket_along(string extension, string signal)
    {
        Info.SkipIfMissing();
        Copy.SkipIfMissing();
        Signals.SkipWithout();
        string socket = Here("nbd.sock");
        using Process server = Start(Archive(extension), "--socket", socket);
        List<string> lines = await ReadExports(server);
        foreach ((string device, _, long size, string digest) in Corpus.Devices(Sample))
        {
            string line = Assert.Single(lines, l => l.Split(' ')[0].EndsWith($"/{device}?socket={socket}", StringComparison.Ordinal));
            Assert.Equal(size.ToString(CultureInfo.InvariantCulture), line.Split(' ')[1]);
            Assert.Equal($"{size}\n", Info.Run("--size", line.Split(' ')[0]));
            Copy.Run(line.Split(' ')[0], Here(device));
            Assert.Equal(digest, Digest(Here(device)));
        }

        Assert.True(File.Exists(socket));
        await Stop(server, signal);
        Assert.False(File.Exists(socket));
    }

    [Fact]
    public async Task A_socket_of_its_own_goes_with_its_folder()
    {
        Signals.SkipWithout();
        using Process server = Start(Corpus.PathOf(Sample));
        string address = (await ReadExports(server))[0].Split(' ')[0];
        string socket = address.Split("?socket=")[1];
        Assert.True(File.Exists(socket));
        if (Signals.Exist)
        {
            UnixFileMode mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Assert.Equal(mine, File.GetUnixFileMode(socket));
            Assert.Equal(mine | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(socket)!));
        }

        await Stop(server, "INT");
        Assert.False(Directory.Exists(Path.GetDirectoryName(socket)));
    }

    [Fact]
    public async Task Stops_while_clients_read()
    {
        Copy.SkipIfMissing();
        Signals.SkipWithout();
        string socket = Here("nbd.sock");
        using Process server = Start(Archive(".vma.zst"), "--socket", socket);
        string address = (await ReadExports(server))[0].Split(' ')[0];
        using Process client = Process.Start(new ProcessStartInfo(new Tool("sh").FullName, ["-c", $"while '{Copy.FullName}' '{address}' null:; do : > '{Here("read")}'; done"]) { RedirectStandardError = true })!;
        for (Stopwatch watch = Stopwatch.StartNew(); !File.Exists(Here("read")); await Task.Delay(20, TestContext.Current.CancellationToken))
        {
            Assert.True(watch.Elapsed < Patience && !client.HasExited, "The client did not get going.");
        }

        await Stop(server, "TERM");
        await client.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.False(File.Exists(socket));
    }

    [Fact]
    public async Task Serves_on_the_loopback_address()
    {
        Info.SkipIfMissing();
        Signals.SkipWithout();
        using Process server = Start(Corpus.PathOf(Sample), "--port", "0");
        List<string> lines = await ReadExports(server);
        Assert.All(lines, static l => Assert.StartsWith("nbd://127.0.0.1:", l, StringComparison.Ordinal));
        Assert.Contains("is_read_only: true", Info.Run(lines[0].Split(' ')[0]), StringComparison.Ordinal);
        await Stop(server, "TERM");
    }

    [Fact]
    public async Task Tells_how_far_the_index_is_beside_what_scripts_read()
    {
        Signals.SkipWithout();
        string archive = Write("backup.vma.zst", File.ReadAllBytes(Fixtures.Path($"corpus/{Sample}.vma.zst")));
        using Process server = Vma.StartWith("XDG_CACHE_HOME", Here("cache"), "serve", archive, "-v");
        Assert.All(await ReadExports(server), static l => Assert.StartsWith("nbd+unix:", l, StringComparison.Ordinal));
        Signals.Send("TERM", server);
        string error = await server.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.EndsWith($"progress 100% (read {new FileInfo(archive).Length} bytes)\n", error, StringComparison.Ordinal);
        Assert.Single(FilesIn(Here("cache")));
    }

    [Fact]
    public void A_place_that_is_taken_is_told()
    {
        string taken = Write("taken", "mine");
        Outcome outcome = Vma.Run("serve", Corpus.PathOf(Sample), "--socket", taken).Expect(2);
        Assert.Contains("TargetExists", outcome.Error, StringComparison.Ordinal);
        Assert.Equal("mine\n", File.ReadAllText(taken));
        Vma.Run("serve", Corpus.PathOf(Sample), "--socket", taken, "--port", "0").Expect(1);
        Vma.Run("serve", Corpus.PathOf(Sample), "--bind", "nowhere").Expect(2);
    }

    [Fact]
    public void A_pipe_cannot_be_served() =>
        Assert.Contains("SourceNotSeekable", Vma.Run(File.ReadAllBytes(Corpus.PathOf(Sample)), null, "serve", "-").Expect(2).Error, StringComparison.Ordinal);

    /// <summary>The sample, compressed or not, with an index beside it, so that none is made elsewhere.</summary>
    private string Archive(string extension)
    {
        if (extension == ".vma")
        {
            return Corpus.PathOf(Sample);
        }

        string archive = Write("backup" + extension, File.ReadAllBytes(Fixtures.Path($"corpus/{Sample}{extension}")));
        Vma.Run("index", archive, "--beside").Expect(0);
        return archive;
    }

    private static Process Start(params string[] arguments) => Vma.Start(["serve", .. arguments]);

    private static async Task<List<string>> ReadExports(Process server)
    {
        int devices = Corpus.Devices(Sample).Count;
        List<string> lines = [];
        while (lines.Count < devices)
        {
            string? line = await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask()
                .WaitAsync(Patience, TestContext.Current.CancellationToken);
            Assert.True(line is not null, "It ended.");
            lines.Add(line);
        }

        return lines;
    }

    private static async Task Stop(Process server, string signal)
    {
        Signals.Send(signal, server);
        try
        {
            await server.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            server.Kill();
            throw;
        }

        Assert.Equal(string.Empty, await server.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, server.ExitCode);
    }
}
