using System.Collections.Generic;
using System.Linq;

namespace VmaTools.PowerShell;

/// <summary>A cmdlet that works on the devices of an archive together, and on each archive once.</summary>
public abstract class DeviceListCmdlet : DevicePathCmdlet
{
    private readonly HashSet<string> _taken = new(System.StringComparer.Ordinal);

    /// <summary>Does the cmdlet's work on devices of one archive.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="devices">The devices that are meant.</param>
    /// <param name="part">What is meant on them, or null for all that is.</param>
    /// <param name="areAll">True where the archive was given, and nothing was chosen of it.</param>
    private protected abstract void ProcessDevices(VmaArchive archive, IReadOnlyList<VmaDevice> devices, DevicePart? part, bool areAll);

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachInput(input =>
    {
        bool isWhole = input.DeviceId is null;
        if (isWhole && ParameterSetName == InputObjectSet && input.Path is { } path && !_taken.Add(path))
        {
            // Something else of an archive that had its turn.
            return;
        }

        // What was listed from a stream is there to be listed again, whether or not it can be read.
        VmaArchive archive = input.Archive ?? OpenArchive(input);
        if (isWhole)
        {
            WriteHeaderFindings(archive);
        }

        IReadOnlyList<VmaDevice> devices = input.Part is AssembledPart part
            ? [.. part.Volume.GetDevices().Where(Filter.Includes)]
            : input.Select(archive, Filter, WriteError);
        if (devices.Count > 0 || isWhole)
        {
            ProcessDevices(archive, devices, input.Part, areAll: isWhole && Name is null && Id is null);
        }
    });
}
