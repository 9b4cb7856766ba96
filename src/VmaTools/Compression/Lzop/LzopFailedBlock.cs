using System.Threading;

namespace VmaTools.Compression;

/// <summary>A block of an lzop file that could not be decoded.</summary>
/// <param name="Start">Where it begins in the compressed file.</param>
/// <param name="Flags">The flags of the file it is in.</param>
/// <param name="End">Where it ends by its own header, which may be damaged as well; null where that says what cannot be.</param>
internal sealed record LzopFailedBlock(long Start, LzopFlags Flags, long? End) : FailedBlock(Start)
{
    public override DecoderState? FindNext(string path, CancellationToken cancellationToken) => LzopResync.BehindBlock(path, this, cancellationToken);
}
