using System.Threading;

namespace VmaTools.Compression;

/// <summary>A block that could not be decoded, of a format whose blocks know nothing of each other.</summary>
/// <param name="Start">Where it begins in the compressed file.</param>
internal abstract record FailedBlock(long Start)
{
    /// <summary>The state at the first whole block behind it, or null.</summary>
    /// <param name="path">The compressed file.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public abstract DecoderState? FindNext(string path, CancellationToken cancellationToken);
}
