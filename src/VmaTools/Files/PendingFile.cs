using System;
using System.IO;

namespace VmaTools.Files;

/// <summary>
/// A file in the making: it grows under a temporary name beside its final one, which it gets when it is whole, and not before.
/// Disposed without that, it is gone.
/// </summary>
internal sealed class PendingFile : IDisposable
{
    private readonly string _finalPath;
    private readonly string _temporaryPath;
    private readonly bool _isResumable;
    private bool _committed;

    /// <param name="finalPath">Full path that the file is to get. Its folder must exist.</param>
    /// <param name="maySparse">Whether the file system is asked to leave holes where nothing is written.</param>
    /// <param name="temporaryPath">The name it has until then; null for one made up.</param>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public PendingFile(string finalPath, bool maySparse, string? temporaryPath = null)
    {
        _finalPath = finalPath;
        _temporaryPath = temporaryPath ?? MakeTemporaryPath(finalPath);
        Stream = new FileStream(_temporaryPath, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1);
        if (maySparse)
        {
            FileTraits.TryMakeSparse(Stream);
        }
        else
        {
            FileTraits.ClearInherited(_temporaryPath, Stream);
        }
    }

    private PendingFile(string finalPath, string temporaryPath, FileStream stream)
    {
        _finalPath = finalPath;
        _temporaryPath = temporaryPath;
        _isResumable = true;
        Stream = stream;
    }

    public FileStream Stream { get; }

    /// <summary>Whether what there is stays under the temporary name when this is disposed unfinished, for <see cref="TryResume"/>.</summary>
    public bool KeepsUnfinished { get; set; }

    /// <summary>Begins a file, or goes on with what was kept of it, alone: nobody else can do so meanwhile.</summary>
    /// <param name="finalPath">Full path that the file is to get. Its folder must exist.</param>
    /// <param name="temporaryPath">The name it has until then.</param>
    /// <returns>Null where somebody else is at it.</returns>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static PendingFile? TryResume(string finalPath, string temporaryPath)
    {
        try
        {
            // Windows lets an open file be renamed only where told so, other systems always.
            FileShare alone = Path.DirectorySeparatorChar == '\\' ? FileShare.Delete : FileShare.None;
            return new PendingFile(finalPath, temporaryPath, new FileStream(temporaryPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, alone, 1));
        }
        catch (IOException) when (File.Exists(temporaryPath))
        {
            return null;
        }
    }

    /// <summary>Brings the file to disk and gives it its final name.</summary>
    /// <param name="replace">Whether a file of that name is replaced.</param>
    /// <param name="waitForDisk">Whether the disk must have the data first; with many small files that takes most of the time.</param>
    /// <exception cref="IOException">A file of that name exists, or the disk does not take the data.</exception>
    public void Commit(bool replace, bool waitForDisk = true)
    {
        Stream.Flush(flushToDisk: waitForDisk);
        if (!_isResumable)
        {
            Stream.Dispose();
        }

        // One that others might go on with is renamed while it is still open, so that nobody does.
        Rename(replace);
        _committed = true;
        Stream.Dispose();
    }

    private void Rename(bool replace)
    {
#if NETSTANDARD2_0
        try
        {
            File.Move(_temporaryPath, _finalPath);
        }
        catch (IOException) when (replace && File.Exists(_finalPath))
        {
            File.Replace(_temporaryPath, _finalPath, null);
        }
#else
        File.Move(_temporaryPath, _finalPath, replace);
#endif
    }

    private static string MakeTemporaryPath(string finalPath)
    {
        string mark = Guid.NewGuid().ToString("N").Substring(0, 8);
        return Path.Combine(Path.GetDirectoryName(finalPath) ?? string.Empty, $".{Path.GetFileName(finalPath)}.{mark}.partial");
    }

    public void Dispose()
    {
        Stream.Dispose();
        if (_committed || KeepsUnfinished)
        {
            return;
        }

        try
        {
            File.Delete(_temporaryPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The folder went away or was locked meanwhile; there is nothing left to undo, and an error is on its way already.
        }
    }
}
