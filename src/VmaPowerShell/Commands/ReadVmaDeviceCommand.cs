using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
#if NETSTANDARD2_0
using System.Buffers;
#endif

namespace VmaTools.PowerShell;

/// <summary>Reads bytes of devices, as whole arrays, or hands out a seekable stream.</summary>
[Cmdlet(VerbsCommunications.Read, "VmaDevice", DefaultParameterSetName = PathSet, HelpUri = HelpLinks.Base + "Read-VmaDevice.md")]
[OutputType(typeof(byte[]), typeof(Stream))]
public sealed class ReadVmaDeviceCommand : DeviceReaderCmdlet
{
    private const int DefaultChunkSize = 1 << 20;

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
    public int ChunkSize { get; set; } = DefaultChunkSize;

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
            long start = Offset < 0 ? stream.Length + Offset : Offset;
            if (start < 0 || start > stream.Length)
            {
                WriteError(ErrorRecords.InvalidRange($"Offset {Offset} lies outside, where there are {stream.Length} bytes.", device));
                return;
            }

            stream.Position = start;
            if (AsStream)
            {
                handedOut = true;
                WriteObject(stream, enumerateCollection: false);
                return;
            }

            WriteChunks(stream);
        }
        finally
        {
            if (!handedOut)
            {
                stream.Dispose();
            }
        }
    }

    private void WriteChunks(Stream stream)
    {
        long left = Count;
        while (left > 0)
        {
            CancellationToken.ThrowIfCancellationRequested();
            byte[] chunk = new byte[Math.Min(Math.Min(ChunkSize, left), Math.Max(1, stream.Length - stream.Position))];
            int read = stream.Read(chunk, 0, chunk.Length);
            if (read == 0)
            {
                return;
            }

            // Short of the end a chunk is short only before a part that is lost; the next read tells.
            Array.Resize(ref chunk, read);
            WriteObject(chunk, enumerateCollection: false);
            left -= read;
        }
    }
}
