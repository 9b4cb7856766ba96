namespace VmaTools;

/// <summary>One of the ways in which a locked volume opens.</summary>
/// <param name="Kind">One of the constants.</param>
/// <param name="Id">
/// What tells it apart from others: the id of BitLocker's key, by which a printed recovery key is found, or the number of LUKS's slot.
/// </param>
/// <param name="Detail">More about it, such as how its key is derived, or null.</param>
public sealed record VolumeKeyProtector(string Kind, string Id, string? Detail = null)
{
    /// <summary>A passphrase (of LUKS a key file may take its place).</summary>
    public const string Passphrase = "Passphrase";

    /// <summary>A recovery key of 48 digits.</summary>
    public const string RecoveryKey = "RecoveryKey";

    /// <summary>A key file.</summary>
    public const string KeyFile = "KeyFile";

    /// <summary>A key that lies on the volume itself: protection is suspended, or not yet on.</summary>
    public const string ClearKey = "ClearKey";

    /// <summary>The TPM, alone or with a PIN or a key file: it stays behind.</summary>
    public const string Tpm = "Tpm";

    /// <summary>A certificate, such as that of a smart card.</summary>
    public const string Certificate = "Certificate";

    /// <summary>Anything else.</summary>
    public const string Other = "Other";

    /// <inheritdoc/>
    public override string ToString() => Detail is null ? $"{Kind} {Id}" : $"{Kind} {Id} ({Detail})";
}
