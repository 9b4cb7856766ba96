using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Archives;
using Xunit;

namespace VmaTools.Tests.Archives;

/// <summary>Reads an archive in every way there is, and holds the ways against each other.</summary>
internal sealed class Reading
{
    /// <summary>Larger devices are read at their beginning and end only.</summary>
    private const long MostRead = 32 << 20;

    /// <summary>What opening failed with; nothing else is there then.</summary>
    public VmaException? OpenError { get; private set; }

    public VmaPassResult Pass { get; private set; } = null!;

    public DiskSink Disks { get; } = new();

    /// <summary>The first error that reading each device's stream met, by device number; devices read to the end are not in it.</summary>
    public Dictionary<int, VmaException> StreamErrors { get; } = [];

    public VmaException? ExtentsError { get; private set; }

    public int ExtentCount { get; private set; }

    public IEnumerable<int> WholeDevices => Pass.Devices.Where(static d => d.IsWhole).Select(static d => d.Device.DeviceId);

    /// <summary>
    /// Passes over the archive, from a seekable stream and from a pipe, reads each device at its offsets, and lists the extents.
    /// Fails where one way says something else than another, or ends in anything but a <see cref="VmaException"/>.
    /// </summary>
    public static Reading Of(byte[] bytes, int pipeSeed = 1)
    {
        Reading reading = new();
        VmaArchive archive;
        try
        {
            archive = VmaArchive.Open(new MemoryStream(bytes));
        }
        catch (VmaException exception)
        {
            reading.OpenError = exception;
            VmaException piped = Assert.ThrowsAny<VmaException>(() => VmaArchive.Open(TricklingStream.AsPipe(new MemoryStream(bytes), pipeSeed)).Dispose());
            Assert.Equal((exception.Code, exception.Offset), (piped.Code, piped.Offset));
            return reading;
        }

        using (archive)
        {
            reading.Pass = archive.ReadForward([reading.Disks]);
            reading.CheckPipe(bytes, pipeSeed);
            reading.CheckMap(archive);
            reading.ListExtents(archive);
        }

        return reading;
    }

    /// <summary>The facts of a finding that do not depend on how the archive is read.</summary>
    public static (string, string, long?, long?, int?, long?) Facts(VmaFinding f) =>
        (f.Code, f.Severity, f.Offset, f.Extent, f.DeviceId, f.Cluster);

    private void CheckPipe(byte[] bytes, int seed)
    {
        using VmaArchive piped = VmaArchive.Open(TricklingStream.AsPipe(new MemoryStream(bytes), seed));
        DiskSink disks = new();
        VmaPassResult pass = piped.ReadForward([disks]);
        Assert.Equal(Pass.Findings.Select(Facts), pass.Findings.Select(Facts));
        Assert.Equal(WholeDevices, pass.Devices.Where(static d => d.IsWhole).Select(static d => d.Device.DeviceId));
        Assert.Equal(
            Pass.Devices.Select(static d => (d.Length, d.StoredBytes, d.ZeroBytes, d.MissingBytes)),
            pass.Devices.Select(static d => (d.Length, d.StoredBytes, d.ZeroBytes, d.MissingBytes)));
        foreach (VmaDeviceResult device in pass.Devices.Where(static d => d.Length is >= 0 and <= MostRead))
        {
            Assert.Equal(Disks[device.Device.DeviceId].Hash(device.Length), disks[device.Device.DeviceId].Hash(device.Length));
        }
    }

    private void CheckMap(VmaArchive archive)
    {
        ClusterMap map = archive.GetMap();
        Assert.Equal(
            Pass.Findings.Select(Facts).OrderBy(static f => f),
            archive.HeaderFindings.Concat(map.Findings.Kept).Select(Facts).OrderBy(static f => f));
        foreach (VmaDeviceResult result in Pass.Devices)
        {
            int id = result.Device.DeviceId;
            Assert.Equal(result.FirstError?.Code, map[id].FirstError?.Code);
            Assert.Equal(
                (result.Length, result.StoredBytes, result.ZeroBytes, result.MissingBytes),
                (map[id].Length, map[id].StoredBytes, map[id].ZeroBytes, map[id].MissingBytes));
            ReadDevice(result);
        }
    }

    private void ReadDevice(VmaDeviceResult result)
    {
        VmaDevice device = result.Device;
        try
        {
            using VmaDeviceStream stream = device.OpenRead();
            Assert.Equal(result.Length, stream.Length);
            if (stream.Length > MostRead)
            {
                byte[] some = new byte[100_000];
                _ = stream.Read(some, 0, some.Length);
                stream.Seek(-1000, SeekOrigin.End);
                _ = stream.Read(some, 0, some.Length);
                return;
            }

            byte[] content = new byte[stream.Length];
            int done = 0;
            int read;
            while ((read = stream.Read(content, done, Math.Min(123_457, content.Length - done))) > 0)
            {
                done += read;
            }

            _ = stream.Read(new byte[1], 0, 1);
            Assert.Equal(content.Length, done);

            // What reads to the end without a word is what the pass saw.
            Assert.True(content.AsSpan().SequenceEqual(Disks[device.DeviceId].ToArray(content.Length)), $"device {device.DeviceId} reads differently");
        }
        catch (VmaException exception)
        {
            Assert.False(result.IsWhole, $"device {device.DeviceId} is whole, yet reading it failed: {exception.Message}");
            StreamErrors.Add(device.DeviceId, exception);
        }
    }

    private void ListExtents(VmaArchive archive)
    {
        try
        {
            foreach (VmaExtent extent in archive.ReadExtents())
            {
                Assert.Equal(ExtentCount++, extent.Index);
            }
        }
        catch (VmaException exception)
        {
            ExtentsError = exception;
        }
    }
}
