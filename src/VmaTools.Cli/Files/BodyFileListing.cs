using System.Globalization;
using System.IO;
using System.Text;

namespace VmaTools.Cli.Files;

/// <summary>
/// Lines for timelines, as The Sleuth Kit's <c>mactime</c> reads them:
/// <c>MD5|name|inode|mode|UID|GID|size|atime|mtime|ctime|crtime</c>.
/// </summary>
internal sealed class BodyFileListing : IFileListing
{
    private readonly TextWriter _output;
    private readonly ErrorLines _errors;
    private readonly StringBuilder _line = new();

    /// <param name="output">Where the lines go.</param>
    /// <param name="errors">Where errors go.</param>
    public BodyFileListing(TextWriter output, ErrorLines errors)
    {
        _output = output;
        _errors = errors;
    }

    public bool HasFailed => _errors.HasAny;

    public void Volume(VmaVolume volume) => _errors.Volume(volume);

    public void Entry(string volume, FileSystem files, FileEntry entry, VmaDeletedFile? deleted = null)
    {
        string state = deleted is null ? string.Empty : " (deleted)";
        Append(volume, files, entry, entry.FullName + state, entry.Length);
        try
        {
            foreach (NamedStreamInfo stream in files.HasStreams && deleted is null ? files.ReadStreams(entry) : [])
            {
                Append(volume, files, entry, entry.FullName + ":" + stream.Name, stream.Length);
            }
        }
        catch (VmaException exception)
        {
            Error(volume, entry.FullName, exception);
        }

        if (_line.Length > 1 << 14)
        {
            Flush();
        }
    }

    public void Error(string? volume, string? path, VmaException error) => _errors.Print(volume, path, error);

    public void Flush()
    {
        _output.Write(_line.ToString());
        _line.Clear();
    }

    private void Append(string volume, FileSystem files, FileEntry entry, string path, long length)
    {
        string name = (volume + ":" + path).Replace("|", "\\x7c", System.StringComparison.Ordinal);
        string id = entry.Sequence is uint sequence && files.Kind == "ntfs"
            ? string.Create(CultureInfo.InvariantCulture, $"{entry.Id}-{sequence}")
            : entry.Id.ToString(CultureInfo.InvariantCulture);
        char letter = entry.Type == FileEntryType.File ? 'r' : FileModes.Letter(entry.Type);
        string mode = entry.Mode is null ? "rrwxrwxrwx" : FileModes.Text(entry);
        _line.Append(
            CultureInfo.InvariantCulture,
            $"0|{Printable.Text(name)}|{id}|{letter}/{letter}{mode[1..]}|{entry.UserId ?? 0}|{entry.GroupId ?? 0}|{length}|");
        _line.Append(CultureInfo.InvariantCulture, $"{Seconds(entry.Accessed)}|{Seconds(entry.Modified)}|{Seconds(entry.Changed)}|{Seconds(entry.Created)}\n");
    }

    private static long Seconds(FileTime? time) => time?.Seconds ?? 0;
}
