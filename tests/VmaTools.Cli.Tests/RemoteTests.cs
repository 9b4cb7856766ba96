using System;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Cli.Tests;

/// <summary>Archives on a server: every command takes them, and none tells their secrets.</summary>
public sealed class RemoteTests : Workspace
{
    private const string Secret = "Geheim";

    private readonly HttpHost _host = new();
    private readonly string _address;
    private readonly string _file;

    public RemoteTests()
    {
        _file = Corpus.PathOf(Corpus.Names.First());
        _host.Files["/x.vma"] = File.ReadAllBytes(_file);
        _host.Files["/bad.vma"] = new byte[1000];
        _address = $"http://user:{Secret}@127.0.0.1:{_host.Port}/x.vma?secret={Secret}";
    }

    [Fact]
    public void List_prints_what_it_prints_of_the_file()
    {
        Outcome ours = Vma.Run("list", _address).Expect(0);
        Assert.Equal(Vma.Run("list", _file).Expect(0).Text, ours.Text);
        Assert.All(_host.Log, static a => Assert.EndsWith("?secret=" + Secret, a.Target, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("list")]
    [InlineData("verify", "-v")]
    [InlineData("index")]
    [InlineData("index", "--beside")]
    [InlineData("ls", "-l")]
    [InlineData("df")]
    [InlineData("config")]
    [InlineData("serve", "--port", "x")]
    [InlineData("verify", "--headers-file", "no such file")]
    public void No_command_tells_secrets(params string[] command)
    {
        foreach (string address in new[] { _address, _address.Replace("/x.", "/bad."), _address.Replace("/x.", "/none."), $"http://h:{Secret}/?{Secret}" })
        {
            Outcome outcome = Vma.Run([.. command, address]);
            Assert.DoesNotContain(Secret, outcome.Text + outcome.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("list", "-")]
    [InlineData("verify", "-")]
    [InlineData("config", "-")]
    [InlineData("index", "-")]
    [InlineData("extract", "-", "out")]
    [InlineData("serve", "-")]
    [InlineData("df", "-")]
    public void Headers_and_the_archive_do_not_both_come_from_standard_input(params string[] command)
    {
        Outcome outcome = Vma.Run(System.Text.Encoding.UTF8.GetBytes($"X-Key: {Secret}\n"), null, [.. command, "--headers-file", "-"]);
        outcome.Expect(1);
        Assert.Contains("'-' stands once", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cat", "{0}", "/etc/hostname")]
    [InlineData("cat", "{0}", "/absent")]
    [InlineData("ls", "{0}", "/absent", "--json")]
    [InlineData("cp", "{0}", "/absent", "{1}")]
    [InlineData("cp", "{0}", "/etc", "{1}")]
    [InlineData("verify", "--index", "{0}")]
    public void Nor_does_what_reads_guests(params string[] command)
    {
        _host.Files["/g.vma.zst"] = File.ReadAllBytes(Fixtures.Path("disks/gpt-linux.vma.zst"));
        Outcome outcome = Vma.Run([.. command.Select(a => string.Format(System.Globalization.CultureInfo.InvariantCulture, a, _address.Replace("/x.vma", "/g.vma.zst"), Here("files")))]);
        Assert.DoesNotContain(Secret, outcome.Text + outcome.Error, StringComparison.Ordinal);
        Assert.NotEmpty(_host.Log);
    }

    [Fact]
    public void Extract_and_salvage_tell_none_either()
    {
        Vma.Run("extract", _address, Here("out")).Expect(0);
        foreach (string[] arguments in new string[][]
        {
            ["extract", _address.Replace("/x.", "/bad."), Here("a")],
            ["extract", "--salvage", _address, Here("b")],
        })
        {
            Outcome outcome = Vma.Run(arguments);
            Assert.NotEqual(0, outcome.ExitCode);
            Assert.DoesNotContain(Secret, outcome.Text + outcome.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Headers_come_from_a_file_or_standard_input_and_are_not_told()
    {
        Vma.Run(System.Text.Encoding.UTF8.GetBytes($"X-Key: {Secret}\n\nAuthorization: Bearer {Secret}\n"), null, "list", "--headers-file", "-", _host.AddressOf("/x.vma")).Expect(0);
        Assert.All(_host.Log, static a => Assert.Equal((Secret, "Bearer " + Secret), (a.Headers["X-Key"], a.Headers["Authorization"])));
        Outcome bad = Vma.Run(System.Text.Encoding.UTF8.GetBytes(Secret), null, "list", "--headers-file", "-", _host.AddressOf("/x.vma"));
        Assert.Contains("RemoteAddressInvalid", bad.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, bad.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_a_server_has_none_that_is_told_with_its_code()
    {
        Outcome outcome = Vma.Run("verify", _host.AddressOf("/none.vma?x=1"));
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("RemoteNotFound: ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains(_host.AddressOf("/none.vma"), outcome.Error, StringComparison.Ordinal);
    }
}
