using System;
using System.IO;
using System.Linq;
using System.Xml.Linq;
using Xunit;

namespace VmaTools.Tests.Audits;

/// <summary>Measures add up, and the pictures show them.</summary>
public class MeasureTests
{
    private const int Cluster = 65536;

    public static TheoryData<string> Names => [.. Corpus.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Measures_are_those_of_a_pass(string name)
    {
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf(name));
        VmaPassResult pass = archive.ReadForward([]);
        foreach (Func<VmaArchive> open in new Func<VmaArchive>[]
        {
            () => VmaArchive.Open(Corpus.PathOf(name)),
            () => VmaArchive.Open(TricklingStream.AsPipe(new MemoryStream(Corpus.Bytes(name)))),
        })
        {
            using VmaArchive measured = open();
            Assert.Equal(
                pass.Devices.Select(static d => (d.Device.DeviceId, d.Length, d.StoredBytes, d.ZeroBytes, d.MissingBytes)),
                VmaDeviceMeasure.Run(measured).Select(static m => (m.DeviceId, m.Size, m.StoredBytes, m.ZeroBytes, m.MissingBytes)));
        }

        foreach (VmaDeviceMeasure measure in VmaDeviceMeasure.Run(archive))
        {
            Assert.Equal(measure.Size, measure.Cells.Sum(static c => c.Size));
            Assert.Equal(measure.MissingBytes, measure.Cells.Sum(static c => c.MissingBytes));
            Assert.InRange(measure.Cells.Count, 1, 1024);
            long at = 0;
            foreach (VmaDeviceRange range in measure.Ranges())
            {
                Assert.Equal(at, range.Offset);
                at += range.Size;
            }

            Assert.Equal(measure.Size, at);
            Assert.Equal(measure.Ranges().Count(), measure.StoredRanges + measure.ZeroRanges + measure.MissingRanges);
        }
    }

    [Fact]
    public void The_map_shows_what_is_where()
    {
        ArchiveForge forge = new ArchiveForge().Device(1, "a<b>&", (6 * Cluster) + 4096)
            .Extent(static e => e.Cluster(1, 5).Cluster(1, 0).Zero(1, 1).Cluster(1, 2, 1).Cluster(1, 3, 0x00ff).Cluster(1, 6, 1));
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(forge.Build()));
        VmaDeviceMeasure measure = VmaDeviceMeasure.Run(archive).Single();
        Assert.Equal("\u2588\u00b7\u2591\u2593\u00d7\u2588\u2588", measure.Map);
        Assert.Equal(
            [
                (VmaRangeState.Stored, 0L, 1L * Cluster),
                (VmaRangeState.Zero, Cluster, Cluster),
                (VmaRangeState.Stored, 2 * Cluster, 2 * Cluster),
                (VmaRangeState.Missing, 4 * Cluster, Cluster),
                (VmaRangeState.Stored, 5 * Cluster, Cluster + 4096),
            ],
            measure.Ranges().Select(static r => (r.State, r.Offset, r.Size)));
        Assert.Equal((3, 1, 1), (measure.StoredRanges, measure.ZeroRanges, measure.MissingRanges));

        XDocument svg = XDocument.Parse(VmaDeviceMeasure.ToSvg([measure]));
        XNamespace ns = "http://www.w3.org/2000/svg";
        XElement[] cells = [.. svg.Descendants(ns + "rect").Skip(1)];
        Assert.Equal(7, cells.Length);
        Assert.Equal("#d62728", cells[4].Attribute("fill")!.Value);
        Assert.Equal("#eeeeee", cells[1].Attribute("fill")!.Value);
        Assert.Contains("a<b>&", svg.Descendants(ns + "text").Single().Value, StringComparison.Ordinal);
    }
}
