using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.Extents;
using VmaTools.Files;

namespace VmaTools.GuestFiles.Copying;

/// <summary>
/// Writes a plan into a folder: directories, contents, hard links, symbolic links, times, in this order. Nothing is written
/// through a link, be it one that stands in the folder already.
/// </summary>
internal sealed class FolderCopy
{
    private const string PartialSuffix = ".partial";
    private const int MaxRanges = 10_000;

    private readonly string _root;
    private readonly VmaFileExportOptions _options;
    private readonly Action<VmaFileCopy> _onResult;
    private readonly Action<long> _onBytes;
    private readonly CancellationToken _cancellationToken;
    private readonly ContentCopier _copier;
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    /// <param name="root">Full path of the target folder.</param>
    /// <param name="options">How to copy.</param>
    /// <param name="onResult">Hears what became of each entry.</param>
    /// <param name="onBytes">Hears how many bytes were copied.</param>
    /// <param name="cancellationToken">Ends the copy; what is whole stays.</param>
    public FolderCopy(string root, VmaFileExportOptions options, Action<VmaFileCopy> onResult, Action<long> onBytes, CancellationToken cancellationToken)
    {
        _root = root;
        _options = options;
        _onResult = onResult;
        _onBytes = onBytes;
        _cancellationToken = cancellationToken;
        _copier = new ContentCopier(options.Digest);
    }

    public void Run(CopyPlan plan)
    {
        MakeRoot();
        List<CopyItem> folders = plan.Items.Where(static i => i.Entry.Type == FileEntryType.Directory).ToList();
        List<CopyItem> made = [];
        foreach (CopyItem folder in folders)
        {
            Attempt(folder, () =>
            {
                RequireFolder(folder.Target);
                made.Add(folder);
            });
        }

        // One content that several names lead to is copied once.
        Dictionary<(string Volume, ulong Id), VmaFileCopy> firsts = [];
        foreach (CopyItem file in plan.FilesByLocation(_cancellationToken))
        {
            _cancellationToken.ThrowIfCancellationRequested();
            (string, ulong) key = (file.Place.Volume.Id, file.Entry.Id);
            bool isShared = file.Entry.LinkCount > 1 && file.Place.Files.Kind is not ("vfat" or "exfat");
            if (isShared && firsts.TryGetValue(key, out VmaFileCopy? first))
            {
                Attempt(file, () => Link(file, first));
                continue;
            }

            Attempt(file, () =>
            {
                VmaFileCopy copy = CopyFile(file);
                if (isShared && copy.Status == VmaFileCopy.Written)
                {
                    firsts[key] = copy;
                }
            });
        }

        LinkPlan links = new(plan.Items);
        foreach (CopyItem item in plan.Items)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            if (item.Entry.Type == FileEntryType.SymbolicLink)
            {
                Attempt(item, () => MakeSymbolicLink(item, links));
            }
            else if (item.Entry.Type is not (FileEntryType.File or FileEntryType.Directory))
            {
                Skip(item, VmaCodes.FileTypeMismatch, "Devices, pipes and sockets are written to tar archives only.");
            }
        }

        // The deepest first: giving a folder its time must come after all that is made in it.
        for (int i = made.Count - 1; i >= 0; i--)
        {
            CopyItem folder = made[i];
            GiveTraits(PathOf(folder.Target), folder, isDirectory: true);
            _onResult(new VmaFileCopy(folder.Place.Volume.Id, folder.Entry, PathOf(folder.Target), VmaFileCopy.Written));
        }
    }

    private void MakeRoot()
    {
        try
        {
            Directory.CreateDirectory(_root);
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw TargetErrors.Of(exception, _root);
        }
    }

    private VmaFileCopy CopyFile(CopyItem item)
    {
        FileSystem files = item.Place.Files;
        RequireFolder(item.Target.Take(item.Target.Count - 1).ToArray());
        string target = PathOf(item.Target);
        RequireFree(target);
        using Stream content = files.OpenRead(item.Entry);
        IReadOnlyList<(long Offset, long Length)> ranges = files.ReadDataRanges(item.Entry);
        using PendingFile pending = new(target, ArchiveGuard.Default, maySparse: HasHoles(ranges, content.Length));
        pending.Stream.SetLength(content.Length);
        try
        {
            _copier.Copy(content, ranges, (offset, bytes, count) => WriteAt(pending.Stream, offset, bytes, count), _onBytes, _cancellationToken);
        }
        catch (VmaException exception) when (_options.Salvage)
        {
            return Salvage(item, content, ranges, target, exception);
        }

        Commit(pending, target);
        string? digest = _copier.Sha256;
        CopyStreams(item, target);
        GiveTraits(target, item, isDirectory: false);
        VmaFileCopy copy = new(item.Place.Volume.Id, item.Entry, target, VmaFileCopy.Written) { Length = content.Length, Sha256 = digest };
        _onResult(copy);
        return copy;
    }

    /// <summary>Writes what can be read under a name that says so; what cannot be read stays zeros, and is told.</summary>
    private VmaFileCopy Salvage(CopyItem item, Stream content, IReadOnlyList<(long Offset, long Length)> ranges, string target, VmaException cause)
    {
        const int Piece = 4096;
        string path = target + PartialSuffix;
        RequireFree(path);
        using PendingFile pending = new(path, ArchiveGuard.Default, maySparse: true);
        pending.Stream.SetLength(content.Length);
        long lost = 0;
        List<VmaFileRange> lostRanges = [];
        byte[] buffer = new byte[Piece];
        foreach ((long offset, long length) in ranges)
        {
            for (long position = offset; position < offset + length;)
            {
                _cancellationToken.ThrowIfCancellationRequested();
                int wanted = (int)Math.Min(Piece - (position % Piece), offset + length - position);
                int read = 0;
                try
                {
                    content.Position = position;
                    read = content.Read(buffer, 0, wanted);
                    WriteAt(pending.Stream, position, buffer, read);
                    _onBytes(read);
                }
                catch (VmaException)
                {
                    read = 0;
                }

                if (read == 0)
                {
                    lost += wanted;
                    AddLost(lostRanges, position, wanted);
                }

                position += read == 0 ? wanted : read;
            }
        }

        Commit(pending, path);
        GiveTraits(path, item, isDirectory: false);
        VmaFileCopy copy = new(
            item.Place.Volume.Id, item.Entry, path, VmaFileCopy.Partial, cause.Code, $"{lost} of {content.Length} bytes are lost{Tell(lostRanges)}. {cause.Message}")
        {
            Length = content.Length - lost,
            LostRanges = lostRanges.AsReadOnly(),
        };
        _onResult(copy);
        return copy;
    }

    private static void AddLost(List<VmaFileRange> ranges, long offset, long length)
    {
        if (ranges.Count > 0 && ranges[ranges.Count - 1] is { } last && last.Offset + last.Length == offset)
        {
            ranges[ranges.Count - 1] = new VmaFileRange(last.Offset, last.Length + length);
        }
        else if (ranges.Count < MaxRanges)
        {
            ranges.Add(new VmaFileRange(offset, length));
        }
    }

    private static string Tell(List<VmaFileRange> ranges)
    {
        const int Told = 5;
        string text = string.Join(", ", ranges.Take(Told).Select(static r => $"{r.Offset}\u2013{r.Offset + r.Length - 1}"));
        return ranges.Count == 0 ? string.Empty : $" ({text}{(ranges.Count > Told ? ", \u2026" : string.Empty)})";
    }

    private void CopyStreams(CopyItem item, string target)
    {
        FileSystem files = item.Place.Files;
        foreach (NamedStreamInfo stream in files.ReadStreams(item.Entry))
        {
            if (!HostNames.AreWindows)
            {
                _onResult(new VmaFileCopy(
                    item.Place.Volume.Id,
                    item.Entry,
                    null,
                    VmaFileCopy.Skipped,
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

    private void Link(CopyItem item, VmaFileCopy first)
    {
        RequireFolder(item.Target.Take(item.Target.Count - 1).ToArray());
        string target = PathOf(item.Target);
        RequireFree(target);
        if (File.Exists(target))
        {
            ArchiveGuard.Default.Check(target);
            File.Delete(target);
        }

        if (!HostFiles.TryHardLink(target, first.Target!))
        {
            CopyFile(item);
            return;
        }

        _written.Add(target);
        _onResult(new VmaFileCopy(item.Place.Volume.Id, item.Entry, target, VmaFileCopy.Written) { Length = item.Entry.Length, Sha256 = first.Sha256 });
    }

    private void MakeSymbolicLink(CopyItem item, LinkPlan links)
    {
        FileSystem files = item.Place.Files;
        GuestPath guestTarget = GuestPath.ParseTarget(files.ReadLinkTarget(item.Entry), files.Kind == "ntfs");
        if (links.TargetWithin(item, guestTarget) is not string target)
        {
            Skip(item, VmaCodes.FileLinkLoop, "The link leads out of what is copied, so it was not made.");
            return;
        }

        RequireFolder(item.Target.Take(item.Target.Count - 1).ToArray());
        string path = PathOf(item.Target);
        RequireFree(path);
        if (File.Exists(path))
        {
            ArchiveGuard.Default.Check(path);
            File.Delete(path);
        }

        if (!HostFiles.TrySymbolicLink(path, target, links.IsDirectory(item, guestTarget)))
        {
            Skip(item, VmaCodes.TargetWriteFailed, "The system does not let this user make symbolic links here.");
            return;
        }

        _written.Add(path);
        _onResult(new VmaFileCopy(item.Place.Volume.Id, item.Entry, path, VmaFileCopy.Written));
    }

    /// <summary>Gives what was written what else it has in the guest; what could not be given is told.</summary>
    private void GiveTraits(string path, CopyItem item, bool isDirectory)
    {
        if (HostTraits.Give(path, item, isDirectory, _options) is string problem)
        {
            Skip(item, VmaCodes.TargetWriteFailed, problem);
        }
    }

    private void RequireFree(string path)
    {
        if (_written.Contains(path))
        {
            throw new VmaException(VmaCodes.OutputNameCollision, "Something of this copy is there already.", path);
        }

        HostFiles.MustBeFree(path, _options.Replace);
    }

    private void Commit(PendingFile pending, string path)
    {
        pending.Commit(_options.Replace, waitForDisk: false);
        _written.Add(path);
    }

    /// <summary>Makes the folders on the way to a target; none of them may be a link.</summary>
    private void RequireFolder(IReadOnlyList<string> names)
    {
        string path = _root;
        foreach (string name in names)
        {
            path = Path.Combine(path, name);
            if (_folders.Contains(path))
            {
                continue;
            }

            if (HostFiles.IsLink(path))
            {
                throw new VmaException(VmaCodes.TargetExists, "A link stands in the way, and nothing is written through one.", path);
            }

            if (File.Exists(path))
            {
                throw new VmaException(VmaCodes.TargetExists, "A file stands where a folder is needed.", path);
            }

            Directory.CreateDirectory(path);

            // Only what was looked at and is a folder of its own counts from now on.
            _folders.Add(path);
        }
    }

    private void Attempt(CopyItem item, Action action)
    {
        try
        {
            action();
        }
        catch (VmaException exception)
        {
            Fail(item, exception.Code, exception.Message);
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            VmaException failure = TargetErrors.Of(exception, PathOf(item.Target));
            Fail(item, failure.Code, failure.Message);
        }
    }

    private void Fail(CopyItem item, string code, string message) =>
        _onResult(new VmaFileCopy(item.Place.Volume.Id, item.Entry, PathOf(item.Target), VmaFileCopy.Failed, code, message));

    private void Skip(CopyItem item, string code, string message) =>
        _onResult(new VmaFileCopy(item.Place.Volume.Id, item.Entry, null, VmaFileCopy.Skipped, code, message));

    private string PathOf(IEnumerable<string> names) => names.Aggregate(_root, Path.Combine);

    private static bool HasHoles(IReadOnlyList<(long Offset, long Length)> ranges, long length) => ranges.Sum(static r => r.Length) < length;

    private static void WriteAt(FileStream file, long offset, byte[] bytes, int count)
    {
        file.Position = offset;
        file.Write(bytes, 0, count);
    }
}
