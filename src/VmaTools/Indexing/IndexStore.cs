using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using VmaTools.Bytes;
using VmaTools.Files;
using VmaTools.Format;
using VmaTools.Sources;

namespace VmaTools.Indexing;

/// <summary>Where the indexes of an archive are, and how they get there: whole and at once, whoever else builds one meanwhile.</summary>
internal sealed class IndexStore
{
    /// <summary>What the name of an index ends in.</summary>
    public const string Extension = ".vmaindex";

    /// <summary>What is appended to that while it is built.</summary>
    public const string PartialExtension = ".partial";

    private readonly FileSource _source;
    private readonly ArchiveHeader _header;
    private ArchiveBinding? _binding;

    public IndexStore(FileSource source, ArchiveHeader header)
    {
        _source = source;
        _header = header;
    }

    /// <summary>The folder for indexes that nobody gave a place.</summary>
    public static string CacheFolder
    {
        get
        {
            string? root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (string.IsNullOrEmpty(root) || !Path.IsPathRooted(root))
            {
                root = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
                string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
                if (Path.DirectorySeparatorChar == '/' && home.Length > 0)
                {
                    root = Path.Combine(home, ".cache");
                }
            }

            return Path.Combine(string.IsNullOrEmpty(root) ? Path.GetTempPath() : root, "VmaTools");
        }
    }

    /// <summary>Where this archive's index is in that folder: its name tells the archive's, and a digest of its path.</summary>
    public string CachePath => CachePathOf(_source.Path);

    /// <summary>Why an index that was there cannot be used, or null.</summary>
    public string? Notice { get; private set; }

    /// <summary>How far the checkpoints of what is built are apart.</summary>
    public CheckpointDistances Distances { get; init; } = CheckpointDistances.Default;

    private ArchiveBinding Binding => _binding ??= ArchiveBinding.Of(_source, UuidText.Of(_header.Uuid));

    /// <summary>Where the index of the archive at <paramref name="path"/> is looked for first: beside it.</summary>
    public static string PathBeside(string path) => path + Extension;

    /// <summary>Where the index of the archive at <paramref name="path"/> is in the cache folder.</summary>
    public static string CachePathOf(string path)
    {
        string mark = Xxh64.Of(Encoding.UTF8.GetBytes(path)).ToString("x16", CultureInfo.InvariantCulture);
        string name = Path.GetFileName(path);
        return Path.Combine(CacheFolder, $"{(name.Length > 100 ? name.Substring(0, 100) : name)}.{mark}{Extension}");
    }

    /// <summary>Opens the archive's index, beside it or in the cache folder; null where none fits.</summary>
    public ArchiveIndex? Find()
    {
        List<string> reasons = [];
        foreach (string path in new[] { PathBeside(_source.Path), CachePath })
        {
            if (!File.Exists(path))
            {
                continue;
            }

            try
            {
                ArchiveIndex index = ArchiveIndex.Open(path, Binding);
                Notice = reasons.Count == 0 ? null : string.Join(" ", reasons);
                return index;
            }
            catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                reasons.Add($"The index '{path}' is not used: {exception.Message.TrimEnd('.')}.");
            }
        }

        Notice = reasons.Count == 0 ? null : string.Join(" ", reasons);
        return null;
    }

    /// <summary>Builds an index for a reader who needs one now: in the cache folder, or where that cannot be, in a temporary file.</summary>
    public ArchiveIndex BuildForUse(IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            return Build(CachePath, progress, cancellationToken);
        }
        catch (UnauthorizedAccessException)
        {
            string path = Path.Combine(Path.GetTempPath(), $"vmatools-{Guid.NewGuid():N}{Extension}");
            AppDomain.CurrentDomain.ProcessExit += (_, _) => TryDelete(path);
            return Build(path, progress, cancellationToken);
        }
    }

    /// <summary>Builds the index at <paramref name="path"/>, going on with what an interrupted build left there.</summary>
    public ArchiveIndex Build(string path, IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder && !Directory.Exists(folder))
        {
            CreateFolder(folder);
        }

        // Where somebody else is building the same one, neither waits for the other, and the last to finish wins.
        PendingFile? shared = PendingFile.TryResume(path, path + PartialExtension);
        using (PendingFile file = shared ?? new PendingFile(path, maySparse: false, $"{path}.{Guid.NewGuid():N}{PartialExtension}"))
        {
            // What an interrupted build leaves is of use only under the name where the next one looks.
            file.KeepsUnfinished = shared is not null;
            try
            {
                Fill(file.Stream, progress, cancellationToken);
                file.Commit(replace: true);
            }
            catch (VmaException)
            {
                file.KeepsUnfinished = false;
                throw;
            }
        }

        return OpenBuilt(path);
    }

    /// <summary>Begins an index at <paramref name="path"/> that comes of a pass over the archive.</summary>
    public IndexRecording Record(string path, CancellationToken cancellationToken)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder && !Directory.Exists(folder))
        {
            CreateFolder(folder);
        }

        PendingFile file = new(path, maySparse: false, $"{path}.{Guid.NewGuid():N}{PartialExtension}");
        try
        {
            IndexWriter writer = new(file.Stream, new IndexHead(Binding, _source.Path));
            return new IndexRecording(this, path, file, new IndexRecorder(_source, writer, restart: null, Distances, cancellationToken));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens an index that was built a moment ago.</summary>
    public ArchiveIndex OpenBuilt(string path)
    {
        try
        {
            return ArchiveIndex.Open(path, Binding);
        }
        catch (InvalidDataException exception)
        {
            throw new VmaException(VmaCodes.IndexDamaged, $"The index that was just built cannot be used: {exception.Message}.", path, null, null, exception);
        }
    }

    private void Fill(FileStream file, IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        IndexRestart? restart = null;
        if (file.Length > 0 && PartialIndex.TryRead(file, Binding) is { } partial)
        {
            restart = IndexRestart.TryMake(_source, partial);
        }

        using RandomBytes? before = restart?.Bytes;
        IndexWriter writer = restart is null ? new IndexWriter(file, new IndexHead(Binding, _source.Path)) : new IndexWriter(file, restart.Partial);
        using IndexRecorder recorder = new(_source, writer, restart, Distances, cancellationToken);
        IndexBuilder.Run(_source, _header, recorder, restart, progress, cancellationToken);
    }

    /// <summary>Creates a folder that, where the system knows such a thing, only its owner may look into.</summary>
    private static void CreateFolder(string folder)
    {
#if !NETSTANDARD2_0
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return;
        }
#endif
        Directory.CreateDirectory(folder);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is a leftover at worst, and an error is on its way already.
        }
    }
}
