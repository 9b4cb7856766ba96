using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using VmaTools.Extents;
using VmaTools.Files;
using VmaTools.Salvage;

namespace VmaTools;

/// <summary>What became of a device that was salvaged.</summary>
public sealed class VmaSalvageReport
{
    internal VmaSalvageReport(
        SalvageArchive salvage, VmaDevice device, string file, IReadOnlyList<VmaDeviceRange> ranges, bool isProven, FindingLog log)
    {
        ArchivePath = device.ArchivePath;
        Uuid = salvage.Archive.Uuid;
        DeviceId = device.DeviceId;
        Name = device.Name;
        NameSource = salvage.NameSources[device.DeviceId];
        SizeSource = salvage.SizeSources[device.DeviceId];
        File = file;
        Ranges = isProven ? ranges.Select(static r => new VmaDeviceRange(r.ArchivePath, r.DeviceId, r.Name, VmaRangeState.Verified, r.Offset, r.Size)).ToArray() : ranges;
        Findings = log.Kept;
        FindingCounts = log.Counts;
        Size = ranges.Sum(static r => r.Size);
        VerifiedBytes = SumOf(VmaRangeState.Verified);
        UnverifiedBytes = SumOf(VmaRangeState.Unverified);
        RecoveredBytes = SumOf(VmaRangeState.Recovered);
        SuspectBytes = SumOf(VmaRangeState.Suspect);
        LostBytes = SumOf(VmaRangeState.Lost);
    }

    /// <summary>Full path of the archive.</summary>
    public string? ArchivePath { get; }

    /// <summary>The archive's uuid.</summary>
    public string Uuid { get; }

    /// <summary>Number of the device.</summary>
    public int DeviceId { get; }

    /// <summary>Name of the device.</summary>
    public string Name { get; }

    /// <summary>Where the name comes from: one of the constants of <see cref="VmaSalvageSource"/>.</summary>
    public string NameSource { get; }

    /// <summary>Bytes that the device has.</summary>
    public long Size { get; }

    /// <summary>Where the size comes from: one of the constants of <see cref="VmaSalvageSource"/>.</summary>
    public string SizeSource { get; }

    /// <summary>Full path of the salvaged disk.</summary>
    public string File { get; }

    /// <summary>Why the disk could not be written, or null. There are no files then.</summary>
    public VmaException? Error { get; internal set; }

    /// <summary>Full path of this report as JSON.</summary>
    public string JsonPath => JsonFor(File);

    /// <summary>Full path of this report in words.</summary>
    public string TextPath => TextFor(File);

    /// <summary>Bytes proven by a manifest or a compressor's checksum.</summary>
    public long VerifiedBytes { get; }

    /// <summary>Bytes whose structure is intact, and whose contents nothing proves.</summary>
    public long UnverifiedBytes { get; }

    /// <summary>Bytes from behind damage within a zstd frame or a gzip member, decoded without anything of what was lost; no checksum covers them.</summary>
    public long RecoveredBytes { get; }

    /// <summary>Bytes from what something is wrong with: which of them are right is not known.</summary>
    public long SuspectBytes { get; }

    /// <summary>Bytes that are lost and were filled with zeros.</summary>
    public long LostBytes { get; }

    /// <summary>The ranges of the device, in order, each verified, unverified, recovered, suspect or lost.</summary>
    public IReadOnlyList<VmaDeviceRange> Ranges { get; }

    /// <summary>What is wrong or odd with the archive: the first 100 of each code.</summary>
    public IReadOnlyList<VmaFinding> Findings { get; }

    /// <summary>How many findings of each code there were, also those not listed.</summary>
    public IReadOnlyDictionary<string, long> FindingCounts { get; }

    /// <summary>The name of the device and what was salvaged.</summary>
    public override string ToString() => $"{nameof(VmaSalvageReport)}: {Summary}";

    /// <summary>The name of the device and what was salvaged, in one line.</summary>
    public string Summary => string.Format(
        CultureInfo.InvariantCulture,
        "{0}: {1} bytes verified, {2} unverified, {3} lost",
        Printable.Short(Name),
        VerifiedBytes,
        UnverifiedBytes,
        LostBytes)
        + (RecoveredBytes > 0 ? string.Format(CultureInfo.InvariantCulture, ", {0} recovered", RecoveredBytes) : string.Empty)
        + (SuspectBytes > 0 ? string.Format(CultureInfo.InvariantCulture, ", {0} suspect", SuspectBytes) : string.Empty);

    internal static string JsonFor(string file) => System.IO.Path.ChangeExtension(file, ".json");

    internal static string TextFor(string file) => System.IO.Path.ChangeExtension(file, ".txt");

    internal void Save(bool force)
    {
        TargetGuard guard = ArchiveGuard.For(ArchivePath);
        TextFile.Write(JsonPath, ToJson(), guard, force);
        TextFile.Write(TextPath, ToText(), guard, force);
    }

    private string ToJson() => Json.Write(new JsonObject
    {
        { "schema", "VmaTools salvage report" },
        { "schemaVersion", 1 },
        { "archive", ArchivePath },
        { "uuid", Uuid },
        {
            "device",
            new JsonObject
            {
                { "id", DeviceId },
                { "name", Name },
                { "nameSource", NameSource },
                { "size", Size },
                { "sizeSource", SizeSource },
                { "file", System.IO.Path.GetFileName(File) },
            }
        },
        { "verifiedBytes", VerifiedBytes },
        { "unverifiedBytes", UnverifiedBytes },
        { "recoveredBytes", RecoveredBytes },
        { "suspectBytes", SuspectBytes },
        { "lostBytes", LostBytes },
        {
            "ranges",
            Ranges.Select(static r => (object?)new JsonObject { { "state", r.State }, { "offset", r.Offset }, { "size", r.Size } }).ToList()
        },
        {
            "findings",
            Findings.Select(static f => (object?)new JsonObject
            {
                { "severity", f.Severity },
                { "code", f.Code },
                { "message", f.Message },
                { "offset", f.Offset },
                { "extent", f.Extent },
                { "device", f.Device },
                { "cluster", f.Cluster },
            }).ToList()
        },
    });

    private string ToText()
    {
        StringBuilder text = new();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"Salvaged from {ArchivePath}");
        Line($"Archive   {Uuid}");
        Line($"Device    {DeviceId}, {Printable.Text(Name)} (name: {Words(NameSource)})");
        Line($"Size      {Size} bytes (size: {Words(SizeSource)})");
        Line($"File      {System.IO.Path.GetFileName(File)}");
        Line($"");
        Line($"Verified  {VerifiedBytes} bytes: proven by a manifest or a compressor's checksum");
        Line($"Unverified {UnverifiedBytes} bytes: the structure is intact, nothing proves the contents");
        Line($"Recovered {RecoveredBytes} bytes: from behind damage within a compressed frame, decoded without what was lost; no checksum covers them");
        Line($"Suspect   {SuspectBytes} bytes: something is wrong with what they came from; which of them are right is not known");
        Line($"Lost      {LostBytes} bytes: filled with zeros");
        foreach (VmaFinding rest in Findings.Where(static f => f.Code is VmaCodes.RestUnreadable or VmaCodes.DecodedBehindDamage))
        {
            Line($"");
            Line($"{rest.Message}");
        }

        Line($"");
        Line($"Ranges (offset and number of bytes)");
        foreach (VmaDeviceRange range in Ranges)
        {
            Line($"  {range.State,-10} {range.Offset,16} {range.Size,16}");
        }

        Line($"");
        Line($"What is wrong with the archive");
        foreach (VmaFinding finding in Findings)
        {
            string device = finding.Device is null ? string.Empty : $" Device: {finding.Device}.";
            Line($"  {Printable.Text(finding.ToString() + device)}");
        }

        return text.ToString();
    }

    private static string Words(string source) => source switch
    {
        VmaSalvageSource.Header => "from the header",
        VmaSalvageSource.Parameter => "as given",
        VmaSalvageSource.LastCluster => "from the last cluster, perhaps too small",
        _ => "invented",
    };

    private long SumOf(string state) => Ranges.Where(r => r.State == state).Sum(static r => r.Size);
}
