using System;
using System.Collections.Generic;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>A cmdlet that takes its devices from archives named by path, by literal path, by address, given as a stream, or as objects.</summary>
public abstract class DevicePathCmdlet : DeviceCmdlet
{
    /// <summary>Archives to read from; wildcards are expanded.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [UriText]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Archives to read from, their names taken as they are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Devices, volumes, partitions, archives, files or paths.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputObjectSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>What was given as paths, addresses or objects.</summary>
    private protected IEnumerable<DeviceInput> Inputs() => ParameterSetName switch
    {
        PathSet => DeviceInput.OfPaths(SessionState, Archives, Path, areLiteral: false, WriteError),
        LiteralPathSet => DeviceInput.OfPaths(SessionState, Archives, LiteralPath, areLiteral: true, WriteError),
        InputUriSet => DeviceInput.OfFiles(ArchivesAt(InputUri)),
        _ => InputsOf(InputObject),
    };

    /// <summary>Does something with what was given, in whichever way; what is wrong with it becomes an error.</summary>
    private protected void ForEachInput(Action<DeviceInput> process)
    {
        if (InputStream is { } stream)
        {
            Attempt(stream, () =>
            {
                using VmaArchive archive = OpenStream(stream);
                process(DeviceInput.OfStream(archive));
            });
            return;
        }

        foreach (DeviceInput input in Inputs())
        {
            Attempt(input.Path, () => process(input));
        }
    }
}
