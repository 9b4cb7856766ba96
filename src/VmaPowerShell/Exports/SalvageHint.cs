using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Tells who meets a damaged archive how to salvage what is left.</summary>
internal static class SalvageHint
{
    /// <summary>The same error, with the command that salvages.</summary>
    /// <param name="error">The error.</param>
    /// <param name="destination">Where that command writes to.</param>
    /// <param name="archive">The archive, or null for a stream, of which nothing can be salvaged, as of what a server keeps.</param>
    /// <param name="device">The device, or null for all.</param>
    public static VmaException Add(VmaException error, string destination, string? archive, string? device)
    {
        if (archive is null || VmaAddresses.IsAddress(archive))
        {
            return error;
        }

        string name = device is null ? string.Empty : $" -Name {CommandText.Quoted(WildcardPattern.Escape(device))}";
        return new VmaException(
            error.Code,
            $"{error.Sentence} To salvage what is left: Export-VmaDevice -Path {CommandText.Quoted(destination)} -InputObject {CommandText.Quoted(archive)}{name} -Salvage\n",
            error.Path,
            error.Offset,
            error.Device,
            error);
    }
}
