using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace VmaTools.Tests.Archives;

/// <summary>The cases.</summary>
public partial class BadInputTests
{
    // Where the blobs of the sound archive are, counted from the start of the archive.
    private const int FirstBlob = 12288 + 1;
    private const int FirstDeviceName = FirstBlob + 2 + 17 + 2 + 9;
    private const int SecondDeviceName = FirstDeviceName + 2 + 12;

    private static int NamePointerAt(int device) => 4096 + (32 * device);

    private static int SizeAt(int device) => NamePointerAt(device) + 8;

    private static IEnumerable<BadCase> MakeCases() =>
    [
        // What is no archive.
        Fails("not an archive", static _ => Bytes("#!/bin/sh\necho this is not an archive\n"), VmaCodes.NotAnArchive, 0),
        Fails("noise", static _ => Splice.Noise(100_000), VmaCodes.NotAnArchive, 0),
        Fails("zeros", static _ => new byte[100_000], VmaCodes.NotAnArchive, 0),
        Fails("empty", static _ => [], VmaCodes.EmptyFile, 0),
        Fails("one byte", static _ => Bytes("V"), VmaCodes.HeaderTruncated, 1),
        Fails("only the magic", static _ => Bytes("VMA\0"), VmaCodes.HeaderTruncated, 4),
        Fails("shorter than a header", static f => Splice.Cut(f.Build(), 12287), VmaCodes.HeaderTruncated, 12287),
        Fails("cut in the blob buffer", static f => Splice.Cut(f.Build(), 12300), VmaCodes.HeaderTruncated, 12300),

        // The header's own fields.
        Fails("header_size 0", static f => f.HeaderU32(56, 0), VmaCodes.HeaderSizeInvalid, 56),
        Fails("header_size 512", static f => f.HeaderU32(56, 512), VmaCodes.HeaderSizeInvalid, 56),
        Fails("header_size 2 GiB", static f => f.HeaderU32(56, 1u << 31), VmaCodes.HeaderSizeInvalid, 56),
        Fails("header_size nearly 4 GiB", static f => f.HeaderU32(56, 0xffff_fe00), VmaCodes.HeaderSizeInvalid, 56),
        Fails("header_size 4 GiB - 1", static f => f.HeaderU32(56, uint.MaxValue), VmaCodes.HeaderSizeInvalid, 56),
        new("header_size larger than the file", Sound, static f => Changed(f, static g => g.HeaderU32(56, 20 << 20)))
        {
            OpenCode = VmaCodes.HeaderTruncated,
            OpenOffset = Sound().Build().Length,
        },
        Fails("header MD5 wrong", static f => f.SpoilHeaderMd5(), VmaCodes.HeaderChecksumMismatch, 32),
        Fails("header_size one block too small", static f => f.HeaderU32(56, 12288), VmaCodes.HeaderChecksumMismatch, 32),
        Fails("version 0", static f => f.HeaderU32(4, 0), VmaCodes.VersionNotSupported, 4),
        Fails("version 2", static f => f.HeaderU32(4, 2), VmaCodes.VersionNotSupported, 4),
        Fails("version 2^32 - 1", static f => f.HeaderU32(4, uint.MaxValue), VmaCodes.VersionNotSupported, 4),
        Fails("blob buffer at 0", static f => f.HeaderU32(48, 0), VmaCodes.BlobBufferInvalid, 48),
        Fails("blob buffer within the fixed header", static f => f.HeaderU32(48, 12287), VmaCodes.BlobBufferInvalid, 48),
        Fails("blob buffer beyond the header", static f => f.HeaderU32(48, 1 << 20), VmaCodes.BlobBufferInvalid, 48),
        Fails("blob buffer huge", static f => f.HeaderU32(52, 0x7fff_ffff), VmaCodes.BlobBufferInvalid, 48),
        Fails("blob buffer wraps 32 bits", static f => f.HeaderU32(52, 0xffff_ffff - 12287), VmaCodes.BlobBufferInvalid, 48),
        Fails("blob buffer offset and size wrap", static f => f.HeaderU32(48, 0xffff_f000).HeaderU32(52, 0x1001), VmaCodes.BlobBufferInvalid, 48),

        // Pointers and lengths of blobs.
        Finds("blob buffer empty", static f => f.HeaderU32(52, 0), [1, 2],
            (VmaCodes.BlobOutOfRange, Error, 2044, null),
            (VmaCodes.BlobOutOfRange, Error, NamePointerAt(1), 1),
            (VmaCodes.BlobOutOfRange, Error, NamePointerAt(2), 2)),
        Finds("device name pointer outside", static f => f.HeaderU32(NamePointerAt(2), 5000), [1, 2],
            (VmaCodes.BlobOutOfRange, Error, NamePointerAt(2), 2)),
        Finds("device name pointer at the buffer's last byte", static f => f.Header(static h =>
            BinaryPrimitives.WriteUInt32BigEndian(h.AsSpan(NamePointerAt(2)), BinaryPrimitives.ReadUInt32BigEndian(h.AsSpan(52)) - 1)), [1, 2],
            (VmaCodes.BlobOutOfRange, Error, NamePointerAt(2), 2)),
        Finds("device name pointer 2^32 - 1", static f => f.HeaderU32(NamePointerAt(2), uint.MaxValue), [1, 2],
            (VmaCodes.BlobOutOfRange, Error, NamePointerAt(2), 2)),
        Finds("config name pointer outside", static f => f.HeaderU32(2044, 70_000), [1, 2], (VmaCodes.BlobOutOfRange, Error, 2044, null)),
        Finds("config data pointer outside", static f => f.HeaderU32(3068, 70_000), [1, 2], (VmaCodes.BlobOutOfRange, Error, 3068, null)),
        Finds("config without data", static f => f.HeaderU32(3068, 0), [1, 2], (VmaCodes.ConfigIncomplete, Warning, 3068, null)),
        Finds("config without name", static f => f.HeaderU32(2044, 0), [1, 2], (VmaCodes.ConfigIncomplete, Warning, 2044, null)),
        Finds("device name pointer between blobs: at the pad byte", static f => f.HeaderU32(NamePointerAt(2), 0x0), [1],
            (VmaCodes.DeviceUnknown, Error, Extent(0), null),
            (VmaCodes.DeviceUnknown, Error, Extent(2), null),
            (VmaCodes.DeviceUnknown, Error, Extent(2), null),
            (VmaCodes.DeviceUnknown, Error, Extent(3), null)),
        Finds("device name pointer inside a blob that makes it too long", static f => f.HeaderU32(NamePointerAt(2), 3), [1, 2],
            (VmaCodes.BlobOutOfRange, Error, NamePointerAt(2), 2)),
        Finds("blob length that lies: beyond the buffer", static f => f.Header(static h => h[SecondDeviceName + 1] = 0xff), [1, 2],
            (VmaCodes.BlobOutOfRange, Error, NamePointerAt(2), 2)),
        Finds("blob length that lies: too short", static f => f.Header(static h => h[SecondDeviceName] = 5), [1, 2],
            (VmaCodes.NameNotTerminated, Error, SecondDeviceName, 2)),
        Finds("blob length that lies: into the next blob", static f => f.Header(static h => h[FirstDeviceName] = 20), [1, 2],
            (VmaCodes.NameMalformed, Warning, FirstDeviceName, 1)),

        // Names.
        Finds("name empty", static f => f.Device(2, Name(""), Size2), [1, 2], (VmaCodes.NameMalformed, Warning, SecondDeviceName, 2)),
        Finds("name without a byte", static f => f.Device(2, [], Size2), [1, 2],
            (VmaCodes.NameNotTerminated, Error, SecondDeviceName, 2), (VmaCodes.NameMalformed, Warning, SecondDeviceName, 2)),
        Finds("name unterminated", static f => f.Device(2, Bytes("drive-scsi1"), Size2), [1, 2], (VmaCodes.NameNotTerminated, Error, SecondDeviceName, 2)),
        Finds("name with NUL", static f => f.Device(2, Name("drive\0scsi1"), Size2), [1, 2], (VmaCodes.NameMalformed, Warning, SecondDeviceName, 2)),
        .. UnsafeNames(),
        Finds("name invalid UTF-8", static f => f.Device(2, [0x64, 0xff, 0xfe, 0x80, 0], Size2), [1, 2], (VmaCodes.NameMalformed, Warning, SecondDeviceName, 2)),
        Finds("name twice", static f => f.Device(2, Name("drive-scsi0"), Size2), [1, 2], (VmaCodes.NameDuplicate, Error, null, 2)),
        Finds("name twice but for case", static f => f.Device(2, Name("Drive-SCSI0"), Size2), [1, 2], (VmaCodes.NameCaseCollision, Warning, null, 2)),
        Finds("config named like a disk file", static f => f.Config("disk-drive-scsi0.raw", "x"), [1, 2]),
        Finds("config named ../../x", static f => f.Config("../../x", "x"), [1, 2], (VmaCodes.NameUnsafe, Warning, SecondConfig, null)),
        Finds("config named absolute", static f => f.Config("/etc/passwd", "x"), [1, 2], (VmaCodes.NameUnsafe, Warning, SecondConfig, null)),
        Finds("config named with a drive letter", static f => f.Config("C:\\x", "x"), [1, 2], (VmaCodes.NameUnsafe, Warning, SecondConfig, null)),
        Finds("config twice", static f => f.Config("qemu-server.conf", "x"), [1, 2], (VmaCodes.NameDuplicate, Error, null, null)),
        Finds("config twice but for case", static f => f.Config("QEMU-server.conf", "x"), [1, 2], (VmaCodes.NameCaseCollision, Warning, null, null)),

        // Sizes of devices.
        Finds("device size 0", static f => f.Device(2, "drive-scsi1", 0), [1],
            (VmaCodes.DeviceSizeZero, Warning, SizeAt(2), 2),
            (VmaCodes.DeviceUnknown, Error, Extent(0), null),
            (VmaCodes.DeviceUnknown, Error, Extent(2), null),
            (VmaCodes.DeviceUnknown, Error, Extent(2), null),
            (VmaCodes.DeviceUnknown, Error, Extent(3), null)),
        Finds("device size 2^62", static f => f.Device(2, "drive-scsi1", 1L << 62), [1], (VmaCodes.DeviceSizeInvalid, Error, SizeAt(2), 2)),
        Finds("device size negative", static f => f.Device(2, "drive-scsi1", -512), [1],
            (VmaCodes.DeviceSizeInvalid, Error, SizeAt(2), 2),
            (VmaCodes.ClusterOutOfRange, Error, Extent(0), 2),
            (VmaCodes.ClusterOutOfRange, Error, Extent(2), 2),
            (VmaCodes.ClusterOutOfRange, Error, Extent(2), 2),
            (VmaCodes.ClusterOutOfRange, Error, Extent(3), 2)),
        Finds("device size 2^63", static f => f.Device(2, "drive-scsi1", long.MinValue), [1],
            (VmaCodes.DeviceSizeInvalid, Error, SizeAt(2), 2),
            (VmaCodes.ClusterOutOfRange, Error, Extent(0), 2),
            (VmaCodes.ClusterOutOfRange, Error, Extent(2), 2),
            (VmaCodes.ClusterOutOfRange, Error, Extent(2), 2),
            (VmaCodes.ClusterOutOfRange, Error, Extent(3), 2)),
        Finds("device size beyond cluster numbers by one", static f => f.Device(2, "drive-scsi1", (1L << 48) + 1), [1],
            (VmaCodes.DeviceSizeInvalid, Error, SizeAt(2), 2)),
        Finds("device size as large as can be", static f => f.Device(2, "drive-scsi1", 1L << 48), [1], (VmaCodes.ClusterMissing, Error, null, 2)),
        Finds("device size not a multiple of 512", static f => f.Device(2, "drive-scsi1", (long)Size2 - 1), [1, 2],
            (VmaCodes.DeviceSizeUnaligned, Warning, SizeAt(2), 2)),
        Finds("device number 255", static f => f.Device(255, "drive-scsi9", 65536), [1, 2], (VmaCodes.DeviceIdReserved, Warning, NamePointerAt(255), null)),
        Finds("device number 0", static f => f.Device(0, "drive-scsi9", 65536), [1, 2], (VmaCodes.DeviceIdReserved, Warning, NamePointerAt(0), null)),

        // Headers of extents. The lost extent holds device 1 only, so device 2 is whole.
        Finds("extent MD5 wrong", static f => f.Extents[1].SpoilMd5(), [2],
            (VmaCodes.ExtentChecksumMismatch, Error, Extent(1), null), (VmaCodes.ClusterMissing, Error, null, 1)),
        Finds("extent uuid wrong", static f => f.Extents[1].Uuid[3] ^= 1, [2],
            (VmaCodes.ExtentUuidMismatch, Error, Extent(1), null), (VmaCodes.ClusterMissing, Error, null, 1)),
        Finds("extent magic wrong", static f => f.Extents[1].Header(static h => h[0] = (byte)'X'), [2],
            (VmaCodes.ExtentMagicMismatch, Error, Extent(1), null), (VmaCodes.ClusterMissing, Error, null, 1)),
        Finds("extent header zeroed: the data before may be displaced", static f => f.Extents[1].Header(static h => Array.Clear(h)), [],
            (VmaCodes.ExtentMagicMismatch, Error, Extent(1), null),
            (VmaCodes.ExtentDataDisplaced, Error, Extent(0), null),
            (VmaCodes.ClusterMissing, Error, null, 1)),
        Finds("extent reserved not zero", static f => f.Extents[1].Header(static h => h[5] = 1), [2], (VmaCodes.ExtentReservedNotZero, Error, Extent(1), null)),
        Finds("every extent damaged", static f => f.Extents.ForEach(static e => e.SpoilMd5()), [],
            (VmaCodes.ExtentChecksumMismatch, Error, Extent(0), null),
            (VmaCodes.ClusterMissing, Error, null, 1),
            (VmaCodes.ClusterMissing, Error, null, 2)),

        // Block counts. What the extent holds cannot be trusted; the others are found all the same.
        Finds("block_count one more", static f => f.Extents[1].BlockCountError = 1, [2], (VmaCodes.ExtentBlockCountMismatch, Error, Extent(1), null)),
        Finds("block_count one less", static f => f.Extents[1].BlockCountError = -1, [2],
            (VmaCodes.ExtentBlockCountMismatch, Error, Extent(1), null), (VmaCodes.ClusterMissing, Error, null, 1)),
        Finds("block_count 65535", static f => f.Extents[1].BlockCount = 65535, [2], (VmaCodes.ExtentBlockCountMismatch, Error, Extent(1), null)),
        Finds("block_count 0", static f => f.Extents[1].BlockCount = 0, [2], (VmaCodes.ExtentBlockCountMismatch, Error, Extent(1), null),
            (VmaCodes.ClusterMissing, Error, null, 1)),
        Finds("block that no mask explains", static f => f.Extents[1].Slot(0, new byte[4096]), [2], (VmaCodes.ExtentBlockCountMismatch, Error, Extent(1), null)),
        Finds("masks in an empty slot", static f => f.Extents[1].Slot(0xffffUL << 48, new byte[65536]), [2],
            (VmaCodes.ExtentBlockCountMismatch, Error, Extent(1), null)),

        // Devices and clusters that extents name.
        Finds("dev_id unknown", static f => f.Extents[1].Cluster(7, 0), [1, 2], (VmaCodes.DeviceUnknown, Error, Extent(1), null)),
        Finds("dev_id 255", static f => f.Extents[1].Cluster(255, 0), [1, 2], (VmaCodes.DeviceUnknown, Error, Extent(1), null)),
        Finds("cluster just beyond", static f => f.Extents[1].Cluster(1, 5), [2], (VmaCodes.ClusterOutOfRange, Error, Extent(1), 1)),
        Finds("cluster just beyond with an empty mask", static f => f.Extents[1].Zero(1, 5), [2], (VmaCodes.ClusterOutOfRange, Error, Extent(1), 1)),
        Finds("cluster far beyond", static f => f.Extents[1].Cluster(1, uint.MaxValue), [2], (VmaCodes.ClusterOutOfRange, Error, Extent(1), 1)),
        Finds("cluster far beyond with an empty mask", static f => f.Extents[1].Zero(1, uint.MaxValue), [2], (VmaCodes.ClusterOutOfRange, Error, Extent(1), 1)),
        Finds("block beyond the device's end", static f => f.Extents[3] = new ExtentForge(f.Uuid).Zero(1, 3).Cluster(1, 4, 3).Cluster(2, 3, 0x000f), [1],
            (VmaCodes.BlockOutOfRange, Error, Extent(3), 2)),
        Finds("cluster twice", static f => f.Extents[3].Cluster(1, 1), [2], (VmaCodes.ClusterDuplicate, Error, Extent(3), 1)),
        Finds("cluster twice with an empty mask", static f => f.Extents[3].Zero(1, 1), [2], (VmaCodes.ClusterDuplicate, Error, Extent(3), 1)),
        Finds("zero cluster twice", static f => f.Extents[3].Zero(2, 0), [1], (VmaCodes.ClusterDuplicate, Error, Extent(3), 2)),
        Finds("cluster twice within an extent", static f => f.Extents[2].Cluster(2, 2), [1], (VmaCodes.ClusterDuplicate, Error, Extent(2), 2)),

        // Pieces that are missing.
        Finds("extent removed", static f => f.Extents.RemoveAt(1), [2], (VmaCodes.ClusterMissing, Error, null, 1)),
        Finds("first extent removed", static f => f.Extents.RemoveAt(0), [], (VmaCodes.ClusterMissing, Error, null, 1), (VmaCodes.ClusterMissing, Error, null, 2)),
        Finds("cut at an extent's start", static f => Splice.Cut(f.Build(), f.OffsetOf(3)), [],
            (VmaCodes.ClusterMissing, Error, null, 1), (VmaCodes.ClusterMissing, Error, null, 2)),
        Finds("cut in an extent header", static f => Splice.Cut(f.Build(), f.OffsetOf(3) + 100), [],
            (VmaCodes.ExtentTruncated, Error, Extent(3), null), (VmaCodes.ClusterMissing, Error, null, 1), (VmaCodes.ClusterMissing, Error, null, 2)),
        Finds("cut two bytes into an extent header", static f => Splice.Cut(f.Build(), f.OffsetOf(3) + 2), [],
            (VmaCodes.ExtentTruncated, Error, Extent(3), null), (VmaCodes.ClusterMissing, Error, null, 1), (VmaCodes.ClusterMissing, Error, null, 2)),
        Finds("cut behind an extent header", static f => Splice.Cut(f.Build(), f.OffsetOf(3) + 512), [],
            (VmaCodes.ExtentTruncated, Error, Extent(3, 512), null), (VmaCodes.ClusterMissing, Error, null, 1), (VmaCodes.ClusterMissing, Error, null, 2)),
        Finds("cut in data", static f => Splice.Cut(f.Build(), f.OffsetOf(3) + 512 + 8192 + 7), [1],
            (VmaCodes.ExtentTruncated, Error, Extent(3, 512 + 8192 + 7), null), (VmaCodes.ClusterMissing, Error, null, 2)),
        Finds("header only", static f => Splice.Cut(f.Build(), f.HeaderSize), [],
            (VmaCodes.ClusterMissing, Error, null, 1), (VmaCodes.ClusterMissing, Error, null, 2)),

        // What follows the last extent.
        Finds("one trailing byte", static f => Splice.Insert(f.Build(), f.OffsetOf(4), [7]), [1, 2], (VmaCodes.TrailingData, Error, Extent(4), null)),
        Finds("trailing bytes", static f => Splice.Insert(f.Build(), f.OffsetOf(4), Splice.Noise(5000)), [1, 2], (VmaCodes.TrailingData, Error, Extent(4), null)),
        Finds("trailing zeros", static f => Splice.Insert(f.Build(), f.OffsetOf(4), new byte[3 << 20]), [1, 2], (VmaCodes.TrailingData, Error, Extent(4), null)),
        Finds("trailing bytes behind a header alone", static f => [.. Splice.Cut(f.Build(), f.HeaderSize), .. Splice.Noise(5000)], [],
            (VmaCodes.TrailingData, Error, Extent(0), null), (VmaCodes.ClusterMissing, Error, null, 1), (VmaCodes.ClusterMissing, Error, null, 2)),

        // Data that is not where it should be: what it belongs to is not whole.
        Finds("bytes removed from the data", static f => Splice.Remove(f.Build(), f.OffsetOf(1) + 600, 100), [2],
            (VmaCodes.ExtentMagicMismatch, Error, Extent(2), null), (VmaCodes.ExtentDataDisplaced, Error, Extent(1), null)),
        Finds("a block removed from the data", static f => Splice.Remove(f.Build(), f.OffsetOf(1) + 512, 4096), [2],
            (VmaCodes.ExtentMagicMismatch, Error, Extent(2), null), (VmaCodes.ExtentDataDisplaced, Error, Extent(1), null)),
        Finds("bytes inserted in the data", static f => Splice.Insert(f.Build(), f.OffsetOf(1) + 600, Splice.Noise(100)), [2],
            (VmaCodes.ExtentMagicMismatch, Error, Extent(2), null), (VmaCodes.ExtentDataDisplaced, Error, Extent(1), null)),
        Finds("a block inserted in the data", static f => Splice.Insert(f.Build(), f.OffsetOf(1) + 512, new byte[4096]), [2],
            (VmaCodes.ExtentMagicMismatch, Error, Extent(2), null), (VmaCodes.ExtentDataDisplaced, Error, Extent(1), null)),
        Finds("as many bytes removed before the last extent as it has", static f => RemoveBeforeLast(f, 512 + (5 * 4096)), [1],
            (VmaCodes.ExtentDataDisplaced, Error, Extent(2), null)),
        Finds("fewer bytes removed before the last extent than it has", static f => RemoveBeforeLast(f, 512 + (5 * 4096) - 100), [1],
            (VmaCodes.ExtentDataDisplaced, Error, Extent(2), null)),
        Finds("more bytes removed before the last extent than it has", static f => RemoveBeforeLast(f, 512 + (5 * 4096) + 100), [1],
            (VmaCodes.ExtentTruncated, Error, Extent(3, -100), null),
            (VmaCodes.ExtentDataDisplaced, Error, Extent(2), null),
            (VmaCodes.ClusterMissing, Error, null, 2)),

        // The guest's memory.
        Finds("vmstate out of order", static f => Vmstate(f, static e => e.Cluster(3, 1).Cluster(3, 0)), [1, 2],
            (VmaCodes.VmstateOutOfOrder, Error, Extent(4), 3), (VmaCodes.VmstateOutOfOrder, Error, Extent(4), 3)),
        Finds("vmstate with a gap", static f => Vmstate(f, static e => e.Cluster(3, 0).Cluster(3, 2)), [1, 2], (VmaCodes.VmstateOutOfOrder, Error, Extent(4), 3)),
        Finds("vmstate of negative size", static f =>
        {
            f.Device(3, "vmstate", -1);
            f.Extent(static e => e.Cluster(3, 0));
        }, [1, 2], (VmaCodes.DeviceSizeInvalid, Error, SizeAt(3), 3)),
        Finds("vmstate cluster twice", static f => Vmstate(f, static e => e.Cluster(3, 0).Cluster(3, 0)), [1, 2],
            (VmaCodes.VmstateOutOfOrder, Error, Extent(4), 3), (VmaCodes.ClusterDuplicate, Error, Extent(4), 3)),
        Finds("vmstate may be lost with an extent", static f =>
        {
            Vmstate(f, static e => e.Cluster(3, 0));
            f.Extents[1].SpoilMd5();
        }, [2],
            (VmaCodes.ExtentChecksumMismatch, Error, Extent(1), null),
            (VmaCodes.ClusterMissing, Error, null, 1),
            (VmaCodes.ClusterMissing, Error, null, 3)),
    ];

    private const ulong Size2 = (3 * 65536) + (2 * 4096) + 512;
    private const int SecondConfig = FirstBlob + 2 + 17 + 2 + 9;

    private static IEnumerable<BadCase> UnsafeNames()
    {
        string[] names =
        [
            "..", ".", "a/b", "../../evil", "/etc/passwd", "a\\b", "..\\evil", "C:", "C:\\evil", "c:evil", "drive:stream", "CON", "nul.raw",
            "COM1", "lpt\u00b9", "bell\u0007", "tab\t", "new\nline", "\u001b[31mred", "\u202eright to left", "trailing ", "trailing.", "a*b", "a?b",
            new string('n', 5000),
        ];
        foreach (string name in names)
        {
            string title = $"name {(name.Length > 100 ? "of 5,000 characters" : Uri.EscapeDataString(name))}";
            yield return Finds(title, f => f.Device(2, Name(name), Size2), [1, 2], (VmaCodes.NameUnsafe, Warning, SecondDeviceName, 2));
        }
    }

    private static void Vmstate(ArchiveForge forge, Action<ExtentForge> fill) => forge.Device(3, "vmstate", 3 * 65536).Extent(fill);

    private static byte[] RemoveBeforeLast(ArchiveForge forge, int count) => Splice.Remove(forge.Build(), forge.OffsetOf(2) + 512 + 4096, count);
}
