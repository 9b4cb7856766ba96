using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.Extents;
using VmaTools.Format;
using VmaTools.Sources;

namespace VmaTools.Salvage;

/// <summary>An archive opened by whatever is left of it.</summary>
internal sealed class SalvageArchive
{
    private SalvageArchive(VmaArchive archive, FileSource source, VmaException? headerDamage)
    {
        Archive = archive;
        Source = source;
        HeaderDamage = headerDamage;
    }

    public VmaArchive Archive { get; }

    public FileSource Source { get; }

    /// <summary>What is wrong with the header, or null where it is intact.</summary>
    public VmaException? HeaderDamage { get; }

    /// <summary>Where the size of each device comes from: one of the constants of <see cref="VmaSalvageSource"/>.</summary>
    public Dictionary<int, string> SizeSources { get; } = [];

    /// <summary>Where the name of each device comes from.</summary>
    public Dictionary<int, string> NameSources { get; } = [];

    /// <exception cref="VmaException">Nothing is left.</exception>
    public static SalvageArchive Open(string path, VmaSalvageOptions options, CancellationToken cancellationToken)
    {
        VmaOpenOptions.MustBeFile(path, options.Open);
        FileSource source = new(path, VmaOpenOptions.WindowOf(options.Open));
        try
        {
            VmaArchive archive = OpenIntact(path, options);
            SalvageArchive intact = new(archive, source, null);
            foreach (VmaDevice device in archive.Devices)
            {
                intact.SizeSources[device.DeviceId] = intact.NameSources[device.DeviceId] = VmaSalvageSource.Header;
            }

            return intact;
        }
        catch (VmaException exception) when (exception is VmaFormatException or VmaCompressionException)
        {
            foreach (string compression in PossibleCompressions(source))
            {
                FileSource read = compression == source.Compression ? source : new FileSource(path, source.MaxWindowSize, compression);
                if (Rebuild(read, exception, options, cancellationToken) is { } rebuilt)
                {
                    return rebuilt;
                }
            }

            throw new VmaException(
                VmaCodes.NothingToSalvage,
                $"No intact extent was found, so that nothing can be salvaged. {exception.Code}: {exception.Sentence}",
                source.Path);
        }
    }

    /// <summary>A header that gives a device a size that none can have is damaged, too: the device is as long as what came of it.</summary>
    private static VmaArchive OpenIntact(string path, VmaSalvageOptions options)
    {
        VmaArchive archive = VmaArchive.Open(path, options.Open);
        try
        {
            foreach (VmaDevice device in archive.Devices)
            {
                device.ThrowIfSizeInvalid();
            }

            return archive;
        }
        catch (VmaFormatException)
        {
            archive.Dispose();
            throw;
        }
    }

    /// <summary>
    /// How the file may be compressed. Where its first bytes tell nothing they may themselves be what is damaged; then the file's
    /// name says what to try first.
    /// </summary>
    private static List<string> PossibleCompressions(FileSource source)
    {
        if (source.Compression != VmaCompression.None)
        {
            return [source.Compression];
        }

        List<string> all = [VmaCompression.None, VmaCompression.Zstd, VmaCompression.Gzip, VmaCompression.Lzop, VmaCompression.Bzip2];
        int named = Path.GetExtension(source.Path).ToLowerInvariant() switch
        {
            ".zst" => 1,
            ".gz" => 2,
            ".lzo" => 3,
            ".bz2" => 4,
            _ => 0,
        };
        string first = all[named];
        all.RemoveAt(named);
        all.Insert(0, first);
        return all;
    }

    /// <summary>Puts a header together from the extents, and from what is left of the header where they bear it out.</summary>
    /// <returns>Null where there is no extent.</returns>
    private static SalvageArchive? Rebuild(FileSource source, VmaException damage, VmaSalvageOptions options, CancellationToken cancellationToken)
    {
        byte[]? uuid = null;
        Dictionary<int, long> clusters = [];
        byte[] start = [];
        foreach (SalvageBytes bytes in SalvageStretches.Open(source, cancellationToken))
        {
            if (start.Length == 0 && bytes.CanSeek)
            {
                start = ReadStart(bytes);
                bytes.Seek(0);
            }

            ExtentReader reader = ExtentReader.StartingAnywhere(bytes, uuid, ExtentData.Skipped);
            ExtentFrame frame = new(withData: false);
            while (reader.Read(frame, cancellationToken))
            {
                cancellationToken.ThrowIfCancellationRequested();
                Survey(frame, clusters);
            }

            uuid ??= reader.Uuid.Length > 0 ? reader.Uuid : null;
        }

        if (uuid is null)
        {
            return null;
        }

        if (start.Length == 0)
        {
            using SalvageBytes bytes = new(source.OpenForwardAt(0));
            start = ReadStart(bytes);
        }

        // What is left of the header counts where it fits the extents.
        ArchiveHeader? left = ArchiveHeader.ParseDamaged(start);
        if (left is not null && (!left.Uuid.AsSpan().SequenceEqual(uuid) || clusters.Keys.Any(id => left.Devices.All(d => d.Id != id))))
        {
            left = null;
        }

        List<DeviceEntry> devices = [];
        Dictionary<int, string> sizes = [];
        Dictionary<int, string> names = [];
        foreach (int id in clusters.Keys.OrderBy(static i => i))
        {
            DeviceEntry? entry = left?.Devices.FirstOrDefault(d => d.Id == id);
            long size = clusters[id] * Layout.ClusterSize;
            sizes[id] = VmaSalvageSource.LastCluster;
            if (options.DeviceSizes is not null && options.DeviceSizes.TryGetValue(id, out long given))
            {
                size = given;
                sizes[id] = VmaSalvageSource.Parameter;
            }
            else if (entry is not null && entry.Size > 0 && Layout.ClusterCount(entry.Size) == clusters[id])
            {
                size = entry.Size;
                sizes[id] = VmaSalvageSource.Header;
            }

            string invented = "device-" + id.ToString(CultureInfo.InvariantCulture);
            names[id] = entry is null ? VmaSalvageSource.Invented : VmaSalvageSource.Header;
            devices.Add(new DeviceEntry(id, entry?.Name ?? invented, size));
        }

        // The reader searches the first extent by itself, so that the size of the header does not matter.
        ArchiveHeader header = ArchiveHeader.Rebuild(uuid, 0, devices, left?.Configs ?? []);
        SalvageArchive rebuilt = new(VmaArchive.Rebuilt(source, header), source, damage);
        foreach (int id in clusters.Keys)
        {
            rebuilt.SizeSources[id] = sizes[id];
            rebuilt.NameSources[id] = names[id];
        }

        return rebuilt;
    }

    /// <summary>Notes the last cluster of each device that an extent names.</summary>
    private static void Survey(ExtentFrame frame, Dictionary<int, long> clusters)
    {
        for (int i = 0; i < Layout.SlotsPerExtent; i++)
        {
            Slot slot = frame.Header[i];
            if (slot.DeviceId is >= Layout.FirstDeviceId and <= Layout.LastDeviceId)
            {
                clusters.TryGetValue(slot.DeviceId, out long count);
                clusters[slot.DeviceId] = Math.Max(count, slot.Cluster + 1L);
            }
        }
    }

    private static byte[] ReadStart(SalvageBytes bytes)
    {
        byte[] start = new byte[1 << 20];
        Array.Resize(ref start, bytes.Read(start));
        return start;
    }
}
