using System;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Cli.Tests;

public sealed class CommandLineTests : Workspace
{
    [Theory]
    [InlineData("list", "<file>")]
    [InlineData("config", "-c")]
    [InlineData("extract", "--format")]
    [InlineData("extract", "-r")]
    [InlineData("verify", "-v")]
    [InlineData("index", "--beside")]
    [InlineData("serve", "--socket")]
    public void Help_names_arguments_and_options(string command, string expected) =>
        Assert.Contains(expected, Vma.Run(command, "--help").Expect(0).Text, StringComparison.Ordinal);

    [Fact]
    public void Help_names_every_command()
    {
        string text = Vma.Run("--help").Expect(0).Text;
        Assert.All(new[] { "list", "config", "extract", "verify", "index", "serve" }, c => Assert.Contains(c, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Version_is_a_version() => Assert.True(Version.TryParse(Vma.Run("--version").Expect(0).Text.Split('+', '-')[0].Trim(), out _));

    [Theory]
    [InlineData(2, "list", "")]
    [InlineData(2, "verify", "--index", "")]
    [InlineData(2, "df", "")]
    [InlineData(2, "extract", "@", "")]
    [InlineData(2, "extract", "--salvage", "@", "")]
    [InlineData(2, "extract", "--salvage", "", "out")]
    [InlineData(1, "extract", "@", "out", "-r", "")]
    [InlineData(2, "index", "@", "-o", "")]
    [InlineData(2, "create", "", "-d", "disk=@")]
    [InlineData(2, "create", "new.vma", "-d", "disk=")]
    [InlineData(2, "create", "new.vma", "-c", "", "-d", "disk=@")]
    public void A_name_that_is_empty_is_one_line(int exitCode, params string[] arguments)
    {
        string archive = Fixtures.Path($"corpus/{Sample}.vma.zst");
        Outcome outcome = Vma.Run(
            [.. arguments.Select(a => a is "out" or "new.vma" ? Here(a) : a.Replace("@", archive, StringComparison.Ordinal))]).Expect(exitCode);
        Assert.NotEmpty(outcome.Error);
        Assert.Empty(Directory.GetFileSystemEntries(Root));
    }

    [Theory]
    [InlineData]
    [InlineData("frobnicate")]
    [InlineData("list")]
    [InlineData("list", "a", "b")]
    [InlineData("extract", "only-one-argument")]
    [InlineData("verify", "a", "--no-such-option")]
    [InlineData("extract", "a", "b", "--format", "floppy")]
    [InlineData("extract", "a", "b", "-r", "map", "--format", "floppy")]
    [InlineData("create", "new.vma.zst", "-d", "disk=a", "--level", "high")]
    [InlineData("serve", "a", "--port", "http")]
    [InlineData("extract", "a", "b", "--format", "-1")]
    [InlineData("extract", "a", "b", "--format", "vmdk", "--subformat", "99")]
    public void What_is_not_understood_is_usage(params string[] arguments)
    {
        Outcome outcome = Vma.Run(arguments).Expect(1);
        Assert.NotEqual(string.Empty, outcome.Error);
        Assert.DoesNotContain("Exception", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("list", "@")]
    [InlineData("config", "@")]
    [InlineData("verify", "-v", "@")]
    [InlineData("ls", "-R", "@")]
    [InlineData("cat", "@", "/etc/hosts")]
    [InlineData("create", "-", "-d", "disk=@")]
    [InlineData("--help")]
    [InlineData("list", "--help")]
    public void A_full_disk_behind_standard_output_is_told(params string[] arguments)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no such device here");
        Outcome outcome = Vma.RunInto(
            "> /dev/full", [.. arguments.Select(a => a.Replace("@", Corpus.PathOf(Sample), StringComparison.Ordinal))]).Expect(2);
        Assert.StartsWith("vma: TargetNoSpace: ", outcome.Error, StringComparison.Ordinal);
        Assert.Single(outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Where_errors_cannot_be_told_the_exit_code_tells()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no such device here");
        Vma.RunInto("2> /dev/full", "list", Here("absent.vma")).Expect(2);
    }

    [Theory]
    [InlineData("<&-", "vma: SourceReadFailed: Standard input is closed.", "list", "-")]
    [InlineData("<&-", "vma: SourceReadFailed: Standard input is closed.", "verify", "-")]
    [InlineData("<&- >&-", "vma: SourceReadFailed: Standard input is closed.", "list", "-")]
    [InlineData(">&-", "vma: TargetWriteFailed: Standard output is closed.", "list", "@")]
    [InlineData(">&-", "vma: TargetWriteFailed: Standard output is closed.", "config", "@")]
    [InlineData(">&-", "vma: TargetWriteFailed: Standard output is closed.", "ls", "-R", "@")]
    [InlineData(">&-", "vma: TargetWriteFailed: Standard output is closed.", "create", "-", "-d", "disk=@")]
    public void A_stream_that_is_closed_is_told(string redirection, string error, params string[] arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no shell here closes a stream");
        Outcome outcome = Vma.RunInto(redirection, [.. arguments.Select(a => a.Replace("@", Corpus.PathOf(Sample), StringComparison.Ordinal))]).Expect(2);
        Assert.Equal(error + "\n", outcome.Error);
        Assert.Empty(outcome.Bytes);
    }

    [Fact]
    public void Help_that_goes_nowhere_is_told()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no shell here closes a stream");
        Outcome outcome = Vma.RunInto(">&-", "--help");
        Assert.DoesNotContain("Unhandled", outcome.Error, StringComparison.Ordinal);
        Assert.InRange(outcome.ExitCode, 0, 2);
    }

    [Fact]
    public void Where_errors_go_nowhere_the_exit_code_tells()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no shell here closes a stream");
        Vma.RunInto("2>&-", "list", Here("absent.vma")).Expect(2);
    }

    [Fact]
    public void Map_and_format_exclude_each_other()
    {
        Vma.Run("extract", Corpus.PathOf(Sample), Out, "-r", Write("map", "done"), "--format", "qcow2").Expect(1);
        Assert.False(Directory.Exists(Out));
    }

    [Theory]
    [InlineData("list")]
    [InlineData("config")]
    [InlineData("verify")]
    public void A_file_that_is_not_there_is_one_line(string command)
    {
        Outcome outcome = Vma.Run(command, Here("absent.vma")).Expect(2);
        Assert.Empty(outcome.Bytes);
        Assert.Single(outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("vma: ItemNotFound: ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("absent.vma", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Extracting_nothing_makes_no_folder()
    {
        Vma.Run("extract", Here("absent.vma"), Out).Expect(2);
        Vma.Run("extract", Write("empty.vma", Array.Empty<byte>()), Out).Expect(2);
        Vma.Run("extract", Write("text.vma", "no archive at all"), Out).Expect(2);
        Assert.False(Directory.Exists(Out));
    }

    [Theory]
    [InlineData("-d", "drive-scsi2", "extract", "@", "#")]
    [InlineData("extract", "-d", "drive-scsi2", "@", "#")]
    [InlineData("extract", "@", "-d", "drive-scsi2", "#")]
    [InlineData("extract", "@", "#", "-d", "drive-scsi2")]
    public void Options_stand_before_or_after(params string[] arguments)
    {
        int exitCode = arguments[0] == "extract" ? 0 : 1;
        Vma.Run(Array.ConvertAll(arguments, a => a switch { "@" => Corpus.PathOf(Sample), "#" => Out, _ => a })).Expect(exitCode);
        if (exitCode == 0)
        {
            AssertExtracted(Sample, Out, static d => d == "drive-scsi2");
        }
    }
}
