using System.IO;

namespace VmaTools.PowerShell;

/// <summary>The files that go with an archive and are named after it: manifests and indexes.</summary>
internal static class CompanionNames
{
    /// <summary>What the name of a manifest ends in.</summary>
    public const string Manifest = ".manifest.json";

    /// <summary>What the name of an index ends in: beside its archive it is found again.</summary>
    public const string Index = ".vmaindex";

    /// <summary>The file for what goes with an archive: the destination, or in it where it is a folder that exists.</summary>
    /// <param name="destination">The file or folder; null for none.</param>
    /// <param name="archivePath">The archive, null for a stream.</param>
    /// <param name="extension">What is appended to the archive's name.</param>
    public static string? Resolve(string? destination, string? archivePath, string extension) =>
        destination is not null && Directory.Exists(destination)
            ? Path.Combine(destination, (archivePath is null ? "archive" : VmaAddresses.FileNameOf(archivePath)) + extension)
            : destination;
}
