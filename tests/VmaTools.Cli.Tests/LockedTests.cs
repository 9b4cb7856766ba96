using System;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Cli.Tests;

/// <summary>What is encrypted, opened by secrets in files and on standard input.</summary>
public sealed class LockedTests : Workspace
{
    private const string Numbers = "9b1354225d822f59e4ee81f1168644f20157bedd9a4ca8dc775600bcd88b57a5";

    private static readonly string Locked = Fixtures.Path("locked/luks.vma.zst");
    private static readonly string KeyFile = Fixtures.Path("locked/key.bin");

    [Fact]
    public void Secrets_come_from_files_and_from_standard_input()
    {
        string pass = Write("pass", "correct horse battery", "what is in the second line does not count");
        Assert.Equal("127.0.0.1 locked\n", Vma.Run("cat", Locked, "invg/data:/etc/hosts", "--passphrase-file", pass).Expect(0).Text);
        Assert.Equal("127.0.0.1 locked\n", Vma.Run("cat", Locked, "invg/data:/etc/hosts", "--recovery-key-file", pass).Expect(0).Text);
        Assert.Equal("127.0.0.1 locked\n", Vma.Run("cat", Locked, "drive-scsi0/p1:/etc/hosts", "--key-file", KeyFile).Expect(0).Text);
        Assert.Equal(
            "127.0.0.1 locked\n", Vma.Run("correct horse battery\r\n"u8.ToArray(), null, "cat", Locked, "drive-scsi0/p2:/HOSTS", "--passphrase-file", "-").Expect(0).Text);
        Vma.Run("cp", Locked, "invg/data:/home/numbers.txt", Out, "--passphrase-file", pass).Expect(0);
        Assert.Equal(Numbers, Digest(Path.Combine(Out, "numbers.txt")), ignoreCase: true);
        Assert.Contains(Vma.Run("ls", "-R", Locked, "--passphrase-file", pass).Expect(0).Lines, static l => l.EndsWith("/home/numbers.txt", StringComparison.Ordinal));
    }

    [Fact]
    public void Volumes_are_listed_locked_and_open()
    {
        Outcome shut = Vma.Run("df", Locked).Expect(0);
        Assert.Equal(3, shut.Lines.Count(static l => l.Contains("crypto_LUKS", StringComparison.Ordinal)));
        Assert.Contains("drive-scsi0/p1: VolumeLocked: ", shut.Error, StringComparison.Ordinal);
        Outcome wrong = Vma.Run("df", Locked, "--passphrase-file", Write("wrong", "incorrect")).Expect(0);
        Assert.Contains("drive-scsi0/p1: VolumeSecretWrong: ", wrong.Error, StringComparison.Ordinal);
        Outcome open = Vma.Run("df", Locked, "--passphrase-file", Write("wrong", "incorrect"), "--passphrase-file", Write("pass", "correct horse battery")).Expect(0);
        Assert.Contains(open.Lines, static l => l.StartsWith("invg/data ", StringComparison.Ordinal));
        Assert.DoesNotContain("horse", shut.Error + wrong.Error + open.Error + open.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_secret_is_told()
    {
        Assert.Contains("KeyFileInvalid", Vma.Run("df", Locked, "--passphrase-file", Write("empty", Array.Empty<byte>())).Expect(2).Error, StringComparison.Ordinal);
        Assert.Contains("ItemNotFound", Vma.Run("df", Locked, "--key-file", Here("none")).Expect(2).Error, StringComparison.Ordinal);
        Assert.Contains("'-' stands once", Vma.Run("df", Locked, "--passphrase-file", "-", "--recovery-key-file", "-").Error, StringComparison.Ordinal);
        Assert.Contains("'-' stands once", Vma.Run("df", "https://127.0.0.1:1/x.vma", "--headers-file", "-", "--passphrase-file", "-").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cat", "-", "drive-scsi0/p1:/etc/hosts")]
    [InlineData("ls", "-")]
    [InlineData("df", "-")]
    [InlineData("serve", "-")]
    [InlineData("cp", "-", "/etc/hosts", "-")]
    public void An_archive_and_a_secret_do_not_both_come_from_standard_input(params string[] arguments)
    {
        foreach (string option in new[] { "--passphrase-file", "--recovery-key-file" })
        {
            Outcome outcome = Vma.Run(File.ReadAllBytes(Locked), null, [.. arguments, option, "-"]).Expect(1);
            Assert.Contains("standard input", outcome.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("KeyFileInvalid", outcome.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("p1:/", "drive-scsi0/p1:/: VolumeLocked: ")]
    [InlineData("drive-scsi0/p1:", "drive-scsi0/p1:/: VolumeLocked: ")]
    [InlineData("p1:/etc/hosts", "drive-scsi0/p1:/etc/hosts: VolumeLocked: ")]
    [InlineData("-R", "drive-scsi0/p1: VolumeLocked: ")]
    public void A_path_on_a_locked_volume_is_told_whole(string path, string expected)
    {
        Assert.StartsWith("vma: " + expected, Vma.Run("ls", Locked, path).Expect(2).Error, StringComparison.Ordinal);
        Assert.StartsWith("vma: " + expected, Vma.Run("ls", "--bodyfile", Locked, path).Expect(2).Error, StringComparison.Ordinal);
    }
}
