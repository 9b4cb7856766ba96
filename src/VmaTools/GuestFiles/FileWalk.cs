using System;
using System.Collections.Generic;
using System.Threading;

namespace VmaTools;

/// <summary>Goes through a directory and what is below it, an entry at a time; links are not followed.</summary>
public sealed class FileWalk
{
    // Deeper than any path that a system can name; a hostile tree may go on for ever.
    private const int MaxDepth = 2048;

    private readonly FileSystem _files;
    private readonly Action<FileSystemFinding> _onFinding;
    private readonly CancellationToken _cancellationToken;

    /// <summary>Prepares walks through a file system; nothing is read yet.</summary>
    /// <param name="files">The file system, which must stay open.</param>
    /// <param name="onFinding">Hears of what cannot be read, in the place where it is met; null for nobody.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    public FileWalk(FileSystem files, Action<FileSystemFinding>? onFinding = null, CancellationToken cancellationToken = default)
    {
        _files = files ?? throw new ArgumentNullException(nameof(files));
        _onFinding = onFinding ?? (static _ => { });
        _cancellationToken = cancellationToken;
    }

    /// <summary>The entries below a directory, each before what is below it.</summary>
    /// <param name="directory">Where the walk begins; it is not among the entries.</param>
    /// <param name="depth">How many levels more than the first are gone into.</param>
    /// <param name="withSystem">Whether what belongs to the file system itself, such as <c>$MFT</c>, is listed.</param>
    /// <exception cref="VmaException">The directory itself cannot be read. What is met below it is told, and the walk goes on.</exception>
    public IEnumerable<FileEntry> Below(FileEntry directory, int depth, bool withSystem)
    {
        int told = _files.FindingCount;
        Stack<IEnumerator<FileEntry>> open = new();
        Stack<FileEntry> above = new();
        try
        {
            open.Push(_files.ReadDirectory(directory).GetEnumerator());
            above.Push(directory);
            while (open.Count > 0)
            {
                _cancellationToken.ThrowIfCancellationRequested();
                FileEntry? entry = Next(open.Peek(), above.Peek());
                told = Tell(told);
                if (entry is null)
                {
                    open.Pop().Dispose();
                    above.Pop();
                    continue;
                }

                if (entry.IsSystem && !withSystem)
                {
                    continue;
                }

                yield return entry;
                if (entry.Type != FileEntryType.Directory || above.Count > depth)
                {
                    continue;
                }

                if (above.Count >= MaxDepth || IsAbove(entry))
                {
                    _onFinding(new FileSystemFinding(
                        VmaCodes.FileSystemDamaged,
                        VmaSeverity.Error,
                        above.Count >= MaxDepth ? "Directories lie too deep in each other." : "The directory lies below itself.",
                        entry.FullName));
                    continue;
                }

                if (Enter(entry) is IEnumerator<FileEntry> entries)
                {
                    open.Push(entries);
                    above.Push(entry);
                }
            }
        }
        finally
        {
            while (open.Count > 0)
            {
                open.Pop().Dispose();
            }
        }
    }

    /// <summary>Begins to read a directory; one that cannot be read is told, and the walk goes on behind it.</summary>
    private IEnumerator<FileEntry>? Enter(FileEntry directory)
    {
        try
        {
            return _files.ReadDirectory(directory).GetEnumerator();
        }
        catch (VmaException exception)
        {
            Tell(exception, directory);
            return null;
        }
    }

    private FileEntry? Next(IEnumerator<FileEntry> entries, FileEntry directory)
    {
        try
        {
            return entries.MoveNext() ? entries.Current : null;
        }
        catch (VmaException exception)
        {
            Tell(exception, directory);
            return null;
        }
    }

    private void Tell(VmaException exception, FileEntry directory)
    {
        VmaFileSystemException? detail = exception as VmaFileSystemException;
        _onFinding(new FileSystemFinding(
            exception.Code, VmaSeverity.Error, exception.Sentence, detail?.FilePath ?? directory.FullName, detail?.VolumeOffset, exception.Device, exception.Offset));
    }

    private int Tell(int told)
    {
        int count = _files.FindingCount;
        if (count == told)
        {
            return told;
        }

        IReadOnlyList<FileSystemFinding> findings = _files.Findings;
        for (int i = told; i < findings.Count; i++)
        {
            _onFinding(findings[i]);
        }

        return findings.Count;
    }

    private bool IsAbove(FileEntry entry)
    {
        for (FileEntry? ancestor = entry.Parent; ancestor is not null; ancestor = ancestor.Parent)
        {
            if (_files.AreSame(ancestor, entry))
            {
                return true;
            }
        }

        return false;
    }
}
