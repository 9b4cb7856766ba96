using System;
using System.IO;
using System.Threading;
using VmaTools.Extents;
using VmaTools.Files;

namespace VmaTools.Indexing;

/// <summary>
/// An index that comes of a pass which is made anyway. What goes wrong with it is kept for afterwards: the pass goes on.
/// </summary>
internal sealed class IndexRecording : IDisposable
{
    private readonly IndexStore _store;
    private readonly string _path;
    private readonly PendingFile _file;
    private readonly IndexRecorder _recorder;

    /// <param name="store">The indexes of the archive.</param>
    /// <param name="path">Full path of the index.</param>
    /// <param name="file">Where it is written.</param>
    /// <param name="recorder">Who writes it.</param>
    public IndexRecording(IndexStore store, string path, PendingFile file, IndexRecorder recorder)
    {
        _store = store;
        _path = path;
        _file = file;
        _recorder = recorder;
    }

    /// <summary>The archive's bytes from the start, for the pass.</summary>
    public DigestedBytes Bytes => _recorder.Bytes;

    /// <summary>Why there will be no index, or null.</summary>
    public VmaException? Error { get; private set; }

    /// <summary>Takes an extent that was read.</summary>
    public void Take(ExtentFrame frame) => Try(() => _recorder.Take(frame));

    /// <summary>Says that there will be no index.</summary>
    /// <param name="error">Why.</param>
    public void Abandon(VmaException error) => Error ??= error;

    /// <summary>Completes the index, and opens it.</summary>
    /// <param name="end">What was found between the last extent and the end.</param>
    /// <param name="hasLostExtents">Whether an extent could not be read.</param>
    /// <returns>Null where there is none.</returns>
    public ArchiveIndex? Finish(ExtentFrame? end, bool hasLostExtents)
    {
        ArchiveIndex? index = null;
        Try(() =>
        {
            _recorder.Finish(end, hasLostExtents, damage: null);
            _file.Commit(replace: true);
            index = _store.OpenBuilt(_path);
        });
        return index;
    }

    public void Dispose()
    {
        _recorder.Dispose();
        _file.Dispose();
    }

    private void Try(Action action)
    {
        if (Error is not null)
        {
            return;
        }

        try
        {
            action();
        }
        catch (VmaException exception)
        {
            Error = exception;
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            Error = TargetErrors.Of(exception, _path);
        }
    }
}
