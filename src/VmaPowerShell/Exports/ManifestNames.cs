using System.IO;

namespace VmaTools.PowerShell;

/// <summary>The files that manifests go to.</summary>
internal static class ManifestNames
{
    private const string Extension = ".manifest.json";

    /// <summary>The file for an archive's manifest: the destination, or in it where it is a folder that exists.</summary>
    public static string? Resolve(string? destination, string? archivePath) =>
        destination is not null && Directory.Exists(destination)
            ? Path.Combine(destination, (Path.GetFileName(archivePath) ?? "archive") + Extension)
            : destination;
}
