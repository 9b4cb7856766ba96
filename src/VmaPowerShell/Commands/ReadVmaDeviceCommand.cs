using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using VmaTools.Sources;
#if NETSTANDARD2_0
using System.Buffers;
#endif

namespace VmaTools.PowerShell;

/// <summary>Reads bytes of devices, as whole arrays, or hands out a seekable stream.</summary>
[Cmdlet(VerbsCommunications.Read, "VmaDevice", DefaultParameterSetName = "Path", HelpUri = HelpLinks.Base + "Read-VmaDevice.md")]
[OutputType(typeof(byte[]), typeof(Stream))]
public sealed class ReadVmaDeviceCommand : VmaCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string InputObjectSet = "InputObject";
    private const int DefaultChunkSize = 1 << 20;

    private readonly HashSet<string> _told = [];

    /// <summary>Archives to read from; wildcards are expanded.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Archives to read from, their names taken as they are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Devices, partitions, archives, files or paths.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputObjectSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>Names of devices; wildcards are allowed.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DeviceNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Numbers of devices.</summary>
    [Parameter]
    [ValidateRange(1, 254)]
    [ArgumentCompleter(typeof(DeviceIdCompleter))]
    public int[]? Id { get; set; }

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

    /// <summary>The largest window, in bytes, that a zstd archive may ask for.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    public long MaxWindowSize { get; set; } = new VmaOpenOptions().MaxWindowSize;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (AsStream && (MyInvocation.BoundParameters.ContainsKey(nameof(Count)) || MyInvocation.BoundParameters.ContainsKey(nameof(ChunkSize))))
        {
            ThrowTerminatingError(ErrorRecords.InvalidRange("Count and ChunkSize have no meaning for a stream.", nameof(AsStream)));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        DeviceFilter filter = new(Name, Id);
        foreach (DeviceInput input in ArchiveInputs.Of(this, SessionState, ParameterSetName switch
        {
            PathSet => Path,
            LiteralPathSet => LiteralPath,
            _ => null,
        }, ParameterSetName == LiteralPathSet, InputObject))
        {
            Attempt(input.Path, () =>
            {
                VmaArchive archive = input.Open(path => VmaArchive.Open(path, new VmaOpenOptions { MaxWindowSize = MaxWindowSize }));
                foreach (VmaDevice device in input.Select(archive, filter, WriteError))
                {
                    Attempt(device, () => ReadDevice(device, input.Partition));
                }
            });
        }
    }

    private void ReadDevice(VmaDevice device, PartitionRange? partition)
    {
        Stream stream = RunWithProgress($"Building the index of {device.Path}", (progress, token) => device.OpenRead(progress, token));
        if (device.Archive.IndexNotice is { } notice && _told.Add(notice))
        {
            WriteWarning(notice);
        }

        if (partition is not null)
        {
            stream = new RangeStream(stream, partition.Offset, partition.Size);
        }

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
