using VmaTools.Disks.Volumes.Locks;

namespace VmaTools.Disks.Volumes.Luks;

/// <summary>A place where the volume's key is kept, encrypted by a passphrase.</summary>
/// <param name="Number">The slot.</param>
/// <param name="Detail">How the passphrase becomes a key, for people.</param>
internal sealed record LuksKeySlot(int Number, string Detail)
{
    // What every program writes, and the only number that the specification allows.
    public const int Stripes = 4000;

    /// <summary>The error that using it gives; null where it can be used.</summary>
    public VmaFileSystemException? Refusal { get; init; }

    /// <summary>PBKDF2's hash; null for Argon2.</summary>
    public KeyHash? Hash { get; init; }

    /// <summary>PBKDF2's iterations.</summary>
    public int Iterations { get; init; }

    /// <summary>What Argon2 is to do; null for PBKDF2.</summary>
    public Argon2Work? Argon2 { get; init; }

    public byte[] Salt { get; init; } = [];

    /// <summary>Bytes of the volume's key.</summary>
    public int KeySize { get; init; }

    /// <summary>What the stripes are diffused with.</summary>
    public KeyHash? SplitHash { get; init; }

    /// <summary>First byte of the stripes on the volume.</summary>
    public long AreaOffset { get; init; }

    /// <summary>The cipher that they are encrypted with.</summary>
    public string AreaCipher { get; init; } = string.Empty;

    /// <summary>Bytes of the key for that.</summary>
    public int AreaKeySize { get; init; }

    /// <summary>The digest that tells whether a key is the volume's.</summary>
    public LuksDigest? Digest { get; init; }

    /// <summary>Higher ones are tried first.</summary>
    public int Priority { get; init; } = 1;
}
