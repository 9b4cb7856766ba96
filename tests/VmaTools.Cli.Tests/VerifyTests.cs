using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Cli.Tests;

public sealed class VerifyTests : Workspace
{
    public static TheoryData<string> Names => [.. Corpus.Names];

    public static TheoryData<string> Damaged => [.. Corpus.DamagedNames];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sound_archive_needs_no_words(string name)
    {
        Outcome outcome = Vma.Run("verify", Corpus.PathOf(name)).Expect(0);
        Assert.Empty(outcome.Text);
        Assert.Empty(outcome.Error);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Verbose_prints_what_Proxmox_prints(string name)
    {
        static IEnumerable<string> Stable(Outcome outcome) => outcome.Lines.Where(static l => !l.StartsWith("progress ", StringComparison.Ordinal));
        Outcome ours = Vma.Run("verify", "-v", Corpus.PathOf(name)).Expect(0);
        Assert.Equal(Stable(Vma.Judge("verify", "-v", Corpus.PathOf(name)).Expect(0)), Stable(ours));
    }

    [Fact]
    public void A_pipe_is_verified() => Vma.Run(Corpus.Bytes(Sample), null, "verify", "-").Expect(0);

    [Theory]
    [MemberData(nameof(Damaged))]
    public void Damage_is_told_with_code_and_place(string name)
    {
        bool isSound = name is "data-bitflip.vma" || name.StartsWith("devname-", StringComparison.Ordinal);
        string file = Write(name, Corpus.Damaged(name));
        Outcome outcome = Vma.Run("verify", file).Expect(isSound ? 0 : 2);
        Assert.Equal(
            outcome.Error.Replace($" File: {file}", string.Empty, StringComparison.Ordinal),
            Vma.Run(File.ReadAllBytes(file), null, "verify", "-").Expect(outcome.ExitCode).Error);
        if (!isSound)
        {
            Assert.Matches(@"(?m)^vma: (error: )?[A-Z][A-Za-z0-9]+: .*\.", outcome.Error);
        }
    }

    [Fact]
    public void Verbose_tells_the_totals_of_a_damaged_one_as_well()
    {
        Outcome outcome = Vma.Run("verify", "-v", Write("x.vma", Corpus.Damaged("extent-removed.vma"))).Expect(2);
        Assert.Contains(outcome.Lines, static l => l.StartsWith("total bytes read ", StringComparison.Ordinal));
        Assert.Contains("ClusterMissing", outcome.Error, StringComparison.Ordinal);
    }
}
