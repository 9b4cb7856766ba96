using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Archives;
using VmaTools.Bytes;
using VmaTools.Disks;
using VmaTools.Format;
using VmaTools.Sources;

namespace VmaTools;

/// <summary>
/// A device's content as a seekable stream. Zeros cost no reading. A part that the archive has lost, or contradicts itself
/// about, throws when it is reached; what comes before is delivered.
/// </summary>
public sealed class VmaDeviceStream : ReadOnlyStream, IKnownRanges
{
    private readonly VmaDevice _device;
    private readonly DeviceMap _map;
    private readonly bool _mayLackItsEnd;
    private readonly WorkThread _thread = new();
    private RandomBytes? _bytes;

    internal VmaDeviceStream(VmaDevice device, ClusterMap map, RandomBytes bytes)
    {
        _device = device;
        _map = map[device.DeviceId];
        _mayLackItsEnd = device.IsVmstate && map.HasLostExtents;
        _bytes = bytes;
        Length = _map.Length;
    }

    /// <summary>Bytes of the device: its size, or for a vmstate more where more is stored.</summary>
    public override long Length { get; }

    /// <inheritdoc/>
    /// <exception cref="VmaFormatException">The archive has lost what is to be read, or contradicts itself about it.</exception>
    public override int Read(byte[] buffer, int offset, int count) => Read(PartToFill(buffer, offset, count));

#if NETSTANDARD2_0
    /// <summary>Reads bytes of the device; fewer than asked for only at its end or before a part that is lost.</summary>
    /// <exception cref="VmaFormatException">The archive has lost what is to be read, or contradicts itself about it.</exception>
    public int Read(Span<byte> buffer)
#else
    /// <summary>Reads bytes of the device; fewer than asked for only at its end or before a part that is lost.</summary>
    /// <exception cref="VmaFormatException">The archive has lost what is to be read, or contradicts itself about it.</exception>
    public override int Read(Span<byte> buffer)
#endif
    {
        int wanted = Begin(buffer.Length, out RandomBytes bytes);
        int done = 0;
        while (done < wanted && TryFindPiece(done, wanted, out MapPiece piece))
        {
            Span<byte> part = buffer.Slice(done, (int)piece.Length);
            if (piece.State == ClusterState.Zero)
            {
                part.Clear();
            }
            else
            {
                int read;
                try
                {
                    read = bytes.ReadAt(piece.Offset, part);
                }
                catch (VmaException) when (done > 0)
                {
                    // What comes before is delivered first; the next read meets the same.
                    break;
                }

                ThrowIfShort(read, piece);
            }

            done += part.Length;
            Place += piece.Length;
        }

        return done;
    }

    /// <summary>The same as <see cref="Read(byte[], int, int)"/>, awaited.</summary>
    /// <remarks>
    /// Of a plain archive in a stream, that stream is read asynchronously, and a read under way hears of the token; zeros are there at once.
    /// Reading a file, which systems do synchronously, and decoding, which takes a processor's time, is done by a thread of this stream's
    /// own, and hears of the token before it begins.
    /// </remarks>
    /// <exception cref="VmaFormatException">The archive has lost what is to be read, or contradicts itself about it.</exception>
    /// <exception cref="OperationCanceledException">The token ended it. The position is behind what was read.</exception>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadPiecesAsync((buffer ?? throw new ArgumentNullException(nameof(buffer))).AsMemory(offset, count), cancellationToken);

#if !NETSTANDARD2_0
    /// <inheritdoc cref="ReadAsync(byte[], int, int, CancellationToken)"/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(ReadPiecesAsync(buffer, cancellationToken));
#endif

    private async Task<int> ReadPiecesAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int wanted = Begin(buffer.Length, out RandomBytes bytes);
        if (!bytes.CanAwait && ZerosAt(Place, wanted) < wanted)
        {
            return await _thread.Run(() => Read(buffer.Span), cancellationToken).ConfigureAwait(false);
        }

        int done = 0;
        while (done < wanted && TryFindPiece(done, wanted, out MapPiece piece))
        {
            Memory<byte> part = buffer.Slice(done, (int)piece.Length);
            if (piece.State == ClusterState.Zero)
            {
                part.Span.Clear();
            }
            else
            {
                ThrowIfShort(await bytes.ReadAtAsync(piece.Offset, part, cancellationToken).ConfigureAwait(false), piece);
            }

            done += part.Length;
            Place += piece.Length;
        }

        return done;
    }

    /// <summary>
    /// What reading from <paramref name="offset"/> on gives: one stretch of data, of zeros, or of what is lost. Its length is 0
    /// only at the end. The position stays.
    /// </summary>
    internal DeviceRange FindRange(long offset, long limit) => _map.FindRange(offset, limit);

    KnownRange IKnownRanges.FindRange(long offset, long limit)
    {
        DeviceRange range = FindRange(offset, limit);
        return new KnownRange(range.Length, range.Kind switch
        {
            DeviceRangeKind.Data => KnownRangeKind.Data,
            DeviceRangeKind.Zero => KnownRangeKind.Zeros,
            _ => KnownRangeKind.Lost,
        });
    }

    /// <summary>How many bytes from <paramref name="position"/> on, up to <paramref name="wanted"/>, are zero and cost no reading.</summary>
    internal long ZerosAt(long position, long wanted)
    {
        long zeros = 0;
        wanted = Math.Min(wanted, Length - position);
        while (zeros < wanted)
        {
            MapPiece piece = _map.FindPiece(position + zeros, wanted - zeros);
            if (piece.State != ClusterState.Zero)
            {
                break;
            }

            zeros += piece.Length;
        }

        return zeros;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _bytes?.Dispose();
            _bytes = null;
        }

        base.Dispose(disposing);
    }

    /// <summary>How many bytes a read is to give, and what from.</summary>
    private int Begin(int count, out RandomBytes bytes)
    {
        bytes = _bytes ?? throw new ObjectDisposedException(nameof(VmaDeviceStream));
        int wanted = (int)Math.Min(count, Math.Max(0, Length - Place));
        return wanted > 0 || count == 0 || !_mayLackItsEnd
            ? wanted
            : throw new VmaFormatException(
                VmaCodes.ClusterMissing, "The archive lost extents that may have held the rest of this device.", _device.ArchivePath, null, _device.Name);
    }

    /// <summary>What a read of which a part is done goes on with; false where that is lost, which the next read then tells.</summary>
    private bool TryFindPiece(int done, int wanted, out MapPiece piece)
    {
        piece = FindPiece(Place, wanted - done);
        bool isLost = piece.State is ClusterState.Missing or ClusterState.Untrusted;
        return !isLost || (done > 0 ? false : throw Lost(piece.State));
    }

    private void ThrowIfShort(int read, MapPiece piece)
    {
        if (read < piece.Length)
        {
            throw new VmaException(
                VmaCodes.SourceChanged, "The archive is shorter than when it was first looked at.", _device.ArchivePath, piece.Offset, _device.Name);
        }
    }

    /// <summary>The longest stretch from <paramref name="position"/> on that one read, or one clearing, can serve.</summary>
    private MapPiece FindPiece(long position, int wanted)
    {
        MapPiece piece = _map.FindPiece(position, wanted);
        while (piece.Length < wanted && piece.State is ClusterState.Zero or ClusterState.Stored)
        {
            MapPiece next = _map.FindPiece(position + piece.Length, wanted - piece.Length);
            bool continues = next.State == piece.State
                && (piece.State == ClusterState.Zero || next.Offset == piece.Offset + piece.Length);
            if (!continues)
            {
                break;
            }

            piece = piece with { Length = piece.Length + next.Length };
        }

        return piece;
    }

    private VmaFormatException Lost(ClusterState state)
    {
        long cluster = Place / Layout.ClusterSize;
        return state == ClusterState.Missing
            ? new VmaFormatException(
                VmaCodes.ClusterMissing,
                $"Cluster {cluster} (at {Place} on the device) is missing: the archive has neither data nor zeros for it.",
                _device.ArchivePath,
                null,
                _device.Name)
            : new VmaFormatException(
                _map.FirstError?.Code ?? VmaCodes.ClusterDuplicate,
                $"Cluster {cluster} (at {Place} on the device) cannot be trusted: {_map.FirstError?.Message ?? "it comes more than once."}",
                _device.ArchivePath,
                _map.FirstError?.Offset,
                _device.Name);
    }
}
