using System;
using System.Security.Cryptography;

namespace VmaTools.Disks.Volumes.Locks;

/// <summary>The hash functions by which keys are made, by the platform.</summary>
internal sealed class KeyHash
{
    private readonly Func<HashAlgorithm> _create;

    private KeyHash(HashAlgorithmName name, int size, Func<HashAlgorithm> create)
    {
        Name = name;
        Size = size;
        _create = create;
    }

    public HashAlgorithmName Name { get; }

    /// <summary>Bytes of a digest.</summary>
    public int Size { get; }

    /// <summary>The function of that name, or null where there is none.</summary>
    public static KeyHash? Find(string? name) => name switch
    {
        // What headers name is what was used when they were made.
#pragma warning disable CA5350
        "sha1" => new KeyHash(HashAlgorithmName.SHA1, 20, SHA1.Create),
#pragma warning restore CA5350
        "sha256" => new KeyHash(HashAlgorithmName.SHA256, 32, SHA256.Create),
        "sha384" => new KeyHash(HashAlgorithmName.SHA384, 48, SHA384.Create),
        "sha512" => new KeyHash(HashAlgorithmName.SHA512, 64, SHA512.Create),
        _ => null,
    };

    public HashAlgorithm Create() => _create();

    public byte[] Compute(byte[] data)
    {
        using HashAlgorithm hash = _create();
        return hash.ComputeHash(data);
    }
}
