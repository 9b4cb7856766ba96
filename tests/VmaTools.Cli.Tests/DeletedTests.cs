using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text.Json;
using Xunit;

namespace VmaTools.Cli.Tests;

/// <summary>What was deleted, and what stands behind the ends of files: <c>vma ls</c>, <c>vma cp</c>, <c>vma cat</c>.</summary>
public sealed class DeletedTests : Workspace
{
    private static readonly string Windows = Fixtures.Path("disks/ntfs-small.vma.zst");

    [Fact]
    public void What_was_deleted_is_listed_with_what_is_left_of_it()
    {
        JsonElement[] lines = [.. Vma.Run("ls", "--deleted", "--json", "--sha256", Windows).Expect(0).Lines.Select(static l => JsonDocument.Parse(l).RootElement)];
        JsonElement lost = lines.Single(static l => l.TryGetProperty("path", out JsonElement path) && path.GetString() == "/gone/lost4.txt");
        Assert.Equal("whole", lost.GetProperty("recovery").GetString());
        Assert.True(lost.GetProperty("deleted").GetBoolean() && lost.GetProperty("path_certain").GetBoolean() && !lost.GetProperty("orphan").GetBoolean());
        Assert.Equal(30000, lost.GetProperty("size").GetInt64());
        Assert.Contains(Vma.Run("ls", "--deleted", Windows, "/gone").Expect(0).Lines, static l => l.EndsWith("/gone/lost4.txt (deleted, whole)", StringComparison.Ordinal));
        Assert.Contains(Vma.Run("ls", "--deleted", "--bodyfile", Windows).Expect(0).Lines, static l => l.Contains("/gone/lost4.txt (deleted)|", StringComparison.Ordinal));

        Vma.Run("cp", "--deleted", Windows, "/", Out).Expect(0);
        string digest = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(Out, "gone/lost4.txt")))).ToLowerInvariant();
        Assert.Equal(lost.GetProperty("sha256").GetString(), digest);
    }

    [Fact]
    public void What_others_have_taken_is_told_and_not_copied()
    {
        string floppy = Fixtures.Path("disks/fat12-floppy.vma.zst");
        Outcome copied = Vma.Run("cp", "--deleted", floppy, "/gone", Out);
        copied.Expect(2);
        Assert.Contains("/gone/deleted-0-lena.txt: other files have the place of its content", copied.Error, StringComparison.Ordinal);
        Assert.Contains("warning: drive-scsi0:/gone/deleted-11-wapenoro.txt", copied.Error, StringComparison.Ordinal);
        Assert.Equal(["deleted-11-wapenoro.txt"], Directory.GetFiles(Out).Select(Path.GetFileName));
    }

    [Fact]
    public void What_stands_behind_the_last_byte_is_read()
    {
        string guest = Fixtures.Path("disks/gpt-linux.vma.zst");
        byte[] slack = Vma.Run("cat", "--slack", guest, "drive-scsi0/p2:/basics/len-100").Expect(0).Bytes;
        Assert.Equal(1024 - 100, slack.Length);
    }
}
