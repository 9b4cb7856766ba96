using System;
using System.IO;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>A cmdlet that writes archives.</summary>
public abstract class ArchiveWriterCmdlet : WriterCmdlet
{
    /// <summary>How the archive is compressed. Follows the suffix where Path names a file, and is Zstd else.</summary>
    [Parameter]
    [ValidateSet(VmaCompression.None, VmaCompression.Gzip, VmaCompression.Zstd)]
    public string? Compression { get; set; }

    /// <summary>How hard to compress: 1 to 19 for Zstd (3), 1 to 9 for Gzip (6).</summary>
    [Parameter]
    [ValidateRange(1, 19)]
    public int Level { get; set; }

    /// <summary>The archive's uuid.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Uuid { get; set; }

    /// <summary>When the archive is said to have been made.</summary>
    [Parameter]
    public DateTime? CreationTime { get; set; }

    /// <summary>Whether a destination means a file rather than a folder.</summary>
    private protected static bool IsFile(string destination) =>
        !Directory.Exists(destination) && BackupFileName.Parse(System.IO.Path.GetFileName(destination)).Kind == BackupFileKind.Archive;

    /// <summary>The compression for a destination; what contradicts it ends the command.</summary>
    private protected string CompressionFor(string destination)
    {
        string? named = IsFile(destination)
            ? BackupFileName.Parse(System.IO.Path.GetFileName(destination)).CompressionExtension?.ToLowerInvariant() switch
            {
                null => VmaCompression.None,
                "zst" => VmaCompression.Zstd,
                "gz" => VmaCompression.Gzip,
                "lzo" => VmaCompression.Lzop,
                "bz2" => VmaCompression.Bzip2,
                string other => other,
            }
            : null;
        if (Compression is not null && named is not null && Compression != named)
        {
            ThrowTerminatingError(ErrorRecords.InvalidRange(
                $"The file's name says that it is compressed by '{named}', and Compression says '{Compression}'.", nameof(Compression)));
        }

        string compression = Compression ?? named ?? VmaCompression.Zstd;
        if (MyInvocation.BoundParameters.ContainsKey(nameof(Level)))
        {
            int most = compression == VmaCompression.None ? 0 : Compressors.MaxLevel(compression);
            if (Level > most)
            {
                ThrowTerminatingError(ErrorRecords.InvalidRange(
                    most == 0 ? "What is not compressed has no level." : $"{compression} has levels 1 to {most}.", nameof(Level)));
            }
        }

        return compression;
    }

    /// <summary>How to write.</summary>
    private protected VmaCreationOptions OptionsFor(string compression)
    {
        VmaCompressor? compressor = Compressors.Create(
            compression, MyInvocation.BoundParameters.ContainsKey(nameof(Level)) ? Level : null);
        if (compressor is not null)
        {
            WriteVerbose($"Compressing by {compressor.Description}");
        }

        return new VmaCreationOptions { Uuid = Uuid, CreationTime = CreationTime, Compressor = compressor };
    }

    /// <summary>Warns, asks, writes, tells.</summary>
    private protected void Write(
        VmaCreation creation, string target, string action, Func<IProgress<VmaProgress>, System.Threading.CancellationToken, VmaCreationResult> run)
    {
        foreach (string warning in creation.CheckTarget(target))
        {
            WriteWarning(warning);
        }

        if (!ShouldProcess(target, action))
        {
            return;
        }

        VmaCreationResult result = RunWithProgress($"Writing {target}", run);
        WriteVerbose($"{target}: {BinarySize.Format(result.StoredLength)}, uuid {result.Uuid}");
        if (PassThru)
        {
            WriteObject(VmaArchive.Open(target));
        }
    }
}
