using System;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Cli.Tests;

/// <summary>Archives on a server that speaks TLS: who it says it is has to be proven.</summary>
public sealed class SecureServerTests : Workspace
{
    private readonly string _file = Corpus.PathOf(Corpus.Names.First());

    [Fact]
    public void One_whose_certificate_is_trusted_serves_what_the_file_holds()
    {
        SelfSigned certificate = new();
        using Nginx server = new("", certificate.WithKey);
        File.Copy(_file, Path.Combine(server.Root, "x.vma"));
        File.WriteAllText(Here("trusted.pem"), certificate.Certificate);
        Outcome listed = Vma.Finish(Vma.StartWith("SSL_CERT_FILE", Here("trusted.pem"), "list", server.AddressOf("/x.vma")), null).Expect(0);
        Assert.Equal(Vma.Run("list", _file).Expect(0).Text, listed.Text);
        Vma.Finish(Vma.StartWith("SSL_CERT_FILE", Here("trusted.pem"), "verify", server.AddressOf("/x.vma")), null).Expect(0);
        Assert.All(server.End(), static r => Assert.Equal(206, r.Status));
    }

    [Theory]
    [InlineData("unknown", -1, 1, "127.0.0.1")]
    [InlineData("expired", -3, -1, "127.0.0.1")]
    [InlineData("of another host", -1, 1, "127.0.0.2")]
    public void One_whose_certificate_proves_nothing_is_asked_for_nothing(string how, int from, int to, string host)
    {
        SelfSigned certificate = new(from, to, host);
        using Nginx server = new("", certificate.WithKey);
        File.Copy(_file, Path.Combine(server.Root, "x.vma"));
        File.WriteAllText(Here("trusted.pem"), how == "unknown" ? new SelfSigned().Certificate : certificate.Certificate);
        Outcome outcome = Vma.Finish(Vma.StartWith("SSL_CERT_FILE", Here("trusted.pem"), "list", server.AddressOf("/x.vma?s=Geheim")), null).Expect(2);
        Assert.Contains("RemoteUnreachable: ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("its certificate cannot be proven", outcome.Error, StringComparison.Ordinal);
        Assert.Single(outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("Geheim", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(server.End());
    }

    [Fact]
    public void One_that_speaks_plainly_where_tls_is_wanted_is_told()
    {
        using Nginx server = new();
        string address = server.AddressOf("/x.vma").Replace("http:", "https:", StringComparison.Ordinal);
        Assert.Contains("RemoteUnreachable: ", Vma.Run("list", address).Expect(2).Error, StringComparison.Ordinal);
    }
}
