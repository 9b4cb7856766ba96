using System;
using System.IO;
using System.Threading;

namespace VmaTools.Files;

/// <summary>
/// A file in the making: it grows under a temporary name beside its final one, which it gets when it is whole, and not before.
/// Disposed without that, it is gone.
/// </summary>
internal sealed class PendingFile : IDisposable
{
    private const int MostChecks = 100;
    private const int BetweenChecks = 20;

    private readonly string _finalPath;
    private readonly string _temporaryPath;
    private readonly TargetGuard _guard;
    private readonly bool _isResumable;
    private bool _committed;

    /// <param name="finalPath">Full path that the file is to get. Its folder must exist.</param>
    /// <param name="guard">What the file must not replace.</param>
    /// <param name="maySparse">Whether the file system is asked to leave holes where nothing is written.</param>
    /// <param name="temporaryPath">The name it has until then; null for one made up.</param>
    /// <exception cref="VmaException">The target is never replaced.</exception>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public PendingFile(string finalPath, TargetGuard guard, bool maySparse, string? temporaryPath = null)
    {
        guard.Check(finalPath);
        _finalPath = finalPath;
        _guard = guard;
        _temporaryPath = temporaryPath ?? NewFile.TemporaryNeighbour(finalPath);
        Stream = NewFile.Create(_temporaryPath, FileShare.None, guard.IsPrivate);
        if (maySparse)
        {
            FileTraits.TryMakeSparse(Stream);
        }
        else
        {
            FileTraits.ClearInherited(_temporaryPath, Stream);
        }
    }

    private PendingFile(string finalPath, TargetGuard guard, string temporaryPath, FileStream stream)
    {
        _finalPath = finalPath;
        _guard = guard;
        _temporaryPath = temporaryPath;
        _isResumable = true;
        Stream = stream;
    }

    public FileStream Stream { get; }

    /// <summary>Whether what there is stays under the temporary name when this is disposed unfinished, for <see cref="TryResume"/>.</summary>
    public bool KeepsUnfinished { get; set; }

    /// <summary>Begins a file, or goes on with what was kept of it, alone: nobody else can do so meanwhile.</summary>
    /// <param name="finalPath">Full path that the file is to get. Its folder must exist.</param>
    /// <param name="guard">What the file must not replace.</param>
    /// <param name="temporaryPath">The name it has until then. What others put there, or a link, is left alone.</param>
    /// <returns>Null where somebody else is at it, or the name is taken by what is not this user's file.</returns>
    /// <exception cref="VmaException">The target is never replaced.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static PendingFile? TryResume(string finalPath, TargetGuard guard, string temporaryPath)
    {
        guard.Check(finalPath);

        // Windows lets an open file be renamed only where told so, other systems always.
        FileShare alone = WindowsControl.IsWindows ? FileShare.Delete : FileShare.None;
        try
        {
            return new PendingFile(finalPath, guard, temporaryPath, NewFile.Create(temporaryPath, alone, guard.IsPrivate));
        }
        catch (IOException) when (FileFacts.Of(temporaryPath, followLink: false) is not null || File.Exists(temporaryPath))
        {
            return TryReopen(temporaryPath, alone) is { } stream ? new PendingFile(finalPath, guard, temporaryPath, stream) : null;
        }
    }

    private static FileStream? TryReopen(string path, FileShare share)
    {
        FileFacts? there = FileFacts.Of(path, followLink: false);
        if (there is { IsOwn: false })
        {
            return null;
        }

        try
        {
            FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite, share, 1);
            if (FileFacts.Of(stream) == there)
            {
                return stream;
            }

            // Somebody put another one there in between.
            stream.Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Somebody is at it, or it may not be written to.
        }

        return null;
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
        if (replace)
        {
            CheckAgain();
        }

#if NETSTANDARD2_0
        if (replace && WindowsControl.IsWindows && File.Exists(_finalPath) && WindowsControl.Move(_temporaryPath, _finalPath))
        {
            return;
        }

        if (replace)
        {
            MoveAside();
        }
        else
        {
            File.Move(_temporaryPath, _finalPath);
        }
#else
        try
        {
            File.Move(_temporaryPath, _finalPath, replace);
        }
        catch (Exception exception) when (replace && WindowsControl.IsWindows && exception is IOException or UnauthorizedAccessException && File.Exists(_finalPath))
        {
            MoveAside();
        }
#endif
    }

    /// <summary>Looks at a target that may have come to be since the beginning: who made it may have it open a moment longer.</summary>
    private void CheckAgain()
    {
        for (int tried = 1; ; tried++)
        {
            try
            {
                _guard.Check(_finalPath);
                return;
            }
            catch (IOException) when (tried < MostChecks)
            {
                Thread.Sleep(BetweenChecks);
            }
        }
    }

    /// <summary>
    /// Replaces a file that others have open, which Windows does not do at once: it may be renamed, and is gone when they close it. Others
    /// may do the same meanwhile; then the one that comes last stays.
    /// </summary>
    private void MoveAside()
    {
        for (int tried = 1; ; tried++)
        {
            string? aside = NewFile.TemporaryNeighbour(_finalPath);
            try
            {
                File.Move(_finalPath, aside);
            }
            catch (FileNotFoundException)
            {
                // Somebody has it aside already.
                aside = null;
            }

            try
            {
                File.Move(_temporaryPath, _finalPath);
            }
            catch (IOException) when (tried < MostChecks && File.Exists(_finalPath))
            {
                // Somebody was faster, and what was there before is not needed any more.
                Remove(aside);
                continue;
            }
            catch
            {
                if (aside is not null)
                {
                    File.Move(aside, _finalPath);
                }

                throw;
            }

            Remove(aside);
            return;
        }
    }

    private static void Remove(string? aside)
    {
        if (aside is not null)
        {
            File.Delete(aside);
        }
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
