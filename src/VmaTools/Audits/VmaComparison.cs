using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using VmaTools.Archives;
using VmaTools.Format;
#if NETSTANDARD2_0
using VmaTools.Bytes;
#endif

namespace VmaTools;

/// <summary>Compares the contents of two disks: devices in archives, partitions of them, or files.</summary>
public static class VmaComparison
{
    private const int BufferSize = 1 << 20;

    /// <summary>
    /// Finds the ranges that differ, in order, as they are asked for. Where both disks are known to be zero, nothing is read.
    /// </summary>
    /// <param name="reference">One disk: readable and seekable. Its position is moved.</param>
    /// <param name="difference">The other.</param>
    /// <param name="progress">Hears how far the comparison has come.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="VmaException">An archive has lost what is to be compared.</exception>
    /// <exception cref="IOException">One of the two cannot be read.</exception>
    public static IEnumerable<VmaDifference> Compare(
        Stream reference, Stream difference, IProgress<VmaProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (reference is null)
        {
            throw new ArgumentNullException(nameof(reference));
        }

        return CompareCore(reference, difference ?? throw new ArgumentNullException(nameof(difference)), progress, cancellationToken);
    }

    private static IEnumerable<VmaDifference> CompareCore(
        Stream reference, Stream difference, IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        long common = Math.Min(reference.Length, difference.Length);
        Side left = new(reference);
        Side right = new(difference);
        long start = -1;
        long at = 0;
        while (at < common)
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Report(new VmaProgress(at, common));
            long wanted = common - at;
            long zeros = Math.Min(left.ZerosAt(at, wanted), right.ZerosAt(at, wanted));
            if (zeros > 0)
            {
                if (start >= 0)
                {
                    yield return new VmaDifference(VmaDifferenceKind.Content, start, at - start);
                    start = -1;
                }

                at += zeros;
                continue;
            }

            int length = (int)Math.Min(wanted, BufferSize);
            left.Read(at, length);
            right.Read(at, length);
            for (int block = 0; block < length; block += Layout.BlockSize)
            {
                int size = Math.Min(Layout.BlockSize, length - block);
                bool differs = !left.Block(block, size).SequenceEqual(right.Block(block, size));
                if (differs && start < 0)
                {
                    start = at + block;
                }
                else if (!differs && start >= 0)
                {
                    yield return new VmaDifference(VmaDifferenceKind.Content, start, at + block - start);
                    start = -1;
                }
            }

            at += length;
        }

        if (start >= 0)
        {
            yield return new VmaDifference(VmaDifferenceKind.Content, start, common - start);
        }

        if (reference.Length != difference.Length)
        {
            bool isLonger = reference.Length > difference.Length;
            yield return new VmaDifference(
                isLonger ? VmaDifferenceKind.ReferenceOnly : VmaDifferenceKind.DifferenceOnly,
                common,
                Math.Max(reference.Length, difference.Length) - common);
        }
    }

    /// <summary>One of the two disks.</summary>
    private sealed class Side
    {
        private readonly Stream _stream;
        private readonly byte[] _buffer = new byte[BufferSize];

        public Side(Stream stream) => _stream = stream;

        public ReadOnlySpan<byte> Block(int offset, int size) => _buffer.AsSpan(offset, size);

        /// <summary>How many bytes from a position on are zero and cost no reading.</summary>
        public long ZerosAt(long position, long wanted) => _stream switch
        {
            VmaDeviceStream device => device.ZerosAt(position, wanted),
            RangeStream range => range.ZerosAt(position, wanted),
            _ => 0,
        };

        public void Read(long position, int length)
        {
            _stream.Position = position;
            int done = 0;
            while (done < length)
            {
                int read = _stream.Read(_buffer.AsSpan(done, length - done));
                if (read == 0)
                {
                    throw new VmaException(VmaCodes.SourceChanged, $"A disk ended at {position + done}, before its length.");
                }

                done += read;
            }
        }
    }
}

/// <summary>A range in which two disks differ.</summary>
public sealed class VmaDifference
{
    internal VmaDifference(string kind, long offset, long size)
    {
        Kind = kind;
        Offset = offset;
        Size = size;
    }

    /// <summary>How they differ: one of the constants of <see cref="VmaDifferenceKind"/>.</summary>
    public string Kind { get; }

    /// <summary>First byte on both disks, a multiple of 4,096 but for what only one of them has.</summary>
    public long Offset { get; }

    /// <summary>Number of bytes; whole blocks of 4 KiB, except at the end.</summary>
    public long Size { get; }

    /// <summary>Kind and range.</summary>
    public override string ToString() => $"{nameof(VmaDifference)}: {Kind} {Offset}+{Size}";
}

/// <summary>How two disks can differ. Text rather than an enumeration, so that it reads the same after serialization.</summary>
public static class VmaDifferenceKind
{
    /// <summary>Both have the range, with different contents.</summary>
    public const string Content = "Content";

    /// <summary>Only the reference has the range: the other is shorter.</summary>
    public const string ReferenceOnly = "ReferenceOnly";

    /// <summary>Only the other has the range: the reference is shorter.</summary>
    public const string DifferenceOnly = "DifferenceOnly";
}
