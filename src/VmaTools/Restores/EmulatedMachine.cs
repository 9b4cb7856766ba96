using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace VmaTools.Restores;

/// <summary>The machine of a backup, as arguments of qemu: what its configuration says, with disks that are read over NBD and written beside.</summary>
internal static class EmulatedMachine
{
    private const long MiB = 1L << 20;
    private const long LeastMemory = 512 * MiB;
    private const long MostMemory = 2048 * MiB;
    private const int MostCores = 4;

    private static readonly string[] Firmwares =
    [
        "/usr/share/ovmf/OVMF.fd", "/usr/share/edk2/ovmf/OVMF.fd", "/usr/share/edk2/x64/OVMF.4m.fd", "/usr/share/edk2/x64/OVMF.fd",
        "/usr/share/qemu/ovmf-x86_64.bin", "/usr/local/share/edk2-ovmf/OVMF.fd",
    ];

    /// <summary>The firmware for guests that start by UEFI, or null where none is found.</summary>
    public static string? FindFirmware() => Firmwares.FirstOrDefault(File.Exists);

    /// <summary>What runs a guest, the fastest first; whether one is able to, only trying tells. The last always is.</summary>
    public static IReadOnlyList<string> Accelerators() =>
        RuntimeInformation.ProcessArchitecture != Architecture.X64 ? ["tcg"]
        : RuntimeInformation.IsOSPlatform(OSPlatform.Linux) ? File.Exists("/dev/kvm") ? ["kvm", "tcg"] : ["tcg"]
        : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? ["hvf", "tcg"]
        : ["whpx,kernel-irqchip=off", "tcg"];

    /// <summary>
    /// The arguments. There is no network, no window, nothing of the host's but the disks over NBD; what the guest writes goes to files that
    /// qemu makes for the time and removes.
    /// </summary>
    /// <param name="archive">The archive.</param>
    /// <param name="vm">Its VM, or null: then devices tell by their names where they are.</param>
    /// <param name="exports">Where its devices are.</param>
    /// <param name="firmware">The firmware for UEFI; null for a BIOS.</param>
    /// <param name="accelerator">One of <see cref="Accelerators"/>.</param>
    public static IReadOnlyList<string> Arguments(
        VmaArchive archive, VmaVM? vm, IReadOnlyList<VmaNbdExport> exports, string? firmware, string accelerator)
    {
        bool isQ35 = vm?.Machine?.Contains("q35") == true;
        long memory = Math.Max(LeastMemory, Math.Min(vm?.Memory ?? LeastMemory, MostMemory));
        long cores = Math.Max(1, Math.Min(Math.Min(vm?.CpuCount ?? 1, MostCores), Environment.ProcessorCount));
        List<string> arguments =
        [
            "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-vga", "std", "-nic", "none",

            // Without graphics the BIOS writes on the serial port what it writes on the screen, boot loaders with it.
            "-machine", (isQ35 ? "q35" : "pc") + ",graphics=off",
            "-accel", accelerator, "-cpu", "max", "-smp", Text(cores), "-m", Text(memory / MiB),

            // The monitor shares the port's connection: Ctrl+A c leads to it.
            "-serial", "mon:stdio",
            .. firmware is null ? Array.Empty<string>() : ["-bios", firmware],
        ];
        HashSet<string> controllers = [];
        string[] order = [.. vm?.BootOrder ?? []];
        int number = 0;
        foreach (VmaDevice device in archive.Devices.Where(static d => !d.IsVmstate))
        {
            string key = vm?.Disks.FirstOrDefault(d => d.DeviceId == device.DeviceId)?.Key
                ?? (device.Name.StartsWith("drive-", StringComparison.Ordinal) ? device.Name.Substring("drive-".Length) : device.Name);
            if (!VmaVMDisk.TryParseKey(key, out string bus, out int index))
            {
                bus = "virtio";
                index = number;
            }

            if (bus is "efidisk" or "tpmstate" || exports.FirstOrDefault(e => e.DeviceId == device.DeviceId && e.Partition is null) is not VmaNbdExport export)
            {
                continue;
            }

            string drive = "disk" + Text(number);
            int place = Array.IndexOf(order, key);
            string boot = order.Length == 0 || place >= 0 ? ",bootindex=" + Text(order.Length == 0 ? number : place) : string.Empty;
            arguments.Add("-drive");
            arguments.Add($"if=none,id={drive},format=raw,snapshot=on,cache=unsafe,file={export.Uri.Replace(",", ",,")}");
            string controller = ControllerOf(bus, vm);
            if (controller.Length > 0 && controllers.Add(controller))
            {
                arguments.Add("-device");
                arguments.Add(controller);
            }

            arguments.Add("-device");
            arguments.Add(DiskOn(bus, index, isQ35, controller) + $",drive={drive}{boot}");
            number++;
        }

        return arguments;
    }

    private static string ControllerOf(string bus, VmaVM? vm) => bus switch
    {
        "scsi" => ScsiModel(vm) + ",id=scsi",
        "sata" => "ahci,id=sata",
        _ => string.Empty,
    };

    /// <summary>The controller that is configured, or Proxmox's default.</summary>
    private static string ScsiModel(VmaVM? vm) =>
        vm is null ? "virtio-scsi-pci" : vm.OtherSettings.FirstOrDefault(static s => s.Key == "scsihw")?.Value switch
        {
            null or "lsi" => "lsi53c895a",
            "lsi53c810" => "lsi53c810",
            "megasas" => "megasas",
            "pvscsi" => "pvscsi",
            _ => "virtio-scsi-pci",
        };

    private static string DiskOn(string bus, int index, bool isQ35, string controller) => bus switch
    {
        "scsi" when controller.StartsWith("virtio", StringComparison.Ordinal) => $"scsi-hd,bus=scsi.0,scsi-id=0,lun={Text(index)}",
        "scsi" => $"scsi-hd,bus=scsi.0,scsi-id={Text(index)}",
        "sata" => $"ide-hd,bus=sata.{Text(index)}",

        // The channels of a q35 have one place each; this is how Proxmox numbers them.
        "ide" when isQ35 => $"ide-hd,bus=ide.{Text((index / 2) + (index % 2 * 2))},unit=0",
        "ide" => $"ide-hd,bus=ide.{Text(index / 2)},unit={Text(index % 2)}",
        _ => "virtio-blk-pci",
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
