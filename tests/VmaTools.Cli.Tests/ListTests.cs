using System;
using System.Linq;
using Xunit;

namespace VmaTools.Cli.Tests;

public sealed class ListTests : Workspace
{
    public static TheoryData<string> Names => [.. Corpus.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Lines_are_those_that_Proxmox_prints(string name)
    {
        Outcome ours = Vma.Run("list", Corpus.PathOf(name)).Expect(0);
        Assert.Empty(ours.Error);
        Assert.Equal(Vma.Judge("list", Corpus.PathOf(name)).Expect(0).Text, ours.Text);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Lines_tell_the_truth(string name)
    {
        string[] lines = Vma.Run("list", Corpus.PathOf(name)).Expect(0).Lines;
        Assert.Equal(
            Corpus.Devices(name).Select(static d => d.Name == "vmstate"
                ? $"VMSTATE: dev_id={d.Id} memory: {d.Size}"
                : $"DEV: dev_id={d.Id} size: {d.Size} devname: {d.Name}"),
            lines.Where(static l => l.StartsWith("DEV", System.StringComparison.Ordinal) || l.StartsWith("VMSTATE", System.StringComparison.Ordinal)));
        Assert.Equal(Corpus.ConfigDigests(name).Keys, lines.Where(static l => l.StartsWith("CFG: size: ", System.StringComparison.Ordinal)).Select(static l => l.Split(' ')[^1]));
        Assert.StartsWith("CTIME: ", lines[^1], System.StringComparison.Ordinal);
        Assert.Equal(Corpus.Devices(name).Count + Corpus.ConfigDigests(name).Count + 1, lines.Length);
    }

    [Theory]
    [InlineData(1_700_000_000, "UTC", "CTIME: Tue Nov 14 22:13:20 2023")]
    [InlineData(1_700_000_000, "Europe/Vienna", "CTIME: Tue Nov 14 23:13:20 2023")]
    [InlineData(1_699_999_000 - (86400 * 8), "UTC", "CTIME: Mon Nov  6 21:56:40 2023")]
    [InlineData(0, "UTC", "CTIME: Thu Jan  1 00:00:00 1970")]
    public void Time_is_local_as_ctime_has_it(long seconds, string zone, string expected)
    {
        string file = Write("t.vma", new ArchiveForge().Header(h => System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(h.AsSpan(24), seconds)).Extent(static _ => { }).Build());
        Assert.Equal(expected, Vma.Run(Array.Empty<byte>(), zone, "list", file).Expect(0).Lines[^1]);
    }

    [Fact]
    public void A_pipe_is_listed_too() => Assert.Equal(
        Vma.Run("list", Corpus.PathOf(Sample)).Text,
        Vma.Run(Corpus.Bytes(Sample), null, "list", "-").Expect(0).Text);

    [Fact]
    public void Control_characters_do_not_reach_the_terminal()
    {
        string file = Write("esc.vma", new ArchiveForge().Device(1, "drive\u001b]0;x\u0007\n\u202edisk", 65536).Extent(static e => e.Cluster(1, 0)).Build());
        Outcome outcome = Vma.Run("list", file);
        Assert.DoesNotContain((outcome.Text + outcome.Error).Replace("\n", string.Empty, System.StringComparison.Ordinal), static c => char.IsControl(c) || c == '\u202e');
        Assert.Equal(2, outcome.Lines.Length);
    }
}
