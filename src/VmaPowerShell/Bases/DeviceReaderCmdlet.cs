namespace VmaTools.PowerShell;

/// <summary>A cmdlet that reads devices one by one.</summary>
public abstract class DeviceReaderCmdlet : DevicePathCmdlet
{
    /// <summary>Does the cmdlet's work on one device.</summary>
    private protected abstract void ProcessDevice(VmaDevice device, DevicePart? part);

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachInput(input =>
    {
        foreach (VmaDevice device in input.Select(OpenArchive(input), Filter, WriteError))
        {
            Attempt(device, () => ProcessDevice(device, input.Part));
        }
    });
}
