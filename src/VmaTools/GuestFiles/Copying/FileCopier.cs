using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.Files;

namespace VmaTools.GuestFiles.Copying;

/// <summary>Copies files into a folder, one after the other: content, named streams, times. What one of several threads works with.</summary>
internal sealed class FileCopier
{
    private readonly TargetFolder _folder;
    private readonly CopyPlan _plan;
    private readonly TargetGuard _guard;
    private readonly VmaFileExportOptions _options;
    private readonly Action<long> _onBytes;
    private readonly CancellationToken _cancellationToken;
    private readonly ContentCopier _copier;

    /// <param name="folder">The target folder.</param>
    /// <param name="plan">All that is copied.</param>
    /// <param name="guard">What files must not replace, and who may read them.</param>
    /// <param name="options">How to copy.</param>
    /// <param name="isAlone">Whether nobody else copies meanwhile.</param>
    /// <param name="onBytes">Hears how many bytes were copied.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public FileCopier(
        TargetFolder folder,
        CopyPlan plan,
        TargetGuard guard,
        VmaFileExportOptions options,
        bool isAlone,
        Action<long> onBytes,
        CancellationToken cancellationToken)
    {
        _folder = folder;
        _plan = plan;
        _guard = guard;
        _options = options;
        _onBytes = onBytes;
        _cancellationToken = cancellationToken;
        _copier = new ContentCopier(options.Digest, isAlone);
    }

    /// <summary>Copies a file, or makes it a second name of what its content was written to already.</summary>
    /// <param name="item">The file.</param>
    /// <param name="first">What became of another name of the same content; null for none that was written.</param>
    /// <param name="onResult">Hears what became of the file.</param>
    /// <returns>What further names are to be names of; null where there is nothing.</returns>
    public VmaFileCopy? Copy(CopyItem item, VmaFileCopy? first, Action<VmaFileCopy> onResult)
    {
        string target = _folder.RequireFree(item.Name.Target);
        if (first is not null)
        {
            TargetFolder.RemoveFile(target);
            if (HostFiles.TryHardLink(target, first.Target!))
            {
                onResult(item.Written(target, item.Entry.Length, first.Sha256, first.Sha256OfData));
                return first;
            }
        }

        VmaFileCopy copy = Copy(item, target, onResult);
        onResult(copy);
        return copy.Status == VmaFileCopy.Written ? copy : first;
    }

    private VmaFileCopy Copy(CopyItem item, string target, Action<VmaFileCopy> onResult)
    {
        FileSystem files = item.Place.Files;
        using Stream content = files.OpenRead(item.Entry);
        IReadOnlyList<(long Offset, long Length)> ranges = files.ReadDataRanges(item.Entry);
        using PendingFile pending = new(target, GuardOf(item), maySparse: HasHoles(ranges, content.Length));
        pending.Stream.SetLength(content.Length);
        try
        {
            _copier.Copy(content, ranges, (offset, bytes, count) => WriteAt(pending.Stream, offset, bytes, count), _onBytes, _cancellationToken);
        }
        catch (VmaException exception) when (_options.Salvage)
        {
            return Salvage(item, content, ranges, target, exception, onResult);
        }

        pending.Commit(_options.Replace, waitForDisk: false);
        VmaFileCopy copy = item.Written(target, content.Length, _copier.Sha256, _copier.Sha256OfData);
        CopyStreams(item, target, onResult);
        GiveTraits(target, item, onResult);
        return copy;
    }

    // One that is to get the permissions that it has in the guest has none for others until then.
    private TargetGuard GuardOf(CopyItem item) => _options.PreserveMode && item.Entry.Mode is not null ? _guard.ForOwnerOnly() : _guard;

    /// <summary>Writes what can be read under a name that says so; what cannot be read stays zeros, and is told.</summary>
    private VmaFileCopy Salvage(
        CopyItem item, Stream content, IReadOnlyList<(long Offset, long Length)> ranges, string target, VmaException cause, Action<VmaFileCopy> onResult)
    {
        string path = target + ContentSalvage.Suffix;
        if (_plan.Takes(item.Name.WithSuffix(ContentSalvage.Suffix)))
        {
            throw new VmaException(VmaCodes.OutputNameCollision, "What is left of a damaged file would take the name of another one.", path);
        }

        _folder.MustBeFree(path);
        using PendingFile pending = new(path, GuardOf(item), maySparse: true);
        pending.Stream.SetLength(content.Length);
        ContentSalvage salvage = new(content, ranges);
        salvage.Run((offset, bytes, count) => WriteAt(pending.Stream, offset, bytes, count), _onBytes, _cancellationToken);
        pending.Commit(_options.Replace, waitForDisk: false);
        GiveTraits(path, item, onResult);
        return item.Partial(path, cause, salvage.Sentence, content.Length - salvage.LostBytes, salvage.LostRanges);
    }

    private void CopyStreams(CopyItem item, string target, Action<VmaFileCopy> onResult)
    {
        FileSystem files = item.Place.Files;
        foreach (NamedStreamInfo stream in files.ReadStreams(item.Entry))
        {
            if (!HostNames.AreWindows)
            {
                onResult(item.Skipped(
                    VmaCodes.FileContentNotSupported,
                    $"The stream {Printable.Short(stream.Name.ToString())} has no place on this system; read it by its name."));
                continue;
            }

            using Stream content = files.OpenRead(item.Entry, stream.Name);
            using FileStream file = new(target + ":" + HostNames.From(stream.Name, isWindows: true), FileMode.Create, FileAccess.Write);
            _copier.Copy(
                content,
                files.ReadDataRanges(item.Entry, stream.Name),
                (offset, bytes, count) => WriteAt(file, offset, bytes, count),
                _onBytes,
                _cancellationToken);
            file.SetLength(content.Length);
        }
    }

    /// <summary>Gives what was written what else it has in the guest; what could not be given is told.</summary>
    private void GiveTraits(string path, CopyItem item, Action<VmaFileCopy> onResult)
    {
        if (HostTraits.Give(path, item, isDirectory: false, _options) is string problem)
        {
            onResult(item.Skipped(VmaCodes.TargetWriteFailed, problem));
        }
    }

    private static bool HasHoles(IReadOnlyList<(long Offset, long Length)> ranges, long length) => ranges.Sum(static r => r.Length) < length;

    private static void WriteAt(FileStream file, long offset, byte[] bytes, int count)
    {
        file.Position = offset;
        file.Write(bytes, 0, count);
    }
}
