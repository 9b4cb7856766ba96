using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using Xunit;

namespace VmaTools.Cli.Tests;

/// <summary>The README's recipe for a machine that runs on its backup, line by line, with a guest that starts.</summary>
public sealed class BootTests : Workspace
{
    private const string Heading = "### Start it from the backup";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly Tool Emulator = new("qemu-system-x86_64");
    private static readonly Tool Shell = new("sh");

    [Fact]
    public async Task A_guest_starts_from_its_compressed_backup_as_the_readme_has_it()
    {
        Emulator.SkipIfMissing();
        Tool.QemuImg.SkipIfMissing();
        BootableGuest.SkipWithout();
        Signals.SkipWithout();
        string marker = $"guest {Guid.NewGuid():N} has started";
        string disk = BootableGuest.Make(Root, marker);
        Vma.Run("create", Here("backup.vma.zst"), "-d", $"drive-scsi0={disk}").Expect(0);
        File.Delete(disk);
        string before = Digest(Here("backup.vma.zst"));

        string[] lines = Recipe();
        Assert.Equal(["vma serve ", "qemu-img create ", "qemu-system-x86_64 "], lines.Select(static l => Regex.Match(l, @"^\S+ (create |serve )?").Value));
        string[] arguments = [.. lines[0].Split(' ').Skip(1).Select(a => a is "backup.vma.zst" or "bk.sock" ? Here(a) : a)];
        using Process server = Vma.StartWith("XDG_CACHE_HOME", Here("cache"), arguments);
        try
        {
            // It tells its addresses once it listens.
            string? address = await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
            Assert.StartsWith("nbd+unix:///drive-scsi0", address, StringComparison.Ordinal);
            ToolResult guest = Shell.Try("-c", $"cd '{Root}' && {lines[1]} && exec timeout {Patience.TotalSeconds} {lines[2]}");
            Assert.True(guest.Text.Split('\n').Any(l => l.TrimEnd('\r').EndsWith(marker, StringComparison.Ordinal)), $"{guest.Text}\n{guest.Error}");
            Assert.Equal(0, guest.ExitCode);
        }
        finally
        {
            server.Kill(entireProcessTree: true);
        }

        Assert.Equal(before, Digest(Here("backup.vma.zst")));
        Assert.True(new FileInfo(Here("overlay.qcow2")).Length > 0);
    }

    private static string[] Recipe()
    {
        string text = File.ReadAllText(Path.Combine(Fixtures.Root, "README.md")).Replace("\r", string.Empty, StringComparison.Ordinal);
        string block = Regex.Match(text, $"{Heading}\n.*?```sh\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        return block.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
