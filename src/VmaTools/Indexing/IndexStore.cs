using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using VmaTools.Bytes;
using VmaTools.Extents;
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

    /// <summary>As much of an archive's name as leaves room for the rest: names have up to 255 bytes nearly everywhere.</summary>
    private const int MostNameBytes = 100;

    private const int MostBytesOfNames = 255;

    private readonly SeekableSource _source;
    private readonly ArchiveHeader _header;
    private ArchiveBinding? _binding;

    public IndexStore(SeekableSource source, ArchiveHeader header)
    {
        _source = source;
        _header = header;
        Hops = source.CanReadAnywhere ? source.OpenStored : null;
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

    /// <summary>
    /// True where somebody else made the cache folder, or may write to it: a user without a home has theirs where everybody may make one,
    /// and what is read from there is believed.
    /// </summary>
    public static bool IsCacheForeign =>
        CacheFolder.StartsWith(Path.GetTempPath(), StringComparison.Ordinal)
        && (FileFacts.Of(CacheFolder, followLink: false) is { IsMine: false } || IsOpenToOthers(CacheFolder));

    /// <summary>Where this archive's index is in that folder: its name tells the archive's, and a digest of its path.</summary>
    public string CachePath => CachePathOf(_source.PlainName!);

    private bool IsCache(string path) => _source.Path is not null && path == CachePath;

    /// <summary>Why an index that was there cannot be used, or null.</summary>
    public string? Notice { get; private set; }

    /// <summary>
    /// Opens the decompressed bytes where these are read at any offset without an index, which is then one of the extents only: where
    /// they are. Null where decoding takes checkpoints.
    /// </summary>
    public Func<RandomBytes>? Hops { get; init; }

    /// <summary>How far the checkpoints of what is built are apart.</summary>
    public CheckpointDistances Distances { get; init; } = CheckpointDistances.Default;

    private ArchiveBinding Binding => _binding ??= ArchiveBinding.Of(_source, UuidText.Of(_header.Uuid));

    /// <summary>Where the index of the archive at <paramref name="path"/> is looked for first: beside it.</summary>
    public static string PathBeside(string path) => path + Extension;

    /// <summary>Where the index of the archive at <paramref name="path"/> is in the cache folder, or what else is kept of it there.</summary>
    public static string CachePathOf(string path, string extension = Extension)
    {
        string mark = Xxh64.Of(Encoding.UTF8.GetBytes(path)).ToString("x16", CultureInfo.InvariantCulture);
        return Path.Combine(CacheFolder, $"{NewFile.Shorten(FileNameOf(path), MostNameBytes)}.{mark}{extension}");
    }

    // What is in an address may be nothing that a file can be named.
    private static string FileNameOf(string path) => RemoteAddress.IsOne(path)
        ? string.Join("_", RemoteAddress.FileNameOf(path).Split(Path.GetInvalidFileNameChars().Concat([':', '*', '"', '|']).ToArray()))
        : Path.GetFileName(path);

    /// <summary>Opens the archive's index, beside it or in the cache folder; null where none fits.</summary>
    public ArchiveIndex? Find()
    {
        List<string> reasons = [];
        ArchiveIndex? index = TryOpenGiven(reasons) ?? TryOpenOnServer(reasons);
        if (index is null && _source.Path is not null)
        {
            index = (_source is FileSource file ? TryOpen(PathBeside(file.Path), reasons) : null) ?? TryOpen(CachePath, reasons);
        }

        Notice = reasons.Count == 0 ? null : string.Join(" ", reasons);
        return index;
    }

    /// <summary>Opens the archive's index at a path; null where none that fits is there.</summary>
    public ArchiveIndex? FindAt(string path) => TryOpen(path, []);

    /// <summary>
    /// Builds an index for a reader who needs one now: in the cache folder, or where that cannot be, in a scratch file that goes with
    /// the reader.
    /// </summary>
    public IndexedArchive BuildForUse(IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            return new IndexedArchive(_source, Build(CachePath, progress, cancellationToken));
        }
        catch (VmaException exception) when (exception.Code is VmaCodes.TargetWriteFailed or VmaCodes.TargetNoSpace or VmaCodes.TargetFileTooLarge or VmaCodes.TargetExists
            or VmaCodes.TargetIsArchive or VmaCodes.TargetIsSource)
        {
            Notice = $"The index cannot be kept, and is made anew the next time: {exception.Sentence} Folder: {CacheFolder}.";
        }

        return BuildInScratch(progress, cancellationToken);
    }

    /// <summary>Builds the index at <paramref name="path"/>, going on with what an interrupted build left there.</summary>
    /// <exception cref="VmaException">It cannot be written, or the archive changed meanwhile. Nothing is left then.</exception>
    /// <exception cref="IOException">The archive cannot be read.</exception>
    public ArchiveIndex Build(string path, IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        using (PendingFile file = Begin(path, GuardOf(path)))
        {
            try
            {
                Fill(file.Stream, path, progress, cancellationToken);
                Attempt(path, () => file.Commit(replace: true));
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
    /// <exception cref="VmaException">Something other than an index is there, or it cannot be written.</exception>
    public IndexRecording Record(string path, CancellationToken cancellationToken)
    {
        TargetGuard guard = GuardOf(path);
        guard.Check(path);
        if (!IsCache(path))
        {
            MustBeIndex(path);
        }

        MakeFolderOf(path);

        PendingFile file = new(path, guard, maySparse: false, TemporaryNameOf(path));
        try
        {
            IndexWriter writer = new(file.Stream, path, MakeHead());
            return new IndexRecording(this, path, file, new IndexRecorder(_source, writer, restart: null, Distances, _source.Tap, cancellationToken));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Refuses what is there and no index: an index is not written in its place.</summary>
    /// <exception cref="VmaException">Something else is there.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static void MustBeIndex(string path)
    {
        if (File.Exists(path) && (FileFacts.IsOtherThanFile(path) || !ArchiveIndex.IsOne(path)))
        {
            throw new VmaException(VmaCodes.TargetExists, "What is there is no index, and is not replaced by one.", path);
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

    private ArchiveIndex? TryOpenGiven(List<string> reasons) =>
        _source.Index is { } given ? TryOpen(given.Name, () => ArchiveIndex.Open(given.Open, given.Name, Binding), reasons) : null;

    // An archive without an index is nothing special, and a signed address is of one file.
    private ArchiveIndex? TryOpenOnServer(List<string> reasons)
    {
        if (_source.IndexBeside(Extension) is not { } beside)
        {
            return null;
        }

        try
        {
            return TryOpen(beside.Name, () => ArchiveIndex.Open(beside.Open, beside.Name, Binding), reasons);
        }
        catch (VmaException exception) when (exception.Code is VmaCodes.RemoteNotFound or VmaCodes.RemoteAccessDenied)
        {
            return null;
        }
        catch (VmaException exception)
        {
            reasons.Add(NotUsed(beside.Name, exception));
            return null;
        }
    }

    // What is no regular file could be waited for for ever, and what is in a folder of somebody else's is not ours.
    private ArchiveIndex? TryOpen(string path, List<string> reasons) =>
        !File.Exists(path) || FileFacts.IsOtherThanFile(path) || (IsCache(path) && IsCacheForeign)
            ? null
            : TryOpen(path, () => ArchiveIndex.Open(path, Binding), reasons);

    private static string NotUsed(string name, Exception exception) => $"The index '{name}' is not used: {exception.Message.TrimEnd('.')}.";

    private ArchiveIndex? TryOpen(string name, Func<ArchiveIndex> open, List<string> reasons)
    {
        try
        {
            ArchiveIndex index = open();
            if (index.IntervalCount > 0 || Hops is not null)
            {
                return index;
            }

            index.Dispose();
            return null;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            reasons.Add(NotUsed(name, exception));
            return null;
        }
    }

    /// <summary>What an index must not replace. What one user's cache knows of an archive is for that user.</summary>
    private TargetGuard GuardOf(string path)
    {
        TargetGuard guard = ArchiveGuard.For(_source.Path);
        return IsCache(path) ? guard.ForOwnerOnly() : guard;
    }

    private IndexHead MakeHead() => new(Binding, _source.PlainName ?? string.Empty);

    private static PendingFile Begin(string path, TargetGuard guard)
    {
        PendingFile? begun = null;
        Attempt(path, () =>
        {
            MakeFolderOf(path);

            // Where somebody else is building the same one, neither waits for the other, and the last to finish wins. What an
            // interrupted build leaves is of use only under the name where the next one looks.
            begun = HasRoom(path, PartialExtension) ? PendingFile.TryResume(path, guard, path + PartialExtension) : null;
            if (begun is not null)
            {
                begun.KeepsUnfinished = true;
                return;
            }

            begun = new PendingFile(path, guard, maySparse: false, TemporaryNameOf(path));
        });
        return begun!;
    }

    private static string TemporaryNameOf(string path)
    {
        string suffix = $".{Guid.NewGuid():N}{PartialExtension}";
        return HasRoom(path, suffix) ? path + suffix : NewFile.TemporaryNeighbour(path);
    }

    /// <summary>Whether a file's name stays short enough for most file systems with something appended.</summary>
    private static bool HasRoom(string path, string suffix) =>
        Encoding.UTF8.GetByteCount(Path.GetFileName(path)) + suffix.Length <= MostBytesOfNames;

    private IndexedArchive BuildInScratch(IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        string folder = Path.GetTempPath();
        FileStream? file = null;
        try
        {
            Attempt(folder, () => file = NewFile.CreateScratch(folder));
            Fill(file!, folder, progress, cancellationToken);

            // It stays open as long as the archive is used.
            return new IndexedArchive(_source, ArchiveIndex.Open(() => new StreamBytes(file!, 0), file!.Name, Binding));
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>Fills an index. What cannot be written is told of the index, and what cannot be read of the archive.</summary>
    private void Fill(FileStream file, string path, IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        if (Hops is not null)
        {
            IndexBuilder.RunHopping(_source, _header, Hops(), new IndexWriter(file, path, MakeHead()), progress, cancellationToken);
            return;
        }

        IndexRestart? restart = null;
        if (file.Length > 0 && PartialIndex.TryRead(file, Binding) is { } partial)
        {
            restart = IndexRestart.TryMake(_source, partial);
        }

        using RandomBytes? before = restart?.Bytes;
        IndexWriter writer = restart is null
            ? new IndexWriter(file, path, MakeHead())
            : new IndexWriter(file, path, restart.Partial);
        using IndexRecorder recorder = new(_source, writer, restart, Distances, tap: null, cancellationToken);
        IndexBuilder.Run(_source, _header, recorder, restart, progress, cancellationToken);
    }

    private static void Attempt(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw TargetErrors.Of(exception, path);
        }
    }

    /// <summary>Makes the folder that an index goes to. The cache folder must be this user's then, whoever was faster.</summary>
    public static void MakeFolderOf(string path)
    {
        string? folder = Path.GetDirectoryName(path);
        if (!string.IsNullOrEmpty(folder) && !Directory.Exists(folder))
        {
            CreateFolder(folder!);
        }

        if (folder == CacheFolder && IsCacheForeign)
        {
            throw new IOException("The cache folder belongs to another user, or others may write to it.");
        }
    }

    private static bool IsOpenToOthers(string folder)
    {
#if !NETSTANDARD2_0
        const UnixFileMode Others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        return !OperatingSystem.IsWindows() && Directory.Exists(folder) && (File.GetUnixFileMode(folder) & Others) != 0;
#else
        // On Windows the temp folder is the user's own.
        return false;
#endif
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
}
