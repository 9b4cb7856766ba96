using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>
/// How far checksums have proven what was decoded, at one place between two blocks. Where one thread decodes ahead of the one
/// that checks, it is filled in when the latter gets there.
/// </summary>
internal sealed class ZstdProof
{
    private Xxh64? _checksum;

    /// <summary>All decoded bytes before this offset are covered by a checksum that matched.</summary>
    public long VerifiedPosition { get; private set; }

    /// <summary>Whether some frame so far carries no checksum.</summary>
    public bool HasUncheckedContent { get; private set; }

    /// <summary>Fills in how things stand.</summary>
    /// <param name="verifiedPosition">See <see cref="VerifiedPosition"/>.</param>
    /// <param name="hasUncheckedContent">See <see cref="HasUncheckedContent"/>.</param>
    /// <param name="checksum">The running checksum of the frame, which is copied; null where there is none.</param>
    public ZstdProof Set(long verifiedPosition, bool hasUncheckedContent, Xxh64? checksum)
    {
        VerifiedPosition = verifiedPosition;
        HasUncheckedContent = hasUncheckedContent;
        _checksum = checksum?.Clone();
        return this;
    }

    /// <summary>A copy of the running checksum that the caller may go on with; null where the frame has none.</summary>
    public Xxh64? CopyChecksum() => _checksum?.Clone();
}
