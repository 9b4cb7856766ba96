using System;
using System.Linq;
using System.Text.Json;
using Xunit;

namespace VmaTools.Cli.Tests;

/// <summary>What <c>vma ls</c> tells of a damaged file system that it goes on behind.</summary>
public sealed class DamagedGuestTests : Workspace
{
    private static readonly string Damaged = Fixtures.Path("disks/dmg-ext4-blocks.vma.zst");

    [Theory]
    [InlineData("-R")]
    [InlineData("-R", "--bodyfile")]
    [InlineData("-R", "--", "p1:/", "drive-scsi0:/")]
    public void Each_error_tells_where_it_is_and_in_which_archive(params string[] options)
    {
        Outcome listed = Vma.Run([.. "ls".Split(' '), .. options.TakeWhile(static o => o != "--"), Damaged, .. options.SkipWhile(static o => o != "--").Skip(1)]).Expect(2);
        string[] errors = [.. listed.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static l => l.Contains("FileSystemChecksumMismatch", StringComparison.Ordinal))];
        Assert.True(errors.Length > 10, listed.Error);
        Assert.All(errors, static line =>
        {
            Assert.StartsWith("vma: drive-scsi0:/", line, StringComparison.Ordinal);
            Assert.Contains(" Offset on the volume: ", line, StringComparison.Ordinal);
            Assert.Contains(" Device: drive-scsi0.", line, StringComparison.Ordinal);
            Assert.EndsWith(" File: " + Damaged, line, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Lines_for_programs_have_the_place_in_fields()
    {
        JsonElement[] errors = [.. Vma.Run("ls", "-R", "--json", Damaged).Expect(2).Lines
            .Select(static l => JsonDocument.Parse(l).RootElement).Where(static l => l.TryGetProperty("code", out _))];
        Assert.True(errors.Length > 10);
        Assert.All(errors, static line => Assert.True(
            line.GetProperty("volume").GetString() == "drive-scsi0" && line.GetProperty("path").GetString()!.StartsWith('/') && line.GetProperty("volume_offset").GetInt64() > 0));
    }

    [Theory]
    [InlineData]
    [InlineData("drive-scsi0:/")]
    public void A_copy_that_serves_is_told_and_is_no_error(params string[] paths)
    {
        string archive = Fixtures.Path("disks/dmg-btrfs-sb0.vma.zst");
        Outcome listed = Vma.Run(["ls", "-R", "--json", archive, .. paths]).Expect(0);
        JsonElement volume = JsonDocument.Parse(listed.Lines[0]).RootElement;
        string warning = Assert.Single(volume.GetProperty("warnings").EnumerateArray()).GetString()!;
        Assert.Contains("the copy at 67108864 is used", warning, StringComparison.Ordinal);
        Assert.Contains("vma: warning: drive-scsi0: " + warning, listed.Error, StringComparison.Ordinal);
        Assert.True(listed.Lines.Length > 400);
        Assert.DoesNotContain("warnings", Vma.Run("ls", "--json", Fixtures.Path("disks/gpt-linux.vma.zst")).Expect(0).Text, StringComparison.Ordinal);
    }
}
