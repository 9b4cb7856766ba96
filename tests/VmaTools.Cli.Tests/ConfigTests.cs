using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace VmaTools.Cli.Tests;

public sealed class ConfigTests : Workspace
{
    public static TheoryData<string, string> Configs
    {
        get
        {
            TheoryData<string, string> data = [];
            foreach (string name in Corpus.Names)
            {
                foreach (string config in Corpus.ConfigDigests(name).Keys)
                {
                    data.Add(name, config);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Configs))]
    public void Bytes_come_as_they_are(string name, string config)
    {
        Outcome outcome = Vma.Run("config", Corpus.PathOf(name), "-c", config).Expect(0);
        Assert.Equal(Corpus.ConfigDigests(name)[config], Corpus.Hex(SHA256.HashData(outcome.Bytes)));
        Assert.Empty(outcome.Error);
    }

    [Fact]
    public void The_default_is_the_machine()
    {
        string digest = Corpus.ConfigDigests(Sample)["qemu-server.conf"];
        Assert.Equal(digest, Corpus.Hex(SHA256.HashData(Vma.Run("config", Corpus.PathOf(Sample)).Expect(0).Bytes)));
        Assert.Equal(digest, Corpus.Hex(SHA256.HashData(Vma.Run(Corpus.Bytes(Sample), null, "config", "-").Expect(0).Bytes)));
    }

    [Fact]
    public void Bytes_that_are_no_text_come_as_they_are()
    {
        byte[] data = [0xef, 0xbb, 0xbf, 0, 0xff, (byte)'\r', (byte)'\n', 0x1a, .. Splice.Noise(5000)];
        string file = Write("b.vma", new ArchiveForge().Config(Encoding.UTF8.GetBytes("b\0"), data).Extent(static _ => { }).Build());
        Assert.Equal(data, Vma.Run("config", "-c", "b", file).Expect(0).Bytes);
    }

    [Fact]
    public void One_that_is_not_there_is_told_in_Proxmox_words()
    {
        Outcome ours = Vma.Run("config", Corpus.PathOf(Sample), "-c", "no.conf").Expect(2);
        Assert.Empty(ours.Bytes);
        Assert.Equal("unable to find configuration data 'no.conf'\n", ours.Error);
        Assert.Equal(Vma.Judge("config", Corpus.PathOf(Sample), "-c", "no.conf").Error, ours.Error);
    }
}
