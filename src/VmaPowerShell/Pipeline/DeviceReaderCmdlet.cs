using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>A cmdlet that reads devices one by one, of archives named by path, by literal path, or given as objects.</summary>
public abstract class DeviceReaderCmdlet : VmaCmdlet
{
    private protected const string PathSet = "Path";
    private protected const string LiteralPathSet = "LiteralPath";
    private protected const string InputObjectSet = "InputObject";

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

    /// <summary>Devices, volumes, partitions, archives, files or paths.</summary>
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

    /// <summary>The largest window, in bytes, that a zstd archive may ask for.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    public long MaxWindowSize { get; set; } = new VmaOpenOptions().MaxWindowSize;

    /// <summary>How archives are opened.</summary>
    private protected VmaOpenOptions OpenOptions => new() { MaxWindowSize = MaxWindowSize };

    /// <summary>Does the cmdlet's work on one device.</summary>
    private protected abstract void ProcessDevice(VmaDevice device, DevicePart? part);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        DeviceFilter filter = new(Name, Id);
        string[]? paths = ParameterSetName switch
        {
            PathSet => Path,
            LiteralPathSet => LiteralPath,
            _ => null,
        };
        foreach (DeviceInput input in ArchiveInputs.Of(this, SessionState, paths, ParameterSetName == LiteralPathSet, InputObject))
        {
            Attempt(input.Path, () =>
            {
                VmaArchive archive = input.Open(path => VmaArchive.Open(path, OpenOptions));
                foreach (VmaDevice device in input.Select(archive, filter, WriteError))
                {
                    Attempt(device, () => ProcessDevice(device, input.Part));
                }
            });
        }
    }
}
