using System;
using System.IO;
using System.Linq;
using System.Text;
using Xunit;

namespace VmaTools.Tests.Guests;

public class QemuConfigTests
{
    public static TheoryData<string> Files => [.. Directory.GetFiles(Fixtures.Path("guests"), "*.conf").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_real_file_comes_back_byte_for_byte(string file)
    {
        byte[] bytes = File.ReadAllBytes(Fixtures.Path("guests/" + file));
        QemuConfig config = QemuConfig.Parse(bytes);

        Assert.Equal(bytes, config.ToArray());
        Assert.DoesNotContain(config.Lines, line => line.Kind is QemuConfigLineKind.Unknown);
        Assert.Equal(Enumerable.Range(1, config.Lines.Count), config.Lines.Select(line => line.LineNumber));
    }

    [Fact]
    public void Random_and_mutated_bytes_come_back_and_never_fail()
    {
        byte[][] seeds = [.. Directory.GetFiles(Fixtures.Path("guests"), "*.conf").Select(File.ReadAllBytes)];
        Random random = new(5);
        byte[] alphabet = Encoding.UTF8.GetBytes("\n\r\t []#:=,;%qmdumpap0aé\0\u2028");
        for (int i = 0; i < 3_000; i++)
        {
            byte[] bytes;
            if (i % 3 == 0)
            {
                bytes = new byte[random.Next(300)];
                random.NextBytes(bytes);
            }
            else if (i % 3 == 1)
            {
                bytes = new byte[random.Next(300)];
                for (int j = 0; j < bytes.Length; j++)
                {
                    bytes[j] = alphabet[random.Next(alphabet.Length)];
                }
            }
            else
            {
                bytes = (byte[])seeds[random.Next(seeds.Length)].Clone();
                for (int j = random.Next(1, 20); j > 0; j--)
                {
                    bytes[random.Next(bytes.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : alphabet[random.Next(alphabet.Length)];
                }

                bytes = bytes[..random.Next(bytes.Length + 1)];
            }

            QemuConfig config = QemuConfig.Parse(bytes);
            Assert.True(bytes.AsSpan().SequenceEqual(config.ToArray()));
            Assert.True(config.Lines.All(line => line.Bytes.Length > 0 && line.Bytes.Span[..^1].IndexOf((byte)'\n') < 0));
            Touch(VmaVM.From(bytes));
        }
    }

    [Fact]
    public void The_largest_file_parses_quickly()
    {
        foreach (string line in new[] { "\n", "#\n", "[aa]\n", "#qmdump#map:a:b:::\n", "a:b\n", "#%41", "," })
        {
            byte[] bytes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(line, (65_535 / line.Length) + 1)))[..65_535];
            QemuConfig config = QemuConfig.Parse(bytes);
            Assert.True(bytes.AsSpan().SequenceEqual(config.ToArray()));
            Touch(VmaVM.From(bytes));
        }
    }

    [Fact]
    public void Lines_are_told_apart()
    {
        QemuConfig config = Parse("#text\r\n\r\nname: a b \r\n#qmdump#map:scsi0:drive-scsi0::raw:\r\n#qmdump#other\r\n#vzdump#x\r\n[PENDING] \r\nName: x\r\nname:\r\ncores: 2");

        Assert.Equal(
            [
                QemuConfigLineKind.Description, QemuConfigLineKind.Blank, QemuConfigLineKind.Entry, QemuConfigLineKind.Map,
                QemuConfigLineKind.Hint, QemuConfigLineKind.Hint, QemuConfigLineKind.Section, QemuConfigLineKind.Unknown,
                QemuConfigLineKind.Unknown, QemuConfigLineKind.Entry,
            ],
            config.Lines.Select(line => line.Kind));
        Assert.Equal(("name", "a b"), (config.Lines[2].Key, config.Lines[2].Value));
        Assert.Equal("text", config.Main.Description);
        Assert.Equal((4, "scsi0", "drive-scsi0", string.Empty, "raw"), (config.Maps[0].LineNumber, config.Maps[0].DiskKey, config.Maps[0].DeviceName, config.Maps[0].Storage, config.Maps[0].Format));
        Assert.Equal("2", config.Sections[1].GetValue("cores"));
        Assert.Equal("cores: 2"u8.ToArray(), config.Lines[9].Bytes.ToArray());
    }

    [Theory]
    [InlineData("[PENDING]", "PENDING", QemuConfigSectionKind.Pending)]
    [InlineData("[pending]", "pending", QemuConfigSectionKind.Pending)]
    [InlineData("[special:cloudinit]", "special:cloudinit", QemuConfigSectionKind.Special)]
    [InlineData("[before_1]", "before_1", QemuConfigSectionKind.Snapshot)]
    [InlineData("[1before]", "1before", QemuConfigSectionKind.Unknown)]
    [InlineData("[a]", "a", QemuConfigSectionKind.Unknown)]
    [InlineData("[]", "", QemuConfigSectionKind.Unknown)]
    public void Sections_have_kinds(string line, string name, QemuConfigSectionKind kind)
    {
        QemuConfigSection section = Parse("a: 1\n" + line + "\nb: 2\n").Sections[1];

        Assert.Equal((name, kind, 2), (section.Name, section.Kind, section.LineNumber));
        Assert.Equal("2", section.GetValue("b"));
    }

    [Theory]
    [InlineData("#qmdump#map:a:b:c:d:", "a", "b", "c", "d")]
    [InlineData("#qmdump#map:a:b:c:d:e:", "a:b", "c", "d", "e")]
    [InlineData("#qmdump#map:a:b:::", "a", "b", "", "")]
    public void Map_lines(string line, string key, string device, string storage, string format)
    {
        QemuConfigMap map = Assert.Single(Parse("[snap]\n" + line).Maps);

        Assert.Equal((key, device, storage, format), (map.DiskKey, map.DeviceName, map.Storage, map.Format));
    }

    [Theory]
    [InlineData("#qmdump#map:a:b:c:d")]
    [InlineData("#qmdump#map:a:b:c:")]
    [InlineData("#qmdump#map::b:c:d:")]
    [InlineData("#qmdump#map:a::c:d:")]
    [InlineData("#qmdump#map:a:b c:d:e:")]
    [InlineData("#qmdump#map:")]
    public void Broken_map_lines_are_hints(string line)
    {
        QemuConfig config = Parse(line);

        Assert.Empty(config.Maps);
        Assert.Equal(QemuConfigLineKind.Hint, config.Lines[0].Kind);
        Assert.Null(config.Main.Description);
    }

    [Fact]
    public void Of_duplicate_keys_the_last_counts_and_all_are_there()
    {
        QemuConfigSection main = Parse("cores: 1\ncores: 2\nname: x\ncores: 3\n").Main;

        Assert.Equal("3", main.GetValue("cores"));
        Assert.Equal(["1", "2", "x", "3"], main.Entries.Select(entry => entry.Value));
        Assert.Null(main.GetValue("memory"));
    }

    [Fact]
    public void Descriptions_are_decoded()
    {
        QemuConfig config = Parse("#a%3A b\n#qmdump#map:a:b:::\n#%C3%A4 100%25 %zz %4\n# \nname: x\n#c\n");

        Assert.Equal("a: b\nä 100% %zz %4\n \nc", config.Main.Description);
        Assert.Equal("one\ntwo", Parse("description: one%0Atwo\n").Main.Description);
    }

    private static QemuConfig Parse(string text) => QemuConfig.Parse(Encoding.UTF8.GetBytes(text));

    private static void Touch(VmaVM vm) =>
        _ = vm.Disks.Count + vm.Networks.Count + vm.BootOrder.Count + vm.OtherSettings.Count + vm.Sections.Count;
}
