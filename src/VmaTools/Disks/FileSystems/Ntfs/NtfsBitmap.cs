using System;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary><c>$Bitmap</c>. For one thread at a time; a piece of it is kept.</summary>
internal sealed class NtfsBitmap : ClusterUse
{
    private const ulong Record = 6;
    private const int PieceLength = 64 * 1024;
    private const long PieceClusters = PieceLength * 8L;

    private readonly NtfsVolume _volume;
    private readonly NtfsValue _map;
    private readonly byte[] _piece = new byte[PieceLength];
    private long _pieceNumber = -1;

    /// <exception cref="VmaFileSystemException">There is none.</exception>
    public NtfsBitmap(NtfsVolume volume)
        : base(0, volume.Geometry.ClusterSize, volume.Geometry.ClusterCount)
    {
        _volume = volume;
        _map = volume.ReadFile(Record).Open(NtfsAttributeType.Data) ?? throw NtfsVolume.Damaged("$Bitmap has no content.");
    }

    /// <summary>Counts the free clusters; null where the map cannot be read.</summary>
    public static long? CountFree(NtfsVolume volume)
    {
        try
        {
            NtfsBitmap bitmap = new(volume);
            long free = 0;
            long clusters = volume.Geometry.ClusterCount;
            for (long first = 0; first < clusters; first += PieceClusters)
            {
                int count = (int)Math.Min(PieceClusters, clusters - first);
                ReadOnlySpan<byte> bytes = bitmap.Load(first);
                free += count;
                for (int i = 0; i < (count + 7) / 8; i++)
                {
                    // Bits behind the last cluster do not count.
                    int bits = bytes[i] & (count - (i * 8) < 8 ? (1 << (count - (i * 8))) - 1 : 0xff);
                    for (; bits != 0; bits &= bits - 1)
                    {
                        free--;
                    }
                }
            }

            return free;
        }
        catch (VmaException)
        {
            return null;
        }
    }

    protected override bool Read(long cluster) => (Load(cluster)[(int)(cluster % PieceClusters / 8)] >> (int)(cluster & 7) & 1) != 0;

    private byte[] Load(long cluster)
    {
        long number = cluster / PieceClusters;
        if (number != _pieceNumber)
        {
            _pieceNumber = -1;
            long bytes = (_volume.Geometry.ClusterCount + 7) / 8;
            _map.Read(_volume.Metadata, number * PieceLength, _piece.AsSpan(0, (int)Math.Min(PieceLength, bytes - (number * PieceLength))));
            _pieceNumber = number;
        }

        return _piece;
    }
}
