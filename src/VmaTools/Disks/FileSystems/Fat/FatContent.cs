using System;
using System.Collections.Generic;
using System.IO;

namespace VmaTools.Disks.FileSystems.Fat;

/// <summary>The content of a file of FAT or exFAT: a chain of clusters, as far as it was written.</summary>
/// <param name="Chain">The clusters.</param>
/// <param name="ClusterSize">Bytes in a cluster.</param>
/// <param name="DataOffset">First byte of the first cluster of the volume.</param>
/// <param name="Length">Bytes of the file.</param>
/// <param name="Written">Bytes that were ever written; those behind are zeros.</param>
/// <param name="Path">The path in the guest, for errors.</param>
internal sealed record FatContent(FatChain Chain, int ClusterSize, long DataOffset, long Length, long Written, string Path)
{
    /// <summary>The stream of it. What the chain should reach and does not throws when it is come to.</summary>
    public Stream Open(DiskBytes volume) => new ExtentStream(volume, Length, Find);

    /// <summary>Where it lies, in order.</summary>
    /// <exception cref="VmaFileSystemException">The chain ends too early.</exception>
    public IEnumerable<FileExtent> Extents()
    {
        for (long offset = 0; offset < Length;)
        {
            FileExtent extent = Find(offset);
            yield return extent;
            offset += extent.Length;
        }
    }

    /// <summary>The extent that a byte lies in.</summary>
    private FileExtent Find(long offset)
    {
        if (offset / ClusterSize >= Chain.Clusters)
        {
            string reason = Chain.Problem is string problem ? $", which {problem}," : string.Empty;
            throw new VmaFileSystemException(
                VmaCodes.FileSystemDamaged,
                $"The chain of clusters of the file{reason} has {Chain.Clusters} of the {(Length + ClusterSize - 1) / ClusterSize} that its size needs.",
                Path,
                Chain.ProblemOffset);
        }

        FatRun run = Chain.RunOf((uint)(offset / ClusterSize));
        long runStart = (long)run.Index * ClusterSize;
        long runPlace = DataOffset + ((long)(run.First - FatTable.FirstCluster) * ClusterSize);

        // What was written and what was not are two extents of a run that has both.
        bool isWritten = offset < Written;
        long start = isWritten ? runStart : Math.Max(runStart, Written);
        long end = Math.Min(runStart + ((long)run.Count * ClusterSize), isWritten ? Written : Length);
        FileExtentKind kind = isWritten ? FileExtentKind.Data : FileExtentKind.Unwritten;
        return new FileExtent(start, end - start, kind, runPlace + start - runStart, end - start);
    }
}
