using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Xunit;

namespace VmaTools.Tests.Archives;

/// <summary>
/// Everything that can be wrong with an archive, each case built for it: what is told, where, and which devices are whole all
/// the same. Every case is read in every way there is, see <see cref="Reading"/>.
/// </summary>
public partial class BadInputTests
{
    private const string Error = VmaSeverity.Error;
    private const string Warning = VmaSeverity.Warning;

    private static readonly Dictionary<string, BadCase> Cases = MakeCases().ToDictionary(static c => c.Name);

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_told(string name)
    {
        BadCase bad = Cases[name];
        byte[] bytes = bad.Make(out Func<Place?, long?> locate);
        Reading reading = Reading.Of(bytes);

        if (bad.OpenCode is not null)
        {
            Assert.Equal((bad.OpenCode, bad.OpenOffset), (reading.OpenError?.Code, reading.OpenError?.Offset));
            Assert.IsType<VmaFormatException>(reading.OpenError);
            return;
        }

        Assert.Null(reading.OpenError);
        Assert.Equal(
            bad.Findings.Select(f => $"{f.Severity} {f.Code} at {locate(f.Offset)} device {f.Device}"),
            reading.Pass.Findings.Select(static f => $"{f.Severity} {f.Code} at {f.Offset} device {f.DeviceId}"));
        Assert.Equal(bad.Whole, reading.WholeDevices);
        Assert.Equal(!bad.Findings.Any(static f => f.Severity == Error), reading.Pass.IsValid);
        if (bad.Whole.Length == 1 && bad.Findings.Any(static f => f.Code == VmaCodes.ExtentDataDisplaced))
        {
            // Reading at any offset must not hand out displaced data either.
            Assert.Contains(3 - bad.Whole[0], reading.StreamErrors.Keys);
        }

        foreach (int id in bad.Whole.Where(bad.Disks.ContainsKey))
        {
            int length = (int)reading.Pass.Devices.Single(d => d.Device.DeviceId == id).Length;
            Assert.True(bad.Disks[id].AsSpan(0, length).SequenceEqual(reading.Disks[id].ToArray(length)), $"device {id} came out wrong");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Tells_every_finding_once_with_a_sentence(string name)
    {
        byte[] bytes = Cases[name].Make(out _);
        try
        {
            using VmaArchive archive = VmaArchive.Open(new System.IO.MemoryStream(bytes));
            DiskSink sink = new();
            VmaPassResult result = archive.ReadForward([sink]);
            Assert.Equal(result.Findings.Select(Reading.Facts), archive.HeaderFindings.Concat(sink.Heard).Select(Reading.Facts));
            Assert.Equal(result.FindingCounts.Values.Sum(), result.Findings.Count);
            Assert.All(result.Findings, static f => Assert.EndsWith(".", f.Message, StringComparison.Ordinal));
            Assert.All(result.Findings, static f => Assert.DoesNotContain(f.Message, char.IsControl));
            Assert.All(result.Findings, static f => Assert.InRange(f.Message.Length, 10, 1000));
        }
        catch (VmaException exception)
        {
            Assert.InRange(exception.Message.Length, 10, 1000);
        }
    }

    [Fact]
    public void More_devices_of_invalid_size_than_findings_are_kept()
    {
        ArchiveForge forge = new();
        for (int id = 1; id <= 254; id++)
        {
            forge.Device(id, $"drive-{id}", -1);
        }

        Reading reading = Reading.Of(forge.Build());
        Assert.Empty(reading.WholeDevices);
        Assert.Equal(254, reading.StreamErrors.Count);
        Assert.Equal(100, reading.Pass.Findings.Count(static f => f.Code == VmaCodes.DeviceSizeInvalid));
        Assert.Equal(254, reading.Pass.FindingCounts[VmaCodes.DeviceSizeInvalid]);
    }

    /// <summary>
    /// A sound archive of two devices: 1 with five clusters, 2 with three and a part; the third extent holds only device 2, the
    /// second only device 1.
    /// </summary>
    private static ArchiveForge Sound() => new ArchiveForge()
        .Config("qemu-server.conf", "cores: 2\n")
        .Device(1, "drive-scsi0", 5 * 65536)
        .Device(2, "drive-scsi1", (3 * 65536) + (2 * 4096) + 512)
        .Extent(static e => e.Cluster(1, 0).Zero(2, 0))
        .Extent(static e => e.Cluster(1, 1, 0x00ff).Cluster(1, 2))
        .Extent(static e => e.Cluster(2, 1).Cluster(2, 2, 0x8001))
        .Extent(static e => e.Zero(1, 3).Cluster(1, 4, 0x0003).Cluster(2, 3, 0x0007));

    private static Place Extent(int index, long plus = 0) => new(index, plus);

    private static BadCase Fails(string name, Func<ArchiveForge, byte[]> make, string code, long offset) =>
        new(name, Sound, make) { OpenCode = code, OpenOffset = offset };

    private static BadCase Fails(string name, Action<ArchiveForge> change, string code, long offset) =>
        Fails(name, forge => Changed(forge, change), code, offset);

    private static BadCase Finds(
        string name, Func<ArchiveForge, byte[]> make, int[] whole, params (string Code, string Severity, Place? Offset, int? Device)[] findings) =>
        new(name, Sound, make) { Whole = whole, Findings = findings };

    private static BadCase Finds(
        string name, Action<ArchiveForge> change, int[] whole, params (string Code, string Severity, Place? Offset, int? Device)[] findings) =>
        Finds(name, forge => Changed(forge, change), whole, findings);

    private static byte[] Changed(ArchiveForge forge, Action<ArchiveForge> change)
    {
        change(forge);
        return forge.Build();
    }

    private sealed record BadCase(string Name, Func<ArchiveForge> Start, Func<ArchiveForge, byte[]> Change)
    {
        public string? OpenCode { get; init; }

        public long? OpenOffset { get; init; }

        public int[] Whole { get; init; } = [];

        public (string Code, string Severity, Place? Offset, int? Device)[] Findings { get; init; } = [];

        /// <summary>What the devices hold in the sound archive.</summary>
        public Dictionary<int, byte[]> Disks { get; } = new() { [1] = Sound().Disk(1), [2] = Sound().Disk(2) };

        public byte[] Make(out Func<Place?, long?> locate)
        {
            ArchiveForge forge = Start();
            byte[] bytes = Change(forge);
            locate = place => place?.Plus + (place?.Extent is int extent ? forge.OffsetOf(extent) : 0);
            return bytes;
        }
    }

    /// <summary>A byte offset, or one counted from an extent that is yet to be built.</summary>
    private readonly record struct Place(int? Extent, long Plus)
    {
        public static implicit operator Place(long offset) => new(null, offset);
    }

    private static byte[] Name(string text) => ArchiveForge.Terminated(text);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
