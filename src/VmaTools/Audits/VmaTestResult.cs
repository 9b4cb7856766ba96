using System;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Audits;
using VmaTools.Bytes;

namespace VmaTools;

/// <summary>The verdict on an archive.</summary>
public sealed class VmaTestResult
{
    internal VmaTestResult(
        string? path,
        FindingLog log,
        IReadOnlyList<VmaTestedDevice> devices,
        string dataProof,
        long bytesRead,
        TimeSpan duration)
    {
        ArchivePath = path;
        Findings = ReadableList<VmaFinding>.Of(log.Kept);
        FindingCounts = ReadableMap<string, long>.Of(log.Counts);
        Devices = ReadableList<VmaTestedDevice>.Of(devices);
        DataProof = dataProof;
        BytesRead = bytesRead;
        Duration = duration;
        IsValid = !log.Kept.Any(static f => f.IsError);
        IsComplete = ConfigAudit.IsComplete(log.Kept);
    }

    /// <summary>Full path of the archive, or null for a stream.</summary>
    public string? ArchivePath { get; }

    /// <summary>Name of the archive's file, or null for a stream.</summary>
    public string? FileName => ArchivePath is null ? null : Sources.RemoteAddress.FileNameOf(ArchivePath);

    /// <summary>
    /// What came of it in words: <c>Valid</c>, <c>Valid (data unproven)</c>, <c>DAMAGED</c>, <c>NO ARCHIVE</c> for what is known to be
    /// something else, or <c>NOT READ</c> for what asks for more than is allowed or known here, as a larger window.
    /// </summary>
    public string Verdict => this switch
    {
        { IsForeign: true } => "NO ARCHIVE",
        { IsValid: false } => IsUnread(Findings) ? "NOT READ" : "DAMAGED",
        { DataProof: VmaDataProof.None } => "Valid (data unproven)",
        _ => "Valid",
    };

    /// <summary>Whether it is known to be something else, such as a page of a web server or an image.</summary>
    public bool IsForeign { get; internal init; }

    /// <summary>True where no finding has severity Error.</summary>
    public bool IsValid { get; }

    /// <summary>
    /// True where the archive is valid and has every disk that the backup was meant to have, by the VM's configuration. Disks
    /// excluded by <c>backup=0</c> and CD-ROMs were not meant to be in it.
    /// </summary>
    public bool IsComplete { get; }

    /// <summary>What proves the contents of the devices: one of the constants of <see cref="VmaDataProof"/>.</summary>
    public string DataProof { get; }

    /// <summary>What is wrong or odd with the archive: the first 100 of each code.</summary>
    public IReadOnlyList<VmaFinding> Findings { get; }

    /// <summary>How many findings of each code there were, also those not listed.</summary>
    public IReadOnlyDictionary<string, long> FindingCounts { get; }

    /// <summary>How many errors there were, also those not listed.</summary>
    public long ErrorCount => CountOf(VmaSeverity.Error);

    /// <summary>How many warnings there were, also those not listed.</summary>
    public long WarningCount => CountOf(VmaSeverity.Warning);

    /// <summary>What came of each device.</summary>
    public IReadOnlyList<VmaTestedDevice> Devices { get; }

    /// <summary>The index that the test left or found, where <see cref="VmaOpenOptions.NewIndexPath"/> asked for one; else null.</summary>
    public VmaIndex? NewIndex { get; internal init; }

    /// <summary>Why there is no index although one was asked for; else null.</summary>
    public VmaException? NewIndexError { get; internal init; }

    /// <summary>How long the test took.</summary>
    public TimeSpan Duration { get; }

    /// <summary>Stored bytes read, or for a test of the structure only, passed over.</summary>
    public long BytesRead { get; }

    /// <summary>The verdict, and on what.</summary>
    public override string ToString() => $"{nameof(VmaTestResult)}: {Verdict}, {Printable.Short(FileName ?? "a stream")}";

    /// <summary>Whether findings tell that an archive, or the rest of one, was not read: that says nothing of damage.</summary>
    internal static bool IsUnread(IEnumerable<VmaFinding> findings) => findings.Any(static f =>
        f is { IsError: true, Code: VmaCodes.CompressionWindowTooLarge or VmaCodes.CompressionNotSupported or VmaCodes.VersionNotSupported });

    private long CountOf(string severity) =>
        Findings.Where(f => f.Severity == severity).Select(static f => f.Code).Distinct().Sum(code => FindingCounts[code]);
}

/// <summary>What a test found of one device.</summary>
public sealed class VmaTestedDevice
{
    internal VmaTestedDevice(VmaDevice device, bool isWhole, long storedBytes, long zeroBytes, long missingBytes)
    {
        DeviceId = device.DeviceId;
        Name = device.Name;
        Size = device.Size;
        IsWhole = isWhole;
        StoredBytes = storedBytes;
        ZeroBytes = zeroBytes;
        MissingBytes = missingBytes;
    }

    /// <summary>Number of the device in the archive.</summary>
    public int DeviceId { get; }

    /// <summary>Name of the device.</summary>
    public string Name { get; }

    /// <summary>Bytes that the device has, as the header says.</summary>
    public long Size { get; }

    /// <summary>True where every cluster came exactly once and no finding concerns the device.</summary>
    public bool IsWhole { get; }

    /// <summary>Bytes of the device that the archive stores.</summary>
    public long StoredBytes { get; }

    /// <summary>Bytes of the device that are zero and not stored.</summary>
    public long ZeroBytes { get; }

    /// <summary>Bytes of the device that never came.</summary>
    public long MissingBytes { get; }

    /// <summary>The device's name.</summary>
    public override string ToString() => $"{nameof(VmaTestedDevice)}: {Printable.Short(Name)}";
}

/// <summary>What proves the contents of devices. Text rather than an enumeration, so that it reads the same after serialization.</summary>
public static class VmaDataProof
{
    /// <summary>Nothing: a plain archive has checksums over its headers only.</summary>
    public const string None = "None";

    /// <summary>The compressor's checksums, all of which matched.</summary>
    public const string Checksum = "Checksum";

    /// <summary>A manifest made when the archive was known to be sound: every digest matched.</summary>
    public const string Manifest = "Manifest";
}
