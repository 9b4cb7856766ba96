using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.Files;

namespace VmaTools.GuestFiles.Copying;

/// <summary>
/// Writes a plan into a folder: directories, contents with their hard links, symbolic links, times, in this order. Contents are copied on
/// several threads; what became of them is told in the order of the plan.
/// </summary>
internal sealed class FolderCopy
{
    private readonly TargetFolder _folder;
    private readonly TargetGuard _guard;
    private readonly VmaFileExportOptions _options;
    private readonly int _threads;
    private readonly Action<VmaFileCopy> _onResult;
    private readonly Action<long> _onBytes;
    private readonly CancellationToken _cancellationToken;
    private readonly object _gate = new();

    /// <param name="root">Full path of the target folder.</param>
    /// <param name="guard">What files must not replace, and who may read them.</param>
    /// <param name="options">How to copy.</param>
    /// <param name="threads">How many contents are copied at once.</param>
    /// <param name="onResult">Hears what became of each entry.</param>
    /// <param name="onBytes">Hears how many bytes were copied.</param>
    /// <param name="cancellationToken">Ends the copy; what is whole stays.</param>
    /// <param name="writes">Whether anything is written, or it is only told what would become of it.</param>
    public FolderCopy(
        string root,
        TargetGuard guard,
        VmaFileExportOptions options,
        int threads,
        Action<VmaFileCopy> onResult,
        Action<long> onBytes,
        CancellationToken cancellationToken,
        bool writes = true)
    {
        _folder = new TargetFolder(root, options.Replace, writes);
        _guard = guard;
        _options = options;
        _threads = threads;
        _onResult = onResult;
        _onBytes = onBytes;
        _cancellationToken = cancellationToken;
    }

    public void Run(CopyPlan plan)
    {
        List<CopyItem> folders = MakeFolders(plan);
        CopyContents(plan);
        MakeLinks(plan);

        // The deepest first: giving a folder its time must come after all that is made in it.
        for (int i = folders.Count - 1; i >= 0; i--)
        {
            CopyItem folder = folders[i];
            string path = _folder.PathOf(folder.Name.Target);
            if (HostTraits.Give(path, folder, isDirectory: true, _options) is string problem)
            {
                _onResult(folder.Skipped(VmaCodes.TargetWriteFailed, problem));
            }

            _onResult(folder.Written(path));
        }
    }

    /// <summary>Tells what would not be written, or left out, as far as that can be told without reading any content.</summary>
    public void Foresee(CopyPlan plan)
    {
        LinkPlan links = new(plan.Items);
        foreach (CopyItem item in plan.Items)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            Attempt(item, _onResult, () =>
            {
                if (WhyLeftOut(item, links) is { } leftOut)
                {
                    _onResult(leftOut);
                }
                else if (item.Entry.Type == FileEntryType.Directory)
                {
                    _folder.Require(item.Name.Target);
                }
                else
                {
                    _guard.Check(_folder.RequireFree(item.Name.Target));
                }
            });
        }
    }

    private List<CopyItem> MakeFolders(CopyPlan plan)
    {
        List<CopyItem> made = [];
        foreach (CopyItem folder in plan.Items.Where(static i => i.Entry.Type == FileEntryType.Directory))
        {
            Attempt(folder, _onResult, () =>
            {
                _folder.Require(folder.Name.Target);
                made.Add(folder);
            });
        }

        return made;
    }

    private void CopyContents(CopyPlan plan)
    {
        IReadOnlyList<ArraySegment<CopyItem>> contents = plan.ContentsByLocation(_cancellationToken);
        OrderedResults results = new(_onResult);
        SideBySide.Run(
            contents.Count,
            _threads,
            () => new FileCopier(_folder, plan, _guard, _options, isAlone: _threads == 1, OnBytes, _cancellationToken),
            (copier, number) =>
            {
                List<VmaFileCopy> told = [];
                VmaFileCopy? first = null;
                foreach (CopyItem name in contents[number])
                {
                    _cancellationToken.ThrowIfCancellationRequested();
                    Attempt(name, told.Add, () => first = copier.Copy(name, first, told.Add));
                }

                results.Add(number, told);
            });
    }

    private void OnBytes(long count)
    {
        lock (_gate)
        {
            _onBytes(count);
        }
    }

    private void MakeLinks(CopyPlan plan)
    {
        LinkPlan links = new(plan.Items);
        foreach (CopyItem item in plan.Items)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            if (item.Entry.Type is not (FileEntryType.File or FileEntryType.Directory))
            {
                Attempt(item, _onResult, () => _onResult(WhyLeftOut(item, links) ?? MakeSymbolicLink(item, links)));
            }
        }
    }

    /// <summary>What is told of an entry that is left out on purpose; null of others.</summary>
    private static VmaFileCopy? WhyLeftOut(CopyItem item, LinkPlan links) => item.Entry.Type switch
    {
        FileEntryType.File or FileEntryType.Directory => null,
        FileEntryType.SymbolicLink => links.TargetWithin(item, TargetOf(item)) is null
            ? item.Skipped(VmaCodes.FileLinkLoop, "The link leads out of what is copied, so it is not made.")
            : null,
        _ => item.Skipped(VmaCodes.FileTypeMismatch, "Devices, pipes and sockets are written to tar archives only."),
    };

    private static GuestPath TargetOf(CopyItem item) => GuestPath.ParseTarget(item.Place.Files.ReadLinkTarget(item.Entry), item.Place.Files.Kind == "ntfs");

    private VmaFileCopy MakeSymbolicLink(CopyItem item, LinkPlan links)
    {
        GuestPath guestTarget = TargetOf(item);
        string target = links.TargetWithin(item, guestTarget)!;
        string path = _folder.RequireFree(item.Name.Target);
        TargetFolder.RemoveFile(path);
        return HostFiles.TrySymbolicLink(path, target, links.IsDirectory(item, guestTarget))
            ? item.Written(path)
            : item.Skipped(VmaCodes.TargetWriteFailed, "The system does not let this user make symbolic links here.");
    }

    private void Attempt(CopyItem item, Action<VmaFileCopy> onResult, Action action)
    {
        VmaException failure;
        try
        {
            action();
            return;
        }
        catch (VmaException exception)
        {
            failure = exception;
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            failure = TargetErrors.Of(exception, _folder.PathOf(item.Name.Target));
        }

        onResult(item.Failed(_folder.PathOf(item.Name.Target), failure));
    }
}
