namespace VmaTools.PowerShell;

/// <summary>Completes device names where they are taken as they are.</summary>
public sealed class ExactDeviceNameCompleter : DeviceNameCompleter
{
    private protected override bool TakesWildcards => false;
}
