using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Threading;

namespace VmaTools.GuestFiles.Copying;

/// <summary>Copies contents in large pieces and passes holes over.</summary>
internal sealed class ContentCopier
{
    private const int BufferSize = 1 << 20;

    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly byte[] _zeros = new byte[BufferSize];
    private readonly bool _withDigest;

    /// <param name="withDigest">Whether SHA-256 of each content is computed on the way.</param>
    public ContentCopier(bool withDigest) => _withDigest = withDigest;

    /// <summary>SHA-256 of the content copied last, where it was asked for.</summary>
    public string? Sha256 { get; private set; }

    /// <summary>The ranges of a content that hold data; all else are zeros.</summary>
    public static List<(long Offset, long Length)> DataRanges(FileSystem files, FileEntry entry, RawName stream)
    {
        List<(long Offset, long Length)> ranges = [];
        foreach (FileExtent extent in files.ReadAllocation(entry, stream))
        {
            if (extent.Length <= 0 || extent.Kind is FileExtentKind.Hole or FileExtentKind.Unwritten)
            {
                continue;
            }

            if (ranges.Count > 0 && ranges[ranges.Count - 1] is { } last && last.Offset + last.Length == extent.Offset)
            {
                ranges[ranges.Count - 1] = (last.Offset, last.Length + extent.Length);
            }
            else
            {
                ranges.Add((extent.Offset, extent.Length));
            }
        }

        return ranges;
    }

    /// <summary>Copies the data of a content, a piece at a time.</summary>
    /// <param name="content">The content.</param>
    /// <param name="ranges">Its data.</param>
    /// <param name="write">Gets offset, bytes and their count.</param>
    /// <param name="onBytes">Hears how many bytes came.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public void Copy(
        Stream content,
        IReadOnlyList<(long Offset, long Length)> ranges,
        Action<long, byte[], int> write,
        Action<long> onBytes,
        CancellationToken cancellationToken)
    {
        Sha256 = null;
        using IncrementalHash? hash = _withDigest ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        long end = 0;
        foreach ((long offset, long length) in ranges)
        {
            AppendZeros(hash, offset - end, cancellationToken);
            content.Position = offset;
            end = offset + length;
            for (long position = offset; position < end;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int read = content.Read(_buffer, 0, (int)Math.Min(_buffer.Length, end - position));
                if (read == 0)
                {
                    throw new VmaFileSystemException(VmaCodes.FileSystemDamaged, $"The content ends at {position} of {content.Length} bytes.");
                }

                hash?.AppendData(_buffer, 0, read);
                write(position, _buffer, read);
                onBytes(read);
                position += read;
            }
        }

        AppendZeros(hash, content.Length - end, cancellationToken);
        if (hash is not null)
        {
            Sha256 = BitConverter.ToString(hash.GetHashAndReset()).Replace("-", string.Empty).ToLowerInvariant();
        }
    }

    private void AppendZeros(IncrementalHash? hash, long count, CancellationToken cancellationToken)
    {
        for (; hash is not null && count > 0; count -= Math.Min(count, _zeros.Length))
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(_zeros, 0, (int)Math.Min(count, _zeros.Length));
        }
    }
}
