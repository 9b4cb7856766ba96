using System.IO;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Reads bytes of devices, as whole arrays, or hands out a seekable stream.</summary>
[Cmdlet(VerbsCommunications.Read, "VmaDevice", DefaultParameterSetName = PathSet, HelpUri = HelpLinks.Base + "Read-VmaDevice.md")]
[OutputType(typeof(byte[]), typeof(Stream))]
public sealed class ReadVmaDeviceCommand : DeviceReaderCmdlet
{
    /// <summary>Byte offset on the device to begin at; counted from the end where negative.</summary>
    [Parameter]
    public long Offset { get; set; }

    /// <summary>Number of bytes to read; to the end of the device where not given.</summary>
    [Parameter]
    [ValidateRange(0L, long.MaxValue)]
    public long Count { get; set; } = long.MaxValue;

    /// <summary>Bytes in an array, at most.</summary>
    [Parameter]
    [ValidateRange(1, 1 << 30)]
    public int ChunkSize { get; set; } = ByteChunks.DefaultSize;

    /// <summary>Hands out a seekable stream instead of bytes; whoever takes it closes it.</summary>
    [Parameter]
    public SwitchParameter AsStream { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (AsStream && (MyInvocation.BoundParameters.ContainsKey(nameof(Count)) || MyInvocation.BoundParameters.ContainsKey(nameof(ChunkSize))))
        {
            ThrowTerminatingError(ErrorRecords.InvalidRange("Count and ChunkSize have no meaning for a stream.", nameof(AsStream)));
        }
    }

    private protected override void ProcessDevice(VmaDevice device, DevicePart? part)
    {
        Stream stream = RunWithProgress<Stream>(
            $"Building the index of {device.ArchivePath}", (progress, token) => part?.OpenRead(device, progress, token) ?? device.OpenRead(progress, token));
        TellOfIndex(device.GetArchive());

        bool handedOut = false;
        try
        {
            if (!ByteChunks.TryMove(this, stream, Offset, device))
            {
                return;
            }

            if (AsStream)
            {
                handedOut = true;
                WriteObject(stream, enumerateCollection: false);
                return;
            }

            ByteChunks.Write(this, stream, Count, ChunkSize);
        }
        finally
        {
            if (!handedOut)
            {
                stream.Dispose();
            }
        }
    }
}
