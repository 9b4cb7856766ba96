using System.Collections.Generic;
using System.Threading;
using VmaTools.Compression;
using VmaTools.Sources;

namespace VmaTools.Salvage;

/// <summary>
/// The stretches of an archive that can be read: all of a plain one; of a compressed one what decodes, then what begins with
/// the next block, frame or member that can be read by itself behind the damage, and so on. Within a frame of zstd or a member of gzip
/// it goes on without what came before, where that is nearer.
/// </summary>
internal static class SalvageStretches
{
    /// <summary>Opens one stretch after the other; each is closed when the next is asked for.</summary>
    public static IEnumerable<SalvageBytes> Open(FileSource source, CancellationToken cancellationToken)
    {
        if (source.Compression == VmaCompression.None)
        {
            using SalvageBytes all = new(source.OpenForward());
            yield return all;
            yield break;
        }

        SalvageSearch search = new(source, cancellationToken);
        SalvageStart? start = search.First();
        while (start is not null)
        {
            using SalvageBytes bytes = start.Open(source);
            yield return bytes;
            start = search.Behind(start, bytes);
        }
    }
}
