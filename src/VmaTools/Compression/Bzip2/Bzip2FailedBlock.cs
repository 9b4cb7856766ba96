using System.Threading;

namespace VmaTools.Compression;

/// <summary>A block of a bzip2 file that could not be decoded.</summary>
/// <param name="StartBit">Where it begins in the compressed file, in bits.</param>
internal sealed record Bzip2FailedBlock(long StartBit) : FailedBlock(StartBit >> 3)
{
    public override DecoderState? FindNext(string path, CancellationToken cancellationToken) =>
        Bzip2Resync.FindBlock(path, StartBit + 1, cancellationToken);
}
