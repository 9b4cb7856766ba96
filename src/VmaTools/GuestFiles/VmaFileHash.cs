using System;
using System.IO;
using System.Security.Cryptography;
using System.Threading;

namespace VmaTools;

/// <summary>The digest of a file in a guest.</summary>
public sealed class VmaFileHash
{
    internal VmaFileHash(VmaFile file, string algorithm, string hash)
    {
        ArchivePath = file.ArchivePath;
        Volume = file.Volume;
        FullName = file.FullName;
        Length = file.Entry.Length;
        Algorithm = algorithm;
        Hash = hash;
    }

    /// <summary>Full path of the archive, or null where it came from a stream.</summary>
    public string? ArchivePath { get; }

    /// <summary>The id of the volume.</summary>
    public string Volume { get; }

    /// <summary>The path of the file in the guest.</summary>
    public string FullName { get; }

    /// <summary>Bytes of its content.</summary>
    public long Length { get; }

    /// <summary>The algorithm, such as <c>SHA256</c>.</summary>
    public string Algorithm { get; }

    /// <summary>The digest in hexadecimal, upper case as Get-FileHash writes it.</summary>
    public string Hash { get; }

    /// <summary>Digests the content of a file.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="file">A file of it.</param>
    /// <param name="algorithm">One of the constants of <see cref="VmaHashAlgorithm"/>.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="VmaException">It is no file, is encrypted, needs what is not understood, or the archive has lost a part of it.</exception>
    public static VmaFileHash Compute(VmaGuest guest, VmaFile file, string algorithm = VmaHashAlgorithm.Sha256, CancellationToken cancellationToken = default)
    {
        if (guest is null)
        {
            throw new ArgumentNullException(nameof(guest));
        }

        string name = VmaHashAlgorithm.Normalize([algorithm])[0];
        using HashAlgorithm digest = Create(name);
        using Stream content = guest.OpenRead(file);
        byte[] buffer = new byte[1 << 20];
        int read;
        while ((read = content.Read(buffer, 0, buffer.Length)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            digest.TransformBlock(buffer, 0, read, null, 0);
        }

        digest.TransformFinalBlock(buffer, 0, 0);
        return new VmaFileHash(file, algorithm, BitConverter.ToString(digest.Hash!).Replace("-", string.Empty));
    }

    /// <summary>The kind, the path and the digest.</summary>
    public override string ToString() => $"VmaFileHash: {Printable.Short(FullName)} {Hash}";

#pragma warning disable CA5350, CA5351 // digests to compare with others, not a protection
    private static HashAlgorithm Create(string name) => name switch
    {
        VmaHashAlgorithm.Md5 => MD5.Create(),
        VmaHashAlgorithm.Sha1 => SHA1.Create(),
        VmaHashAlgorithm.Sha384 => SHA384.Create(),
        VmaHashAlgorithm.Sha512 => SHA512.Create(),
        _ => SHA256.Create(),
    };
#pragma warning restore CA5350, CA5351
}
