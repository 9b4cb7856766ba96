using System.Collections.Generic;

namespace VmaTools.Cli.Files;

/// <summary>Errors that a listing goes on behind, as lines for people: where in which guest, on which disk, of which archive.</summary>
internal sealed class ErrorLines
{
    private readonly string? _archivePath;
    private readonly Dictionary<string, string?> _devices = [];

    /// <param name="archivePath">The archive; null for standard input.</param>
    public ErrorLines(string? archivePath) => _archivePath = archivePath;

    /// <summary>Whether there was one.</summary>
    public bool HasAny { get; private set; }

    /// <summary>Hears which volume is listed.</summary>
    public void Volume(VmaVolume volume) => _devices[volume.Id] = volume.Device;

    /// <summary>Prints one.</summary>
    public void Print(string? volume, string? path, VmaException error)
    {
        HasAny = true;
        Terminal.PrintError(GuestArguments.Describe(volume, path, error.Path is null ? Placed(volume, error) : error));
    }

    /// <summary>What a file system tells says nothing of what is around it.</summary>
    private VmaFileSystemException Placed(string? volume, VmaException error)
    {
        VmaFileSystemException? known = error as VmaFileSystemException;
        string? device = volume is not null && _devices.TryGetValue(volume, out string? disk) ? disk : null;
        return new VmaFileSystemException(
            error.Code,
            error.Sentence,
            known?.FilePath,
            known?.VolumeOffset,
            _archivePath,
            error.Device ?? device,
            error,
            known?.Volume ?? volume,
            error.Offset);
    }
}
