using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Makes the configuration of a VM for an archive that Proxmox is to restore.</summary>
[Cmdlet(VerbsCommon.New, "VmaConfig", HelpUri = HelpLinks.Base + "New-VmaConfig.md")]
[OutputType(typeof(VmaConfig))]
public sealed class NewVmaConfigCommand : VmaCmdlet
{
    private const string Ovmf = "Ovmf";

    private readonly List<long> _sizes = [];

    /// <summary>Name of the VM, as a host is named.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The disks, in order: images, raw files, devices, or sizes in bytes.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject[] Disk { get; set; } = [];

    /// <summary>An OVF or a VMX that describes the VM. What other parameters say counts before it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SourcePath { get; set; }

    /// <summary>Cores a socket.</summary>
    [Parameter]
    public int? Cores { get; set; }

    /// <summary>Sockets.</summary>
    [Parameter]
    public int? Sockets { get; set; }

    /// <summary>Memory in bytes.</summary>
    [Parameter]
    public long? Memory { get; set; }

    /// <summary>The kind of guest, such as l26 (Linux) or win11.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(OSTypeCompleter))]
    [ValidateNotNullOrEmpty]
    public string? OSType { get; set; }

    /// <summary>The firmware: Seabios, or Ovmf for a guest that starts by UEFI (generation 2 in Hyper-V).</summary>
    [Parameter]
    [ValidateSet("Seabios", Ovmf)]
    public string? Bios { get; set; }

    /// <summary>The machine, such as q35.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Machine { get; set; }

    /// <summary>The processor, such as host.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Cpu { get; set; }

    /// <summary>The bus of disks.</summary>
    [Parameter]
    [ValidateSet("ide", "sata", "scsi", "virtio")]
    public string? Bus { get; set; }

    /// <summary>Says that a Windows has the drivers for virtio.</summary>
    [Parameter]
    public SwitchParameter Virtio { get; set; }

    /// <summary>Addresses of network adapters, one each; none for one that is made up.</summary>
    [Parameter]
    [ValidateNotNull]
    public string[]? MacAddress { get; set; }

    /// <summary>The model of network adapters, such as e1000.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? NetworkModel { get; set; }

    /// <summary>The bridge of network adapters.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Bridge { get; set; } = new QemuConfigOptions().Bridge;

    /// <summary>The storage that disks go to unless the restore says otherwise.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Storage { get; set; } = new QemuConfigOptions().Storage;

    /// <summary>The description of the VM.</summary>
    [Parameter]
    public string? Description { get; set; }

    /// <summary>The uuid that the guest finds in its firmware.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SystemUuid { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (PSObject item in Disk)
        {
            OrStop(item.BaseObject, () => _sizes.AddRange(NotEmpty(SizesOf(item), item.ToString())));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => OrStop(SourcePath ?? Name, () =>
    {
        QemuConfigOptions described = Described();
        string[]? addresses = MacAddress ?? (SourcePath is null ? [string.Empty] : null);
        QemuConfigOptions options = described with
        {
            Name = Name ?? described.Name,
            Description = Description ?? described.Description,
            Cores = Cores ?? described.Cores,
            Sockets = Sockets ?? described.Sockets,
            Memory = Memory ?? described.Memory,
            Cpu = Cpu,
            OSType = OSType ?? described.OSType,
            IsUefi = Bios is null ? described.IsUefi : Bios == Ovmf,
            Machine = Machine,
            Bus = Bus,
            HasVirtioDrivers = Virtio,
            Storage = Storage,
            Bridge = Bridge,
            Networks = addresses is null ? described.Networks : [.. addresses.Select(static a => new GuestNetwork(a))],
            NetworkModel = NetworkModel,
            SystemUuid = SystemUuid ?? described.SystemUuid,
        };
        byte[] bytes = QemuConfigBuilder.Create(options);
        if (options.OSType == "win11")
        {
            WriteWarning("Windows 11 wants a TPM: add one in Proxmox after the restore. What the guest had sealed in its old one, such as BitLocker's key, stays there; have its recovery key at hand.");
        }

        WriteObject(VmaConfig.Create(bytes));
    });

    /// <summary>What is known without the other parameters: of a description, and of the disks given, which stand for its own.</summary>
    private QemuConfigOptions Described()
    {
        if (SourcePath is null)
        {
            return new QemuConfigOptions { Disks = [.. _sizes.Select(static s => new GuestDisk(s))] };
        }

        MachineDescription description = MachineDescription.Open(SourcePaths.Files.Literal(SessionState, SourcePath, ThrowTerminatingError).First());
        foreach (string warning in description.Warnings)
        {
            WriteWarning(warning);
        }

        return description.ToOptions(_sizes.Count > 0 ? _sizes : description.Disks.SelectMany(d => NotEmpty([VmaImage.Open(d.DiskPath).Size], d.DiskPath)));
    }

    private long[] NotEmpty(IEnumerable<long> sizes, string disk)
    {
        long[] all = [.. sizes];
        if (Array.Exists(all, static s => s <= 0))
        {
            ThrowTerminatingError(ErrorRecords.InvalidInput($"disk {ErrorRecords.Shown(disk)}", "is empty"));
        }

        return all;
    }

    private IEnumerable<long> SizesOf(PSObject item)
    {
        switch (item.BaseObject)
        {
            case VmaImage image:
                return [image.Size];
            case VmaDevice device:
                return [device.Size];
            case FileInfo file:
                return SizesOf(file.FullName);
            case string path:
                return SourcePaths.Files.Expand(SessionState, path, ThrowTerminatingError).SelectMany(SizesOf);
        }

        if (LanguagePrimitives.TryConvertTo(item, out long size) && size > 0)
        {
            return [size];
        }

        ThrowTerminatingError(ErrorRecords.InvalidInput(item));
        return [];
    }

    private static IEnumerable<long> SizesOf(string file) => DiskFiles.Of(file).Select(static f => VmaImage.Open(f).Size);
}
