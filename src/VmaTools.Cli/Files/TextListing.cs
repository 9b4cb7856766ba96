using System.Globalization;
using System.IO;
using System.Text;

namespace VmaTools.Cli.Files;

/// <summary>Lines for people: mode, owner, size, time in UTC and name.</summary>
internal sealed class TextListing : IFileListing
{
    private const int FlushSize = 1 << 14;

    private readonly TextWriter _output;
    private readonly ErrorLines _errors;
    private readonly bool _withVolumes;
    private readonly StringBuilder _lines = new();

    /// <param name="output">Where the lines go.</param>
    /// <param name="errors">Where errors go.</param>
    /// <param name="withVolumes">Whether a line says which volume comes next.</param>
    public TextListing(TextWriter output, ErrorLines errors, bool withVolumes)
    {
        _output = output;
        _errors = errors;
        _withVolumes = withVolumes;
    }

    public bool HasFailed => _errors.HasAny;

    public void Volume(VmaVolume volume)
    {
        _errors.Volume(volume);
        if (_withVolumes)
        {
            string fs = volume.FileSystem ?? "-";
            string label = volume.Label is { Length: > 0 } text ? $" \"{Printable.Short(text)}\"" : string.Empty;
            string mount = (volume.MountPoint ?? volume.GuestDriveLetter) is string place ? $" on {Printable.Short(place)}" : string.Empty;
            string state = volume.State is null or nameof(FileSystemState.Clean) ? string.Empty : $" ({volume.StateText ?? volume.State})";
            _lines.Append(CultureInfo.InvariantCulture, $"{Printable.Text(volume.Id)}: {fs}{label}, {volume.Size} bytes{mount}{Printable.Text(state)}\n");
        }
    }

    public void Entry(string volume, FileSystem files, FileEntry entry, VmaDeletedFile? deleted = null)
    {
        string owner = entry.UserId is long user ? string.Create(CultureInfo.InvariantCulture, $"{user}:{entry.GroupId}") : string.Empty;
        string size = entry.Type == FileEntryType.File
            ? entry.Length.ToString(CultureInfo.InvariantCulture)
            : entry.DeviceMajor is uint major ? string.Create(CultureInfo.InvariantCulture, $"{major},{entry.DeviceMinor}") : string.Empty;
        string time = entry.Modified is FileTime modified ? modified.ToDateTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : string.Empty;
        _lines.Append(CultureInfo.InvariantCulture, $"{FileModes.Text(entry),-10} {owner,11} {size,13} {time,19} {Printable.Text(entry.FullName)}");
        if (entry.Type == FileEntryType.SymbolicLink)
        {
            try
            {
                _lines.Append(" -> ").Append(Printable.Text(files.ReadLinkTarget(entry).ToString()));
            }
            catch (VmaException exception)
            {
                Error(volume, entry.FullName, exception);
            }
        }

        if (deleted is not null)
        {
            _lines.Append(deleted.Recovery is string recovery ? $" (deleted, {recovery.ToLowerInvariant()})" : " (deleted)");
        }

        _lines.Append('\n');
        if (_lines.Length >= FlushSize)
        {
            Flush();
        }
    }

    public void Error(string? volume, string? path, VmaException error) => _errors.Print(volume, path, error);

    public void Flush()
    {
        _output.Write(_lines.ToString());
        _lines.Clear();
    }
}
