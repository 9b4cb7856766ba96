using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Lists the partitions of devices and tells what they hold.</summary>
[Cmdlet(VerbsCommon.Get, "VmaPartition", DefaultParameterSetName = PathSet, HelpUri = HelpLinks.Base + "Get-VmaPartition.md")]
[OutputType(typeof(VmaPartition))]
public sealed class GetVmaPartitionCommand : DeviceReaderCmdlet
{
    private readonly HashSet<int> _found = [];

    /// <summary>Numbers of partitions; 0 stands for an unpartitioned disk.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    [ArgumentCompleter(typeof(PartitionIndexCompleter))]
    public int[]? Index { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (int index in (Index ?? []).Where(i => !_found.Contains(i)))
        {
            WriteError(ErrorRecords.PartitionNotFound(index));
        }
    }

    private protected override void ProcessDevice(VmaDevice device, DevicePart? part)
    {
        if (part is AssembledPart)
        {
            WriteError(ErrorRecords.InvalidInput(part.Describe(device), "is no partition and has none; Get-VmaVolume lists what it holds"));
            return;
        }

        if (device.IsVmstate)
        {
            WriteVerbose($"{device.ArchivePath}: {device.Name} is a guest's memory and has no partitions.");
            return;
        }

        IReadOnlyList<string> warnings = [];
        IReadOnlyList<VmaPartition> partitions = RunWithProgress(
            $"Indexing {device.ArchivePath}", (progress, token) => VmaPartition.Read(device, out warnings, progress, token));
        TellOfIndex(device.GetArchive());
        foreach (string warning in warnings)
        {
            WriteWarning($"{device.ArchivePath}, {device.Name}: {warning}");
        }

        foreach (VmaPartition item in partitions)
        {
            bool isMeant = (Index is null || System.Array.IndexOf(Index, item.Index) >= 0) && (part is not PartitionPart partition || partition.Index == item.Index);
            if (isMeant)
            {
                _found.Add(item.Index);
                WriteObject(item);
            }
        }
    }
}
