using System;
using System.Buffers.Binary;
using System.IO;
using System.Text;

namespace VmaTools.Tests.GuestFiles;

/// <summary>Archives of guests with a BSD: a root and a /var on UFS that makefs filled, on one disk.</summary>
internal static class BsdGuest
{
    private const int Sector = 512;
    private const int SuperblockAt = 8192;
    private const int RootAt = 4096 * Sector;
    private const int VarAt = 20480 * Sector;
    private const int DiskSize = 32768 * Sector;
    private const int SliceAt = 63 * Sector;

    private static readonly Tool Makefs = new("makefs");

    /// <summary>
    /// Makes a file system of a folder. Its label is put in by hand, as makefs knows none, and an identity that begins as the label does:
    /// two that makefs makes in one second have the same.
    /// </summary>
    public static string Format(string folder, string size, string label)
    {
        string image = folder + ".raw";
        Makefs.Run("-B", "le", "-t", "ffs", "-o", "version=2", "-s", size, image, folder);
        using FileStream file = new(image, FileMode.Open, FileAccess.Write);
        file.Position = SuperblockAt + 680;
        file.Write(Encoding.ASCII.GetBytes(label));
        file.Position = SuperblockAt + 144;
        file.Write(Encoding.ASCII.GetBytes(label), 0, 4);
        return image;
    }

    /// <summary>Makes an archive.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="fstab">The guest's table; <c>{id}</c> is the identity of /var.</param>
    /// <param name="hasGpt">Whether the disk has a GPT, or an MBR with a disklabel.</param>
    public static string Make(TempFolder folder, string fstab, bool hasGpt)
    {
        string var = Directory.CreateDirectory(folder.File("var")).FullName;
        Directory.CreateDirectory(Path.Combine(var, "log"));
        File.WriteAllText(Path.Combine(var, "log", "messages"), "hello\n");
        byte[] varBytes = File.ReadAllBytes(Format(var, "4m", "varfs"));
        string id = $"{BinaryPrimitives.ReadUInt32LittleEndian(varBytes.AsSpan(SuperblockAt + 144)):x8}{BinaryPrimitives.ReadUInt32LittleEndian(varBytes.AsSpan(SuperblockAt + 148)):x8}";
        string root = Directory.CreateDirectory(folder.File("root")).FullName;
        Directory.CreateDirectory(Path.Combine(root, "etc"));
        Directory.CreateDirectory(Path.Combine(root, "var"));
        File.WriteAllText(Path.Combine(root, "etc", "passwd"), "root:*:0:0:Charlie &:/root:/bin/csh\n");
        File.WriteAllText(Path.Combine(root, "etc", "fstab"), "# Device Mountpoint FStype Options Dump Pass#\n" + fstab.Replace("{id}", id, StringComparison.Ordinal));
        byte[] disk = new byte[DiskSize];
        if (hasGpt)
        {
            string path = folder.File("gpt.raw");
            File.WriteAllBytes(path, disk);
            const string Ufs = "type=516E7CB6-6ECF-11D6-8FF8-00022D09712B";
            new Tool("sfdisk").Filter(
                Encoding.ASCII.GetBytes(
                    "label: gpt\nstart=2048, size=1024, type=83BD6B9D-7F41-11DC-BE0B-001560B84F0F, name=gptboot0\n"
                    + $"start={RootAt / Sector}, size=16384, {Ufs}, name=rootfs\nstart={VarAt / Sector}, size=8192, {Ufs}, name=var\n"
                    + "start=28672, size=2048, type=516E7CB5-6ECF-11D6-8FF8-00022D09712B, name=swap0\n"),
                "-q",
                path);
            disk = File.ReadAllBytes(path);
        }
        else
        {
            WriteLabel(disk);
        }

        File.ReadAllBytes(Format(root, "8m", "rootfs")).CopyTo(disk, RootAt);
        varBytes.CopyTo(disk, VarAt);
        File.WriteAllBytes(folder.File("disk.raw"), disk);
        string archive = folder.File("guest.vma");
        using VmaCreation creation = new();
        creation.AddFile("drive-scsi0", folder.File("disk.raw"));
        creation.Run(archive);
        return archive;
    }

    /// <summary>One partition of FreeBSD, with slices a (root), b (swap), c (all of it) and d.</summary>
    private static void WriteLabel(byte[] disk)
    {
        (disk[446], disk[446 + 4], disk[510], disk[511]) = (0x80, 0xA5, 0x55, 0xAA);
        BinaryPrimitives.WriteInt32LittleEndian(disk.AsSpan(446 + 8), SliceAt / Sector);
        BinaryPrimitives.WriteInt32LittleEndian(disk.AsSpan(446 + 12), (DiskSize - SliceAt) / Sector);
        Span<byte> label = disk.AsSpan(SliceAt + Sector, Sector);
        BinaryPrimitives.WriteUInt32LittleEndian(label, 0x82564557);
        BinaryPrimitives.WriteInt32LittleEndian(label[40..], Sector);
        BinaryPrimitives.WriteUInt32LittleEndian(label[132..], 0x82564557);
        BinaryPrimitives.WriteInt16LittleEndian(label[138..], 8);
        (int At, int Length, byte Type)[] slices = [(RootAt, 16384, 7), (28672 * Sector, 2048, 1), (SliceAt, (DiskSize - SliceAt) / Sector, 0), (VarAt, 8192, 7)];
        for (int i = 0; i < slices.Length; i++)
        {
            Span<byte> slice = label[(148 + (i * 16))..];
            BinaryPrimitives.WriteInt32LittleEndian(slice, slices[i].Length);
            BinaryPrimitives.WriteInt32LittleEndian(slice[4..], (slices[i].At - SliceAt) / Sector);
            slice[12] = slices[i].Type;
        }

        ushort sum = 0;
        for (int at = 0; at < 148 + (8 * 16); at += 2)
        {
            sum ^= BinaryPrimitives.ReadUInt16LittleEndian(label[at..]);
        }

        BinaryPrimitives.WriteUInt16LittleEndian(label[136..], sum);
    }
}
