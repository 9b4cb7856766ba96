using System;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.GuestFiles;

namespace VmaTools.Restores;

/// <summary>Looks for files of one installed system.</summary>
internal abstract class SystemFiles(string volume, CancellationToken cancellationToken)
{
    // Enough for whatever a system calls itself.
    private const int MaxText = 1 << 16;

    protected string Volume => volume;

    protected CancellationToken CancellationToken => cancellationToken;

    /// <summary>The place of a path, links followed, or null where it leads to nothing that can be read.</summary>
    protected abstract GuestPlace? Find(string path);

    /// <summary>A file that is not empty and can be read to its end, or null.</summary>
    protected GuestPlace? FindFile(string path) => Find(path) is { Entry.Type: FileEntryType.File } place && IsReadable(place) ? place : null;

    /// <summary>The first of several files that is there and readable, or null.</summary>
    protected string? FirstOf(params string[] paths) => paths.FirstOrDefault(p => FindFile(p) is not null);

    /// <summary>The text of a small file, or null.</summary>
    protected string? ReadText(string path)
    {
        if (Find(path) is not { Entry: { Type: FileEntryType.File, Length: <= MaxText } } place)
        {
            return null;
        }

        try
        {
            using StreamReader reader = new(place.Files.OpenRead(place.Entry));
            return reader.ReadToEnd();
        }
        catch (Exception exception) when (exception is VmaException or IOException)
        {
            return null;
        }
    }

    protected bool IsReadable(GuestPlace place)
    {
        try
        {
            using Stream stream = place.Files.OpenRead(place.Entry);
            byte[] buffer = new byte[1 << 16];
            long length = 0;
            int read;
            while ((read = stream.Read(buffer, 0, buffer.Length)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                length += read;
            }

            return length > 0;
        }
        catch (Exception exception) when (exception is VmaException or IOException)
        {
            return false;
        }
    }
}
