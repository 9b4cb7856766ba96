using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.Audits;
using VmaTools.Bytes;
using VmaTools.Extents;
using VmaTools.Files;
using VmaTools.Format;
using VmaTools.Sources;

namespace VmaTools;

/// <summary>How much of a device an archive stores, and where.</summary>
public sealed class VmaDeviceMeasure
{
    private readonly ClusterSet _seen;
    private readonly ClusterSet _stored;
    private readonly long _zeroFrom;

    private VmaDeviceMeasure(VmaDevice device, DeviceProgress progress, Recorder.Counts counts)
    {
        ArchivePath = device.ArchivePath;
        DeviceId = device.DeviceId;
        Name = device.Name;
        Size = progress.Length;
        StoredBytes = progress.StoredBytes;
        ZeroBytes = progress.ZeroBytes;
        MissingBytes = progress.MissingBytes;
        _seen = progress.Seen;
        _stored = counts.Stored;
        Cells = ReadableList<VmaMapCell>.Of(counts.ToCells(Size, StoredBytes, progress.AbsentFrom));

        _zeroFrom = progress.AbsentFrom;
        foreach (VmaDeviceRange range in Ranges())
        {
            StoredRanges += range.State == VmaRangeState.Stored ? 1 : 0;
            ZeroRanges += range.State == VmaRangeState.Zero ? 1 : 0;
            MissingRanges += range.State == VmaRangeState.Missing ? 1 : 0;
        }
    }

    /// <summary>Full path of the archive, or null for a stream.</summary>
    public string? ArchivePath { get; }

    /// <summary>Number of the device in the archive.</summary>
    public int DeviceId { get; }

    /// <summary>Name of the device.</summary>
    public string Name { get; }

    /// <summary>Bytes that the device has.</summary>
    public long Size { get; }

    /// <summary>Bytes of the device that the archive stores, in blocks of 4 KiB.</summary>
    public long StoredBytes { get; }

    /// <summary>Bytes of the device that are zero and not stored.</summary>
    public long ZeroBytes { get; }

    /// <summary>Bytes of the device that the archive lacks.</summary>
    public long MissingBytes { get; }

    /// <summary>Number of unbroken runs of clusters (64 KiB each) with stored blocks.</summary>
    public long StoredRanges { get; }

    /// <summary>Number of unbroken runs of clusters that are zero.</summary>
    public long ZeroRanges { get; }

    /// <summary>Number of unbroken runs of clusters that are missing.</summary>
    public long MissingRanges { get; }

    /// <summary>The device in equal parts, at most 1,024.</summary>
    public IReadOnlyList<VmaMapCell> Cells { get; }

    /// <summary>
    /// The device as a picture of lines of 64 characters, one a cell: a dot for zero, shades for a part that is stored, a full
    /// block for all stored, a cross where anything is missing.
    /// </summary>
    public string Map => AllocationMap.ToText(Cells);

    /// <summary>Measures the devices of an archive by its extent headers; data is read only where it cannot be passed over.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="progress">Hears how far it has come.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>The measures, in order of the devices' numbers. Damage shows as missing bytes.</returns>
    /// <exception cref="VmaException">The source changed or cannot be read again.</exception>
    /// <exception cref="IOException">The archive cannot be read.</exception>
    public static IReadOnlyList<VmaDeviceMeasure> Run(
        VmaArchive archive, IProgress<VmaProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (archive is null)
        {
            throw new ArgumentNullException(nameof(archive));
        }

        using ForwardBytes bytes = archive.TakeForward();
        ArchiveChecker checker = new(archive.Header, new FindingLog());

        // The data of a vmstate decides on its length.
        bool keepsData = archive.Devices.Any(static d => d.IsVmstate);
        ExtentReader reader = new(bytes, archive.Header.Uuid, keepsData ? ExtentData.Kept : ExtentData.Skipped);
        ExtentFrame frame = new(keepsData);
        Recorder recorder = new();
        bool isDamaged = false;
        try
        {
            while (reader.Read(frame, cancellationToken))
            {
                cancellationToken.ThrowIfCancellationRequested();
                checker.Examine(frame, recorder);
                if (frame.Index % 64 == 0)
                {
                    progress?.Report(new VmaProgress(frame.StoredPosition, archive.StoredLength, checker.Clusters));
                }
            }
        }
        catch (VmaCompressionException)
        {
            // What comes behind the damage is missing, and is measured as that.
            isDamaged = true;
        }

        checker.Finish(isDamaged ? null : frame, reader.HasLostExtents || isDamaged);
        List<VmaDeviceMeasure> measures = [];
        foreach (DeviceProgress device in checker.Devices)
        {
            if (Layout.IsDeviceSize(device.Entry.Size))
            {
                measures.Add(new VmaDeviceMeasure(archive.DeviceOf(device.Entry.Id), device, recorder.Of(device)));
            }
        }

        return measures;
    }

    /// <summary>A picture of devices as SVG, one below the other, each cell telling its figures where the mouse rests.</summary>
    public static string ToSvg(IReadOnlyList<VmaDeviceMeasure> measures) => AllocationMap.ToSvg(measures);

    /// <summary>Writes such a picture to a file, whole or not at all.</summary>
    /// <param name="path">The file; its folder is created where it does not exist.</param>
    /// <param name="measures">The devices.</param>
    /// <param name="force">Whether a file of that name is replaced. An archive never is.</param>
    /// <exception cref="VmaException">The file exists, or cannot be written.</exception>
    public static void SaveSvg(string path, IReadOnlyList<VmaDeviceMeasure> measures, bool force = false)
    {
        string full = Path.GetFullPath(path);
        TargetCheck.MustBeFree(full, force);
        TextFile.Write(full, ToSvg(measures), ArchiveGuard.Default, force);
    }

    /// <summary>The runs of clusters that are stored (in part at least), zero, or missing, in order.</summary>
    public IEnumerable<VmaDeviceRange> Ranges()
    {
        long clusters = Layout.ClusterCount(Size);
        long first = 0;
        for (long at = 0; at < clusters;)
        {
            string state = StateOf(at);
            at = Math.Min(clusters, EndOfState(at));
            if (at == clusters || StateOf(at) != state)
            {
                long offset = first * Layout.ClusterSize;
                yield return new VmaDeviceRange(ArchivePath, DeviceId, Name, state, offset, Math.Min(at * Layout.ClusterSize, Size) - offset);
                first = at;
            }
        }
    }

    /// <summary>The device's name.</summary>
    public override string ToString() => $"{nameof(VmaDeviceMeasure)}: {Printable.Short(Name)}";

    private string StateOf(long cluster)
    {
        if (_stored.Contains(cluster))
        {
            return VmaRangeState.Stored;
        }

        return _seen.Contains(cluster) || cluster >= _zeroFrom ? VmaRangeState.Zero : VmaRangeState.Missing;
    }

    /// <summary>A cluster behind this one up to which all are in the same state: work goes by what is stored, not by what is claimed.</summary>
    private long EndOfState(long cluster)
    {
        long end = Math.Min(_seen.EndOfRun(cluster), _stored.EndOfRun(cluster));
        return cluster < _zeroFrom ? Math.Min(end, _zeroFrom) : end;
    }

    private sealed class Recorder : IClusterReceiver
    {
        private readonly Dictionary<int, Counts> _devices = [];

        public Counts Of(DeviceProgress device)
        {
            if (!_devices.TryGetValue(device.Entry.Id, out Counts? counts))
            {
                counts = new Counts(device.Entry.Size);
                _devices.Add(device.Entry.Id, counts);
            }

            return counts;
        }

        public void OnCluster(DeviceProgress device, Slot slot, int dataAt, bool isTrusted) => Of(device).Add(slot);

        /// <summary>What has come of a device, by cell.</summary>
        public sealed class Counts
        {
            private readonly long _clustersPerCell;
            private readonly long[] _stored;
            private readonly long[] _zero;

            public Counts(long size)
            {
                long clusters = Math.Max(1, Layout.ClusterCount(size));
                _clustersPerCell = ((clusters - 1) / AllocationMap.MaxCells) + 1;
                _stored = new long[((clusters - 1) / _clustersPerCell) + 1];
                _zero = new long[_stored.Length];
            }

            public ClusterSet Stored { get; } = new();

            public void Add(Slot slot)
            {
                // A vmstate may hold more than its size says; the last cell takes it.
                long cell = Math.Min(slot.Cluster / _clustersPerCell, _stored.Length - 1);
                long stored = (long)slot.BlockCount * Layout.BlockSize;
                _stored[cell] += stored;
                _zero[cell] += Layout.ClusterSize - stored;
                if (slot.Mask != 0)
                {
                    Stored.Add(slot.Cluster);
                }
            }

            public List<VmaMapCell> ToCells(long size, long storedBytes, long absentFrom)
            {
                // What the device's last block holds beyond its end is in the last cell.
                _stored[_stored.Length - 1] -= _stored.Sum() - storedBytes;
                long zeroFrom = absentFrom < Layout.ClusterCount(size) ? absentFrom * Layout.ClusterSize : size;
                List<VmaMapCell> cells = [];
                for (int i = 0; i < _stored.Length; i++)
                {
                    long offset = i * _clustersPerCell * Layout.ClusterSize;
                    long length = (i == _stored.Length - 1 ? size : Math.Min(size, offset + (_clustersPerCell * Layout.ClusterSize))) - offset;
                    long stored = Math.Min(_stored[i], length);
                    long absent = Math.Max(0, offset + length - Math.Max(offset, zeroFrom));
                    long zero = Math.Min(_zero[i] + absent, length - stored);
                    cells.Add(new VmaMapCell(offset, length, stored, zero));
                }

                return cells;
            }
        }
    }
}

/// <summary>A part of a device.</summary>
public sealed class VmaMapCell
{
    /// <summary>A part of a device.</summary>
    /// <param name="offset">First byte on the device.</param>
    /// <param name="size">Number of bytes.</param>
    /// <param name="storedBytes">Bytes that are stored.</param>
    /// <param name="zeroBytes">Bytes that are zero and not stored.</param>
    public VmaMapCell(long offset, long size, long storedBytes, long zeroBytes)
    {
        Offset = offset;
        Size = size;
        StoredBytes = storedBytes;
        ZeroBytes = zeroBytes;
    }

    /// <summary>First byte on the device.</summary>
    public long Offset { get; }

    /// <summary>Number of bytes.</summary>
    public long Size { get; }

    /// <summary>Bytes that are stored.</summary>
    public long StoredBytes { get; }

    /// <summary>Bytes that are zero and not stored.</summary>
    public long ZeroBytes { get; }

    /// <summary>Bytes that the archive lacks.</summary>
    public long MissingBytes => Size - StoredBytes - ZeroBytes;

    /// <summary>The range.</summary>
    public override string ToString() => $"{nameof(VmaMapCell)}: {Offset}+{Size}";
}

/// <summary>A range of a device, all of it in one state.</summary>
public sealed class VmaDeviceRange
{
    internal VmaDeviceRange(string? path, int id, string name, string state, long offset, long size)
    {
        ArchivePath = path;
        DeviceId = id;
        Name = name;
        State = state;
        Offset = offset;
        Size = size;
    }

    /// <summary>Full path of the archive, or null for a stream.</summary>
    public string? ArchivePath { get; }

    /// <summary>Number of the device in the archive.</summary>
    public int DeviceId { get; }

    /// <summary>Name of the device.</summary>
    public string Name { get; }

    /// <summary>One of the constants of <see cref="VmaRangeState"/>.</summary>
    public string State { get; }

    /// <summary>First byte on the device.</summary>
    public long Offset { get; }

    /// <summary>Number of bytes.</summary>
    public long Size { get; }

    /// <summary>State and range.</summary>
    public override string ToString() => $"{nameof(VmaDeviceRange)}: {State} {Offset}+{Size}";
}

/// <summary>What can be said of a range of a device. Text rather than an enumeration, so that it reads the same after serialization.</summary>
public static class VmaRangeState
{
    /// <summary>Every cluster has stored blocks.</summary>
    public const string Stored = "Stored";

    /// <summary>Every cluster is zero.</summary>
    public const string Zero = "Zero";

    /// <summary>The archive lacks every cluster.</summary>
    public const string Missing = "Missing";

    /// <summary>Salvaged, and proven by a manifest or by a compressor's checksum.</summary>
    public const string Verified = "Verified";

    /// <summary>Salvaged; the structure is intact, and nothing proves the contents.</summary>
    public const string Unverified = "Unverified";

    /// <summary>
    /// Salvaged from what something is wrong with: an extent that lacks bytes or contradicts another, or data whose checksum does not match.
    /// Which of it is right is not known.
    /// </summary>
    public const string Suspect = "Suspect";

    /// <summary>
    /// Salvaged from behind damage within a zstd frame or a gzip member: decoded without anything of what was lost. No checksum covers it.
    /// </summary>
    public const string Recovered = "Recovered";

    /// <summary>Lost, and filled with zeros.</summary>
    public const string Lost = "Lost";
}
