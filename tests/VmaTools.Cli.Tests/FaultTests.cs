using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Cli.Tests;

/// <summary>Every command that writes tells in its own words that it cannot, with the path, and leaves nothing.</summary>
public sealed class FaultTests : Workspace
{
    private static readonly string Guest = Fixtures.Path("disks/gpt-linux.vma.zst");

    private static readonly Dictionary<string, string[]> Commands = new()
    {
        ["create"] = ["create", "@", "-d", "disk=" + Corpus.PathOf(Sample)],
        ["create zst"] = ["create", "@.zst", "-d", "disk=" + Corpus.PathOf(Sample)],
        ["create gz"] = ["create", "@.gz", "-d", "disk=" + Corpus.PathOf(Sample)],
        ["extract"] = ["extract", Corpus.PathOf(Sample), "@"],
        ["extract salvage"] = ["extract", "--salvage", Corpus.PathOf(Sample), "@"],
        ["extract image"] = ["extract", "--format", "qcow2", Corpus.PathOf(Sample), "@"],
        ["index"] = ["index", Guest, "-o", "@"],
        ["cp"] = ["cp", "-r", Guest, "drive-scsi0/p2:/", "@"],
        ["cp tar"] = ["cp", "-r", Guest, "drive-scsi0/p2:/", "@.tar"],
        ["serve"] = ["serve", Guest, "--socket", "@"],
    };

    public static TheoryData<string> Names => [.. Commands.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_volume_that_is_read_only(string name)
    {
        using TinyVolume volume = TinyVolume.Mount(64);
        volume.MakeReadOnly();
        Refused(name, volume.File("target"));
        Assert.Empty(volume.Files());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_folder_that_takes_nothing(string name)
    {
        string folder = Directory.CreateDirectory(Here("folder")).FullName;
        using (HeldFolder.Set(folder, 'i'))
        {
            Refused(name, Path.Combine(folder, "target"));
            Assert.Empty(Directory.GetFileSystemEntries(folder));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_folder_that_is_a_file(string name)
    {
        string file = Write("file", "mine");
        Refused(name, Path.Combine(file, "target"));
        Assert.Equal("mine\n", File.ReadAllText(file));
    }

    /// <summary>A socket takes no room that tmpfs would count, and folders that an extraction or a copy made stay, empty.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_volume_that_is_full(string name)
    {
        Assert.SkipWhen(name == "serve", "it needs no room");
        using TinyVolume volume = TinyVolume.Mount(64);
        volume.Fill(left: 0);
        Assert.Contains("TargetNoSpace", Refused(name, volume.File("target")), StringComparison.Ordinal);
        string[] left = volume.Files();
        Assert.Equal(name is "cp" || name.StartsWith("extract", StringComparison.Ordinal) ? ["filler", "target"] : ["filler"], left);
        if (name == "cp")
        {
            // What takes no room came whole: links, and files that are empty in the guest, too.
            Vma.Run("cp", "-r", Guest, "drive-scsi0/p2:/", Out).Expect(0);
            string copies = volume.File("target");
            string[] files = [.. FilesIn(copies).Where(f => new FileInfo(Path.Combine(copies, f)).LinkTarget is null)];
            Assert.All(files, f => Assert.Equal(Digest(Path.Combine(Out, f)), Digest(Path.Combine(copies, f))));
        }
        else if (left.Contains("target"))
        {
            Assert.Empty(FilesIn(volume.File("target")));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_source_that_is_gone(string name)
    {
        string[] command = [.. Commands[name].Select(a => a.Replace(Guest, Here("gone"), StringComparison.Ordinal).Replace(Corpus.PathOf(Sample), Here("gone"), StringComparison.Ordinal).Replace("@", Out, StringComparison.Ordinal))];
        Outcome outcome = Vma.Run(command).Expect(2);
        Assert.Contains(Here("gone"), Told(outcome), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Root));
    }

    private static string Refused(string name, string target)
    {
        Outcome outcome = Vma.Run([.. Commands[name].Select(a => a.Replace("@", target, StringComparison.Ordinal))]).Expect(2);
        string told = Told(outcome);
        Assert.Contains(target, told, StringComparison.Ordinal);
        return told;
    }

    private static string Told(Outcome outcome)
    {
        string[] lines = outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        Assert.All(lines, static l => Assert.StartsWith("vma: ", l, StringComparison.Ordinal));
        return outcome.Error;
    }
}
