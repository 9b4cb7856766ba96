using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Xunit;

namespace VmaTools.Testing;

/// <summary>
/// The disk of a small Linux that starts: a boot partition (FAT, SYSLINUX, Debian's kernel, an initramfs of busybox) and a root (ext4). It
/// writes one line on its serial port and powers itself off. By UEFI the firmware's shell starts the kernel itself. All of it is made by tools
/// of others.
/// </summary>
public static class BootableGuest
{
    private const int MiB = 1 << 20;
    private const int BootMiB = 40;
    private const int RootMiB = 24;

    /// <summary>The UUID of the boot partition's file system, as <c>blkid</c> writes it.</summary>
    public const string BootUuid = "CAFE-2026";

    private static readonly Tool[] Tools = [.. new[] { "busybox", "cpio", "mcopy", "mformat", "mkfs.ext4", "sfdisk", "syslinux" }.Select(static n => new Tool(n))];

    /// <summary>Skips the test where it cannot be made.</summary>
    public static void SkipWithout()
    {
        foreach (Tool tool in Tools)
        {
            tool.SkipIfMissing();
        }

        Assert.SkipUnless(Kernel is not null, "no Linux kernel that can be read: VMATOOLS_KERNEL names one");
        Assert.SkipUnless(BootCode is not null, "mbr.bin of SYSLINUX not found");
        Assert.SkipUnless(IsStatic(File.ReadAllBytes(Busybox)), "busybox needs libraries: it is to be the one of busybox-static");
    }

    /// <summary>Whether an ELF program of 64 bits asks for no loader of libraries (PT_INTERP).</summary>
    private static bool IsStatic(byte[] program)
    {
        const uint Interpreter = 3;
        int first = BinaryPrimitives.ReadInt32LittleEndian(program.AsSpan(32));
        int size = BinaryPrimitives.ReadUInt16LittleEndian(program.AsSpan(54));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(program.AsSpan(56));
        return Enumerable.Range(0, count).All(i => BinaryPrimitives.ReadUInt32LittleEndian(program.AsSpan(first + (i * size))) != Interpreter);
    }

    private static string Busybox => new Tool("busybox").FullName;

    private static string? Kernel =>
        (Environment.GetEnvironmentVariable("VMATOOLS_KERNEL") is { Length: > 0 } named ? [named] : Directory.Exists("/boot") ? Directory.GetFiles("/boot", "vmlinuz-*-amd64") : [])
        .FirstOrDefault(File.Exists);

    private static string? BootCode => new[] { "/usr/lib/syslinux/mbr/mbr.bin", "/usr/lib/SYSLINUX/mbr.bin", "/usr/share/syslinux/mbr.bin" }.FirstOrDefault(File.Exists);

    /// <summary>Makes the disk.</summary>
    /// <param name="folder">A folder for it and for what it is made of.</param>
    /// <param name="marker">The line that it writes.</param>
    /// <param name="fstab">Its fstab; null for what it has.</param>
    /// <param name="withKernel">Whether the kernel is there.</param>
    /// <param name="byUefi">Whether it starts by UEFI, and not by a BIOS.</param>
    /// <returns>Path of the raw disk.</returns>
    public static string Make(string folder, string marker, string? fstab = null, bool withKernel = true, bool byUefi = false)
    {
        string disk = Path.Combine(folder, "guest.raw");
        using (FileStream file = File.Create(disk))
        {
            file.SetLength((long)(1 + BootMiB + RootMiB) * MiB);
        }

        new Tool("sfdisk").Filter(Encoding.ASCII.GetBytes($"start={2048}, size={BootMiB * 2048}, type=c, bootable\ntype=83\n"), "-q", disk);
        string boot = disk + "@@1M";
        new Tool("mformat").Run(
            "-i", boot, "-h", "64", "-s", "32", "-T", $"{BootMiB * 2048}", "-H", "2048", "-N", BootUuid.Replace("-", string.Empty, StringComparison.Ordinal), "::");
        string config = Path.Combine(folder, "syslinux.cfg");
        File.WriteAllText(config, "SERIAL 0\nDEFAULT vmlinuz initrd=initrd console=ttyS0 quiet panic=1\n");
        List<string> files = [Initramfs(folder, marker), config];
        if (withKernel)
        {
            string kernel = Path.Combine(folder, "vmlinuz");
            File.Copy(Kernel!, kernel, overwrite: true);
            files.Add(kernel);
            if (byUefi)
            {
                string script = Path.Combine(folder, "startup.nsh");
                File.WriteAllText(script, "linux.efi initrd=\\initrd console=ttyS0 quiet panic=1\r\n");
                File.Copy(kernel, Path.Combine(folder, "linux.efi"), overwrite: true);
                files.AddRange([script, Path.Combine(folder, "linux.efi")]);
            }
        }

        new Tool("mcopy").Run(["-o", "-i", boot, .. files, "::"]);
        if (!byUefi)
        {
            new Tool("syslinux").Run("--install", "--offset", $"{MiB}", disk);
        }

        using (FileStream file = File.OpenWrite(disk))
        {
            if (!byUefi)
            {
                file.Write(File.ReadAllBytes(BootCode!));
            }

            file.Position = (long)(1 + BootMiB) * MiB;
            file.Write(File.ReadAllBytes(Root(folder, fstab)));
        }

        return disk;
    }

    /// <summary>What runs first: it says the line and powers the machine off.</summary>
    private static string Initramfs(string folder, string marker)
    {
        string root = Directory.CreateDirectory(Path.Combine(folder, "initramfs")).FullName;
        Directory.CreateDirectory(Path.Combine(root, "dev"));
        File.Copy(Busybox, Path.Combine(root, "busybox"), overwrite: true);
        File.WriteAllText(Path.Combine(root, "init"), $"#!/busybox sh\n/busybox mount -t devtmpfs dev /dev\necho '{marker}' > /dev/ttyS0\n/busybox poweroff -f\n");
        new Tool("chmod").Run("755", Path.Combine(root, "init"));
        string archive = Path.Combine(folder, "initrd");
        File.WriteAllBytes(archive, new Tool("cpio").Filter("dev\nbusybox\ninit\n"u8.ToArray(), "-o", "-H", "newc", "--quiet", "-D", root));
        return archive;
    }

    private static string Root(string folder, string? fstab)
    {
        string root = Directory.CreateDirectory(Path.Combine(folder, "root")).FullName;
        foreach (string name in new[] { "boot", "etc", "sbin" })
        {
            Directory.CreateDirectory(Path.Combine(root, name));
        }

        File.Copy(Busybox, Path.Combine(root, "sbin", "init"), overwrite: true);
        File.WriteAllText(Path.Combine(root, "etc", "fstab"), fstab ?? $"LABEL=root / ext4 defaults 0 1\nUUID={BootUuid} /boot vfat defaults 0 2\n");
        File.WriteAllText(Path.Combine(root, "etc", "os-release"), "PRETTY_NAME=\"Guest of a test\"\n");
        string image = Path.Combine(folder, "root.raw");
        new Tool("mkfs.ext4").Run("-q", "-F", "-L", "root", "-d", root, image, $"{RootMiB - 1}M");
        return image;
    }
}
