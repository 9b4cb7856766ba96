using System;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VmaTools.Testing;

/// <summary>A certificate for this machine that nobody but itself vouches for.</summary>
public sealed class SelfSigned
{
    /// <summary>Makes one.</summary>
    /// <param name="from">From when on it is good, in days from now.</param>
    /// <param name="to">Until when, in days from now.</param>
    /// <param name="host">The host that it is of: an address.</param>
    public SelfSigned(int from = -1, int to = 1, string host = "127.0.0.1")
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=" + host, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Parse(host));
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(from), now.AddDays(to));
        Certificate = certificate.ExportCertificatePem() + "\n";
        WithKey = Certificate + key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    /// <summary>The certificate, as PEM.</summary>
    public string Certificate { get; }

    /// <summary>The same with its key.</summary>
    public string WithKey { get; }
}
