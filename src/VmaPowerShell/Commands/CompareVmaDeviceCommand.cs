using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Finds the ranges in which two disks differ: devices or partitions in archives, raw files or disk images.</summary>
[Cmdlet(VerbsData.Compare, "VmaDevice", HelpUri = HelpLinks.Base + "Compare-VmaDevice.md")]
[OutputType(typeof(VmaDifference), typeof(bool))]
public sealed class CompareVmaDeviceCommand : ArchiveCmdlet
{
    private const int PortionSize = 256;

    /// <summary>A device, a partition, an archive, a raw file, or a disk image.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNull]
    public PSObject? ReferenceObject { get; set; }

    /// <summary>What it is compared with: a device, a partition, an archive, a raw file, or a disk image.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? DifferenceObject { get; set; }

    /// <summary>Name of the device, where an archive is given that has several.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ExactDeviceNameCompleter))]
    public string? Name { get; set; }

    /// <summary>Gives a bool instead of ranges: true where nothing differs.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Attempt(DifferenceObject, () =>
    {
        using Stream? reference = Open(ReferenceObject!);
        using Stream? difference = reference is null ? null : Open(DifferenceObject!);
        if (reference is null || difference is null)
        {
            return;
        }

        if (Quiet)
        {
            WriteObject(!RunWithProgress("Comparing", (progress, token) => VmaComparison.Compare(reference, difference, progress, token).Any()));
            return;
        }

        // In portions, so that what is found early is told early and progress is shown meanwhile.
        Relay relay = new();
        using IEnumerator<VmaDifference> found = VmaComparison.Compare(reference, difference, relay, CancellationToken).GetEnumerator();
        bool isDone = false;
        while (!isDone)
        {
            List<VmaDifference> portion = [];
            isDone = RunWithProgress("Comparing", (progress, _) =>
            {
                relay.Target = progress;
                while (portion.Count < PortionSize && found.MoveNext())
                {
                    portion.Add(found.Current);
                }

                return portion.Count < PortionSize;
            });
            WriteObject(portion, enumerateCollection: true);
        }
    });

    /// <summary>Opens one of the two, or tells why it stands for no disk.</summary>
    private Stream? Open(PSObject item)
    {
        switch (item.BaseObject)
        {
            case string path when !VmaAddresses.IsAddress(path):
                return OpenFile(ResolveSource(path));
            case FileInfo file:
                return OpenFile(file.FullName);
        }

        foreach (DeviceInput input in DeviceInput.From(item, SessionState, Archives, WriteError))
        {
            VmaArchive archive = OpenArchive(input);
            VmaDevice device = input.DeviceId is int id
                ? archive.FindDevice(id) ?? throw NoDevice(archive, $"The archive has no device {id}.")
                : OnlyDevice(archive);
            return OpenDevice(device, input.Part);
        }

        return null;
    }

    /// <summary>Opens a device of an archive, or a raw file or disk image: what does not begin as an archive is one of these.</summary>
    private Stream OpenFile(string path)
    {
        VmaArchive archive;
        try
        {
            archive = OpenArchive(path);
        }
        catch (VmaException exception) when (exception.Code is VmaCodes.NotAnArchive or VmaCodes.EmptyFile or VmaCodes.HeaderTruncated)
        {
            return VmaImage.Open(path).OpenRead();
        }

        return OpenDevice(OnlyDevice(archive));
    }

    private Stream OpenDevice(VmaDevice device, DevicePart? part = null)
    {
        Stream stream = RunWithProgress<Stream>(
            $"Indexing {device.ArchivePath}", (progress, token) => part?.OpenRead(device, progress, token) ?? device.OpenRead(progress, token));
        TellOfIndex(device.GetArchive());
        return stream;
    }

    private VmaDevice OnlyDevice(VmaArchive archive)
    {
        if (Name is not null)
        {
            return archive.Devices.FirstOrDefault(d => string.Equals(d.Name, Name, StringComparison.OrdinalIgnoreCase))
                ?? throw NoDevice(archive, $"The archive has no device named '{Name}'.");
        }

        return archive.Devices.Count == 1
            ? archive.Devices[0]
            : throw NoDevice(archive, $"The archive has {archive.Devices.Count} devices; name one (-Name), or give a device of Get-VmaDevice.");
    }

    private static VmaException NoDevice(VmaArchive archive, string message) => new(VmaCodes.ItemNotFound, message, archive.ArchivePath);

    private sealed class Relay : IProgress<VmaProgress>
    {
        public IProgress<VmaProgress>? Target { get; set; }

        public void Report(VmaProgress value) => Target?.Report(value);
    }
}
