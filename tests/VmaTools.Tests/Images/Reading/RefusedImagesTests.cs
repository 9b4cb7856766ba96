using System;
using System.Buffers.Binary;
using System.IO;
using System.Linq;
using System.Text;
using Xunit;

namespace VmaTools.Tests.Images.Reading;

/// <summary>Images that hold less than a whole disk, or more than is understood: they are refused, and the reason is named.</summary>
public sealed class RefusedImagesTests
{
    private const int MiB = 1 << 20;
    private static readonly Scenario Small = Scenario.Mixed(3 * MiB, "ascending");

    [Theory]
    [InlineData("base.raw", "-b", "base.raw", "-F", "raw")]
    [InlineData("external data file", "-o", "data_file=data.raw")]
    public void What_QEMU_makes(string named, params string[] options)
    {
        Tool.QemuImg.SkipIfMissing();
        using TempFolder folder = new();
        File.WriteAllBytes(folder.File("base.raw"), new byte[MiB]);
        string image = folder.File("image");
        string[] placed = [.. options.Select(o => o.Replace("base.raw", folder.File("base.raw")).Replace("data.raw", folder.File("data.raw")))];
        Tool.QemuImg.Run(["create", "-f", "qcow2", .. placed, image, "1M"]);
        AssertRefused(() => VmaImage.Open(image), VmaCodes.ImageNotSupported, named);
    }

    [Fact]
    public void Internal_snapshots_are_told()
    {
        Tool.QemuImg.SkipIfMissing();
        using TempFolder folder = new();
        string image = folder.File("image");
        Tool.QemuImg.Run("create", "-f", "qcow2", image, "1M");
        Tool.QemuImg.Run("snapshot", "-c", "before", image);
        VmaFinding finding = Assert.Single(VmaImage.Open(image).Findings);
        Assert.Equal(VmaCodes.ImageSnapshotsLeftOut, finding.Code);
        Assert.Contains("1 internal snapshot", finding.Message, StringComparison.Ordinal);
    }

    /// <summary>A field of 8 or 4 bytes, as the format has it, that asks for something else.</summary>
    [Theory]
    [InlineData("qcow2", 4, 4u, VmaCodes.ImageNotSupported, "version 4")]
    [InlineData("qcow2", 76, 2u, VmaCodes.ImageNotSupported, "marked the image as corrupt")]
    [InlineData("qcow2", 76, 0x20u, VmaCodes.ImageNotSupported, "bits 5")]
    [InlineData("qcow2", 72, 0x80000000u, VmaCodes.ImageNotSupported, "bits 63")]
    [InlineData("qcow2", 20, 8u, VmaCodes.ImageDamaged, "2^8 bytes")]
    [InlineData("qcow2", 20, 22u, VmaCodes.ImageDamaged, "2^22 bytes")]
    [InlineData("qcow2", 36, 0u, VmaCodes.ImageDamaged, "0 entries")]
    [InlineData("qcow2", 24, 0x7FFFFFFFu, VmaCodes.ImageDamaged, "does not fit")]
    [InlineData("qcow2", 32, 1u, VmaCodes.ImageNotSupported, "encrypted (AES)")]
    [InlineData("qcow2", 32, 2u, VmaCodes.ImageNotSupported, "encrypted (LUKS)")]
    [InlineData("qcow2", 40, 0x00100000u, VmaCodes.ImageDamaged, "beyond the end")]
    [InlineData("qcow2", 44, 0x00010001u, VmaCodes.ImageDamaged, "within a cluster")]
    [InlineData("vhd", 60, 4u, VmaCodes.ImageNotSupported, "differencing")]
    [InlineData("vhd", 60, 5u, VmaCodes.ImageNotSupported, "kind 5")]
    [InlineData("vhd", 48, 0x00010000u, VmaCodes.ImageDamaged, "cannot be")]
    public void Big_endian_fields(string variant, int offset, uint value, string code, string named) =>
        AssertPatched(variant, image => BinaryPrimitives.WriteUInt32BigEndian(image.AsSpan(offset), value), code, named);

    [Fact]
    public void Clusters_that_are_too_small_to_be_divided() => AssertPatched(
        "qcow2",
        image => (image[23], image[79]) = (13, 0x10),
        VmaCodes.ImageDamaged,
        "cannot have subclusters");

    [Theory]
    [InlineData("vdi", 68, 0x00020001u, VmaCodes.ImageNotSupported, "version 2.1")]
    [InlineData("vdi", 76, 4u, VmaCodes.ImageNotSupported, "differencing")]
    [InlineData("vdi", 440, 1u, VmaCodes.ImageNotSupported, "differencing")]
    [InlineData("vdi", 76, 3u, VmaCodes.ImageNotSupported, "kind 3")]
    [InlineData("vdi", 376, 0u, VmaCodes.ImageDamaged, "cannot be")]
    [InlineData("vdi", 376, 3_000_000u, VmaCodes.ImageDamaged, "cannot be")]
    [InlineData("vdi", 384, 1u, VmaCodes.ImageDamaged, "cannot be")]
    [InlineData("vdi", 340, 0x7FFFFFFFu, VmaCodes.ImageDamaged, "beyond the end")]
    [InlineData("vmdk", 4, 4u, VmaCodes.ImageNotSupported, "version 4")]
    [InlineData("vmdk", 20, 0u, VmaCodes.ImageDamaged, "cannot be")]
    [InlineData("vmdk", 20, 3u, VmaCodes.ImageDamaged, "cannot be")]
    [InlineData("vmdk", 44, 0u, VmaCodes.ImageDamaged, "cannot be")]
    [InlineData("vmdk", 56, 0x00FFFFFFu, VmaCodes.ImageDamaged, "beyond the end")]
    [InlineData("vmdk", 73, 0x0A0A0A0Au, VmaCodes.ImageDamaged, "line ends")]
    [InlineData("vmdk-stream", 8, 0x00010001u, VmaCodes.ImageNotSupported, "compressed in a way")]
    [InlineData("vhdx", (64 << 10) + 66, 2u, VmaCodes.ImageNotSupported, "version 2")]
    public void Little_endian_fields(string variant, int offset, uint value, string code, string named) =>
        AssertPatched(variant, image => BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(offset), value), code, named);

    [Fact]
    public void A_differencing_VHDX()
    {
        byte[] image = VhdxForge.Make("vhdx", Small);
        byte[] parameters = new Guid("CAA16737-FA36-4D43-B3B6-33F0AA44E76B").ToByteArray();
        int entry = image.AsSpan().IndexOf(parameters);
        int item = entry / MiB * MiB + BitConverter.ToInt32(image, entry + 16);
        image[item + 4] |= 2;
        AssertRefused(() => VmaImage.Open(new MemoryStream(image)), VmaCodes.ImageNotSupported, "differencing");
    }

    /// <summary>Whoever is to merge a disk with its parent is told which one that is.</summary>
    [Theory]
    [InlineData("relative_path")]
    [InlineData("absolute_win32_path")]
    public void The_parent_of_a_VHDX_is_named(string key)
    {
        byte[] image = VhdxForge.Make("vhdx", Small);
        int parameters = image.AsSpan().IndexOf(new Guid("CAA16737-FA36-4D43-B3B6-33F0AA44E76B").ToByteArray());
        int region = parameters / MiB * MiB;
        image[region + BitConverter.ToInt32(image, parameters + 16) + 4] |= 2;

        // In the place of the entry for the id of the disk, and behind all other items.
        int entry = image.AsSpan().IndexOf(new Guid("BECA12AB-B2E6-4523-93EF-C309E000C746").ToByteArray());
        const int Offset = 96 << 10;
        byte[] locator = Locator(("parent_linkage", "{83ed0ec3-24c8-49a6-a959-5e4bd1288015}"), (key, "..\\vm\\parent of it.vhdx"));
        new Guid("A8D35F2D-B30B-454D-ABF7-D3D84834AB0C").ToByteArray().CopyTo(image, entry);
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(entry + 16), Offset);
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(entry + 20), locator.Length);
        locator.CopyTo(image, region + Offset);
        AssertRefused(() => VmaImage.Open(new MemoryStream(image)), VmaCodes.ImageNotSupported, "'..\\vm\\parent of it.vhdx'");

        // What leads out of the item names nothing.
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(entry + 20), 50);
        AssertRefused(() => VmaImage.Open(new MemoryStream(image)), VmaCodes.ImageNotSupported, "from its parent, which");
    }

    [Fact]
    public void The_parent_of_a_VHD_is_named()
    {
        byte[] image = VhdxForge.Make("vhd", Small);
        int header = (int)BinaryPrimitives.ReadInt64BigEndian(image.AsSpan(16));
        Encoding.BigEndianUnicode.GetBytes("base.vhd").CopyTo(image, header + 64);
        foreach (int footer in new[] { 0, image.Length - 512 })
        {
            image[footer + 63] = 4;
            VhdSum.Seal(image.AsSpan(footer, 512));
        }

        AssertRefused(() => VmaImage.Open(new MemoryStream(image)), VmaCodes.ImageNotSupported, "'base.vhd'");
    }

    [Fact]
    public void The_parent_of_a_VMDK_is_named()
    {
        Tool.QemuImg.SkipIfMissing();
        using TempFolder folder = new();
        Tool.QemuImg.Run("create", "-f", "vmdk", folder.File("base.vmdk"), "1M");
        Tool.QemuImg.Run("create", "-f", "vmdk", "-b", folder.File("base.vmdk"), "-F", "vmdk", folder.File("snapshot.vmdk"));
        AssertRefused(() => VmaImage.Open(folder.File("snapshot.vmdk")), VmaCodes.ImageNotSupported, "base.vmdk'");
    }

    [Fact]
    public void A_snapshot_of_VMware()
    {
        byte[] image = VhdxForge.Make("vmdk", Small);
        Replace(image, "parentCID=ffffffff", "parentCID=0123abcd");
        AssertRefused(() => VmaImage.Open(new MemoryStream(image)), VmaCodes.ImageNotSupported, "snapshot");
    }

    /// <summary>A descriptor never leads out of its folder, whatever it names.</summary>
    [Theory]
    [InlineData("RW 2048 FLAT \"../secret\" 0", "not in the folder")]
    [InlineData("RW 2048 FLAT \"/etc/passwd\" 0", "not in the folder")]
    [InlineData("RW 2048 FLAT \"sub\\secret\" 0", "not in the folder")]
    [InlineData("RW 2048 FLAT \"C:secret\" 0", "not in the folder")]
    [InlineData("RW 2048 FLAT \"..\" 0", "not in the folder")]
    [InlineData("RW 2048 FLAT \"\" 0", "not in the folder")]
#if !ENGINE_NETSTANDARD
    // .NET Framework has no way to tell links.
    [InlineData("RW 2048 FLAT \"link\" 0", "leads out")]
#endif
    [InlineData("RW 2048 VMFSSPARSE \"inside\"", "VMFSSPARSE")]
    [InlineData("RW 2048 SESPARSE \"inside\"", "SESPARSE")]
    [InlineData("NOACCESS 2048 FLAT \"inside\" 0", "NOACCESS")]
    [InlineData("RW 2048 FLAT \"missing\" 0", "not beside")]
    [InlineData("RW 4096 FLAT \"inside\" 0", "beyond the end")]
    [InlineData("RW 2048 FLAT \"inside\" 1", "beyond the end")]
    [InlineData("RW 2048 SPARSE \"inside\"", "does not begin as one")]
    [InlineData("RW 999999999999999999 ZERO", "more than a disk")]
    [InlineData("", "no extent")]
    public void A_descriptor_with_a_bad_extent(string line, string named)
    {
        using TempFolder folder = new();
        File.WriteAllBytes(folder.File("secret"), new byte[MiB]);
        string inner = Directory.CreateDirectory(folder.File("vm")).FullName;
        File.WriteAllBytes(Path.Combine(inner, "inside"), new byte[MiB]);
        if (line.Contains("\"link\"", StringComparison.Ordinal))
        {
            Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a privilege there.");
            File.CreateSymbolicLink(Path.Combine(inner, "link"), folder.File("secret"));
        }

        string descriptor = Path.Combine(inner, "disk.vmdk");
        File.WriteAllText(descriptor, $"# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\ncreateType=\"monolithicFlat\"\n\n{line}\n");
        VmaException exception = Assert.Throws<VmaException>(() => VmaImage.Open(descriptor));
        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
    }

    /// <summary>As several programs write it: blanks, line ends, order, extents of every kind that is read.</summary>
    [Fact]
    public void A_descriptor_in_the_spelling_of_others()
    {
        using TempFolder folder = new();
        byte[] data = new byte[MiB];
        Scenario.Fill(0, data);
        File.WriteAllBytes(folder.File("vm-flat.vmdk"), data);
        File.WriteAllText(
            folder.File("vm.vmdk"),
            "# Disk Descriptor File\r\nversion = 3\r\nparentCID=FFFFFFFF\r\ncreateType = \"vmfs\"\r\n\r\n"
                + "RW 2000 VMFS \"vm-flat.vmdk\"\r\nRDONLY 1000 ZERO\r\nRW 40 FLAT \"vm-flat.vmdk\" 2008\r\n\0\x01RW 1 ZERO\n");
        VmaImage image = VmaImage.Open(folder.File("vm.vmdk"));
        Assert.Equal((ImageFormat.Vmdk, "vmfs", 3040L * 512), (image.Format, image.Variant, image.Size));
        using Stream actual = image.OpenRead();
        ImageContents.AssertSame(
            new MemoryStream([.. data.AsSpan(0, 2000 * 512), .. new byte[1000 * 512], .. data.AsSpan(2008 * 512, 40 * 512)]), actual);
    }

    /// <summary>A guest may write a descriptor to its disk; that is no file with one.</summary>
    [Fact]
    public void A_raw_disk_that_begins_as_a_descriptor_is_raw()
    {
        byte[] disk = new byte[MiB];
        Encoding.ASCII.GetBytes("# Disk DescriptorFile\nRW 2048 FLAT \"other.raw\" 0\n").CopyTo(disk, 0);
        Assert.Equal(ImageFormat.Raw, VmaImage.Open(new MemoryStream(disk)).Format);
    }

    [Theory]
    [InlineData("qcow2")]
    [InlineData("vhdx")]
    [InlineData("vhd-fixed")]
    [InlineData("vmdk-stream")]
    [InlineData("vdi")]
    public void What_was_cut_is_told(string variant)
    {
        byte[] image = VhdxForge.Make(variant, Small);
        VmaException exception = Assert.Throws<VmaException>(() =>
        {
            VmaImage cut = VmaImage.Open(new MemoryStream(image.AsSpan(0, image.Length - (256 << 10)).ToArray()), Variant.Get(variant).Format);
            using Stream stream = cut.OpenRead();
            stream.CopyTo(Stream.Null);
        });
        Assert.Contains(exception.Code, new[] { VmaCodes.ImageDamaged, VmaCodes.ImageChecksumMismatch });
    }

    [Theory]
    [InlineData("COWD", "vmfsSparse")]
    [InlineData("QED\0", "QED")]
    [InlineData("WithoutFreeSpace", "Parallels")]
    public void Formats_that_are_not_read(string start, string named)
    {
        byte[] file = new byte[MiB];
        Encoding.ASCII.GetBytes(start).CopyTo(file, 0);
        AssertRefused(() => VmaImage.Open(new MemoryStream(file)), VmaCodes.ImageNotSupported, named);
        Assert.Equal(ImageFormat.Raw, VmaImage.Open(new MemoryStream(file), ImageFormat.Raw).Format);
    }

    private static void AssertPatched(string variant, Action<byte[]> patch, string code, string named)
    {
        byte[] image = VhdxForge.Make(variant, Small);
        patch(image);
        switch (variant)
        {
            case "vhd":
                VhdSum.Seal(image.AsSpan(0, 512));
                image.AsSpan(0, 512).CopyTo(image.AsSpan(image.Length - 512));
                break;
            case "vhdx":
                // The other one counts for less.
                VhdxForge.Seal(image.AsSpan(64 << 10, 4096));
                image.AsSpan(128 << 10, 4096).Clear();
                break;
            case "vmdk-stream":
                image.AsSpan(8, 4).CopyTo(image.AsSpan(image.Length - 1024 + 8));
                break;
        }

        AssertRefused(() => VmaImage.Open(new MemoryStream(image)), code, named);
    }

    /// <summary>Of a VHDX, with these keys and values.</summary>
    private static byte[] Locator(params (string Key, string Value)[] entries)
    {
        using MemoryStream texts = new();
        byte[] locator = new byte[20 + (12 * entries.Length)];
        locator[18] = (byte)entries.Length;
        for (int i = 0; i < entries.Length; i++)
        {
            Span<byte> entry = locator.AsSpan(20 + (12 * i), 12);
            byte[] key = Encoding.Unicode.GetBytes(entries[i].Key);
            byte[] value = Encoding.Unicode.GetBytes(entries[i].Value);
            BinaryPrimitives.WriteInt32LittleEndian(entry, locator.Length + (int)texts.Length);
            BinaryPrimitives.WriteInt32LittleEndian(entry.Slice(4), locator.Length + (int)texts.Length + key.Length);
            BinaryPrimitives.WriteInt16LittleEndian(entry.Slice(8), (short)key.Length);
            BinaryPrimitives.WriteInt16LittleEndian(entry.Slice(10), (short)value.Length);
            texts.Write(key);
            texts.Write(value);
        }

        return [.. locator, .. texts.ToArray()];
    }

    private static void AssertRefused(Func<VmaImage> open, string code, string named)
    {
        VmaException exception = Assert.Throws<VmaException>(open);
        Assert.Equal(code, exception.Code);
        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
    }

    private static void Replace(byte[] bytes, string old, string with) =>
        Encoding.ASCII.GetBytes(with).CopyTo(bytes, bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(old)));
}
