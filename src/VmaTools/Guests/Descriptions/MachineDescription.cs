using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Guests.Descriptions;

namespace VmaTools;

/// <summary>
/// What another hypervisor wrote down of a VM: an OVF, as VMware, VirtualBox and others export it, or the VMX of VMware. Whatever such a
/// file names has to lie beside it.
/// </summary>
public sealed class MachineDescription
{
    private static readonly string[] Extensions = [".ovf", ".vmx", ".ova"];

    internal MachineDescription(string path, string format)
    {
        DescriptionPath = path;
        Format = format;
    }

    /// <summary>Full path of the file.</summary>
    public string DescriptionPath { get; }

    /// <summary><c>OVF</c> or <c>VMX</c>.</summary>
    public string Format { get; }

    /// <summary>The VM's name, changed into one that a host can have; null for none.</summary>
    public string? Name { get; internal init; }

    /// <summary>What somebody wrote about it; null for nothing.</summary>
    public string? Annotation { get; internal init; }

    /// <summary>Cores a socket.</summary>
    public int Cores { get; internal init; } = 1;

    /// <summary>Sockets.</summary>
    public int Sockets { get; internal init; } = 1;

    /// <summary>Memory in bytes, whole MiB; null where it is not told.</summary>
    public long? Memory { get; internal init; }

    /// <summary>The kind of guest, as Proxmox names it; <c>other</c> where it is none that is known.</summary>
    public string OSType { get; internal init; } = "other";

    /// <summary>Whether the guest starts by UEFI.</summary>
    public bool IsUefi { get; internal init; }

    /// <summary>The uuid that the guest finds in its firmware; null where it is not told.</summary>
    public string? SystemUuid { get; internal init; }

    /// <summary>The SCSI controller, where it is one that Proxmox has, too: <c>pvscsi</c>. Null else.</summary>
    public string? ScsiController { get; internal init; }

    /// <summary>The disks, in order.</summary>
    public IReadOnlyList<MachineDisk> Disks { get; internal init; } = [];

    /// <summary>The network adapters, in order.</summary>
    public IReadOnlyList<GuestNetwork> Networks { get; internal init; } = [];

    /// <summary>What is worth knowing: sentences to warn with.</summary>
    public IReadOnlyList<string> Warnings { get; internal init; } = [];

    /// <summary>Reads a description.</summary>
    /// <param name="path">The file: an OVF or a VMX, told by its content.</param>
    /// <exception cref="VmaException">
    /// It is neither, breaks the rules, or has what is not read (<see cref="VmaCodes.MachineDescriptionInvalid"/>); a disk that it names is not
    /// beside it (<see cref="VmaCodes.ItemNotFound"/>).
    /// </exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static MachineDescription Open(string path)
    {
        DescriptionFile file = DescriptionFile.Read(Path.GetFullPath(path ?? throw new ArgumentNullException(nameof(path))));
        return file.IsXml ? OvfReader.Read(file) : VmxReader.Read(file);
    }

    /// <summary>Whether a file is named as descriptions are: with the extension .ovf, .vmx or .ova, the last of which is told how to unpack.</summary>
    /// <param name="path">The file's path or name.</param>
    public static bool IsNamedLikeOne(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>What a configuration is made of that says the same.</summary>
    /// <param name="diskSizes">Sizes of the disks in bytes, in their order; further ones are disks that the description does not have.</param>
    public QemuConfigOptions ToOptions(IEnumerable<long> diskSizes) => new()
    {
        Name = Name,
        Description = Annotation,
        Cores = Cores,
        Sockets = Sockets,
        Memory = Memory ?? new QemuConfigOptions().Memory,
        OSType = OSType,
        IsUefi = IsUefi,
        SystemUuid = SystemUuid,
        ScsiController = ScsiController,
        Disks = [.. diskSizes.Select((size, i) => new GuestDisk(size, null, i < Disks.Count ? Disks[i].Bus : null))],
        Networks = Networks,
    };

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(MachineDescription)}: {Name ?? Format}";
}
