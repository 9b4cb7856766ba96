using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Archives;
using VmaTools.Bytes;
using VmaTools.Extents;
using VmaTools.Files;
using VmaTools.Format;
using VmaTools.Indexing;
using VmaTools.Sources;

namespace VmaTools;

/// <summary>
/// An archive: the facts in its header, and the way to its data. From a path, nothing is held open; every use of the data
/// opens the file anew and notices when it has changed. Disposing matters only for archives opened from a stream.
/// </summary>
public sealed class VmaArchive : IDisposable
{
    private const string ProtectedExtension = ".protected";

    private readonly object _gate = new();
    private readonly VmaDevice?[] _devicesById = new VmaDevice?[byte.MaxValue + 1];
    private ClusterMap? _map;
    private IndexedArchive? _indexed;
    private SeekableArchive? _seekable;
    private string? _indexNotice;
    private string? _mapPath;
    private AwaitedStream? _awaited;

    private VmaArchive(ArchiveSource source, ArchiveHeader header, ForwardBytes? pending, string? newIndexPath = null)
    {
        NewIndexPath = newIndexPath;
        Source = source;
        Header = header;
        PendingForward = pending;
        Devices = ReadableList<VmaDevice>.Of(header.Devices.Select(d => new VmaDevice(this, d)));
        Configs = ReadableList<VmaConfig>.Of(header.Configs.Select(c => new VmaConfig(source.Path, c)));
        foreach (VmaDevice device in Devices)
        {
            _devicesById[device.DeviceId] = device;
        }
    }

    /// <summary>Full path of the archive, or its address without query and user info; null where it came from a stream.</summary>
    public string? ArchivePath => Source.Path;

    /// <summary>How the archive is compressed, told by its bytes: one of the constants of <see cref="VmaCompression"/>.</summary>
    public string Compression => Source.Compression;

    /// <summary>Bytes that the archive takes as stored, or null where the stream does not tell.</summary>
    public long? StoredLength => Source.StoredLength;

    /// <summary>Version of the format: 1.</summary>
    public int Version => Header.Version;

    /// <summary>The archive's uuid: its bytes in order, in the form 8-4-4-4-12, as Proxmox prints it.</summary>
    public string Uuid => UuidText.Of(Header.Uuid);

    /// <summary>When the backup was begun, in UTC. A time that no calendar holds is clipped to the first or last that it does.</summary>
    public DateTime CreationTime
    {
        get
        {
            DateTime epoch = new(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc);
            long latest = (DateTime.MaxValue - epoch).Ticks / TimeSpan.TicksPerSecond;
            long earliest = (DateTime.MinValue - epoch).Ticks / TimeSpan.TicksPerSecond;
            return epoch.AddTicks(Math.Max(earliest, Math.Min(latest, Header.CTime)) * TimeSpan.TicksPerSecond);
        }
    }

    /// <summary>Bytes of the header, blob buffer and padding included: the offset of the first extent.</summary>
    public int HeaderSize => Header.HeaderSize;

    /// <summary>Byte offset of the blob buffer.</summary>
    public int BlobBufferOffset => Header.BlobBufferOffset;

    /// <summary>Bytes of the blob buffer.</summary>
    public int BlobBufferSize => Header.BlobBufferSize;

    /// <summary>The devices, in order of their numbers.</summary>
    public IReadOnlyList<VmaDevice> Devices { get; }

    /// <summary>Number of devices.</summary>
    public int DeviceCount => Devices.Count;

    /// <summary>The configs, in the order of the header.</summary>
    public IReadOnlyList<VmaConfig> Configs { get; }

    /// <summary>Number of configs.</summary>
    public int ConfigCount => Configs.Count;

    /// <summary>Name of the archive's file, or null where it came from a stream.</summary>
    public string? FileName => ArchivePath is null ? null : RemoteAddress.FileNameOf(ArchivePath);

    /// <summary>What is wrong or odd with the header, though it could be read.</summary>
    public IReadOnlyList<VmaFinding> HeaderFindings => ReadableList<VmaFinding>.Of(Header.Findings.Kept);

    /// <summary>
    /// Whether the file is still the one that was first looked at: the error that reading it would give, or null where it is, and for
    /// streams.
    /// </summary>
    public VmaException? FindChange() => Source.FindChange();

    /// <summary>The file's name.</summary>
    public override string ToString() => $"{nameof(VmaArchive)}: {Printable.Short(FileName ?? "a stream")}";

    internal ArchiveSource Source { get; }

    internal ArchiveHeader Header { get; }

    /// <summary>True for a compressed archive, which an index makes readable at any offset.</summary>
    internal bool CanIndex => Source is SeekableSource { CanIndex: true };

    /// <summary>True for a compressed archive that brings along what an index would tell.</summary>
    internal bool HasSeekTable => Source is SeekableSource source && SeekableArchive.TryOpen(source) is not null;

    /// <summary>Where the next pass leaves its index, too: as <see cref="VmaOpenOptions.NewIndexPath"/> has it.</summary>
    internal string? NewIndexPath { get; set; }

    /// <summary>For a pipe: its bytes, standing behind the header, until a pass takes them.</summary>
    internal ForwardBytes? PendingForward { get; private set; }

    /// <summary>Opens an archive.</summary>
    /// <param name="path">
    /// The file, compressed or not; or its address on a server (<c>https://</c>, <c>http://</c>), which is asked for the parts that are
    /// wanted. Nothing tells or stores an address's query and user info: errors and <see cref="ArchivePath"/> leave them out.
    /// </param>
    /// <param name="options">How to open it; null for the defaults.</param>
    /// <exception cref="VmaException">It is no archive, or damaged where nothing works without.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static VmaArchive Open(string path, VmaOpenOptions? options = null)
    {
        if (path is null)
        {
            throw new ArgumentNullException(nameof(path));
        }

        if (RemoteAddress.IsOne(path))
        {
            return Open(RemoteSource.Open(path, options ?? new VmaOpenOptions()), options?.NewIndexPath);
        }

        return Open(new FileSource(path, VmaOpenOptions.WindowOf(options)) { Threads = VmaOpenOptions.ThreadsOf(options), Index = GivenIndex.Of(options) }, options?.NewIndexPath);
    }

    /// <summary>Opens an archive from a stream.</summary>
    /// <param name="stream">
    /// A readable stream whose archive begins at its current position. A seekable one allows everything that a file does, given the
    /// archive's index by the options where it is compressed; one that is not seekable serves one pass.
    /// </param>
    /// <param name="leaveOpen">Whether the stream stays open when the archive is disposed.</param>
    /// <param name="options">How to open it; null for the defaults.</param>
    /// <param name="cancellationToken">
    /// Ends waiting for a stream that cannot seek, now and while the archive is read. Such a stream is then read by a thread of its own,
    /// some MiB ahead of what is wanted.
    /// </param>
    /// <exception cref="VmaException">It is no archive, or damaged where nothing works without.</exception>
    public static VmaArchive Open(
        Stream stream, bool leaveOpen = false, VmaOpenOptions? options = null, CancellationToken cancellationToken = default) =>
        stream is { CanSeek: false } && cancellationToken.CanBeCanceled
            ? Open(new ReadAheadStream(stream, leaveOpen, readDirectly: 0, cancellationToken), leaveOpen: false, options, tap: null)
            : Open(stream, leaveOpen, options, tap: null);

    /// <summary>
    /// Opens an archive from a stream that is only ever read asynchronously, as some must be. Waiting for it keeps no thread of the pool:
    /// the header is read, and passes are run, on threads of their own.
    /// </summary>
    /// <remarks>
    /// <see cref="ReadForwardAsync"/>, <c>VmaExport.RunAsync</c> and <see cref="VmaDeviceStream.ReadAsync(byte[], int, int, CancellationToken)"/>
    /// wait without keeping the caller; whatever has no such form, <see cref="VmaDevice.OpenRead(IProgress{VmaProgress}?, CancellationToken)"/> among it, works too and keeps it. A
    /// read under way when its pass was cancelled, in a stream that hears of no cancelling, is left to itself; then only disposing is left.
    /// </remarks>
    /// <param name="stream">As for <see cref="Open(Stream, bool, VmaOpenOptions?, CancellationToken)"/>.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the archive is disposed.</param>
    /// <param name="options">How to open it; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the opening; passes have a token of their own.</param>
    /// <exception cref="VmaException">It is no archive, or damaged where nothing works without.</exception>
    /// <exception cref="OperationCanceledException">The opening was cancelled.</exception>
    public static Task<VmaArchive> OpenAsync(
        Stream stream, bool leaveOpen = false, VmaOpenOptions? options = null, CancellationToken cancellationToken = default)
    {
        AwaitedStream awaited = new(stream ?? throw new ArgumentNullException(nameof(stream)), leaveOpen) { StopToken = cancellationToken };
        return OwnThread.Run(
            () =>
            {
                VmaArchive archive = Open(awaited, leaveOpen: false, options, tap: null);
                archive._awaited = awaited;
                awaited.StopToken = default;
                return archive;
            },
            cancellationToken);
    }

    /// <summary>The same, with somebody listening to the stored bytes as forward reading takes them.</summary>
    internal static VmaArchive Open(Stream stream, bool leaveOpen, VmaOpenOptions? options, StoredBytesTap? tap)
    {
        if (stream is null)
        {
            throw new ArgumentNullException(nameof(stream));
        }

        return Open(stream.CanSeek
            ? new SeekableStreamSource(stream, leaveOpen, VmaOpenOptions.WindowOf(options)) { Threads = VmaOpenOptions.ThreadsOf(options), Index = GivenIndex.Of(options) }
            : new PipeSource(stream, leaveOpen, VmaOpenOptions.WindowOf(options), VmaOpenOptions.ThreadsOf(options), tap), options?.NewIndexPath);
    }

    /// <summary>An archive whose header was put together from what is left of it.</summary>
    internal static VmaArchive Rebuilt(ArchiveSource source, ArchiveHeader header) => new(source, header, pending: null);

    /// <summary>The device of that number, or null.</summary>
    public VmaDevice? FindDevice(int id) => id is >= 0 and <= byte.MaxValue ? _devicesById[id] : null;

    /// <summary>The first device of that name, or null.</summary>
    public VmaDevice? FindDevice(string name) => Devices.FirstOrDefault(d => d.Name == name);

    /// <summary>The first config of that name, or null.</summary>
    public VmaConfig? FindConfig(string name) => Configs.FirstOrDefault(c => c.Name == name);

    /// <summary>The bytes of the blob at an offset in the blob buffer, wherever that is.</summary>
    /// <exception cref="VmaFormatException">The blob, as its length says, does not lie within the buffer.</exception>
    public byte[] GetBlob(int offset) =>
        Header.Blobs.TryGet(offset, out ReadOnlyMemory<byte> blob)
            ? blob.ToArray()
            : throw new VmaFormatException(
                VmaCodes.BlobOutOfRange,
                $"There is no blob at {offset}: the blob buffer has {BlobBufferSize} bytes.",
                ArchivePath,
                BlobBufferOffset + (long)offset);

    /// <summary>The text of the blob at an offset in the blob buffer, up to its first NUL character.</summary>
    /// <exception cref="VmaFormatException">The blob, as its length says, does not lie within the buffer.</exception>
    public string GetBlobString(int offset) => BlobText.Name(GetBlob(offset));

    /// <summary>The extents, one after the other as they are asked for; their data is passed over.</summary>
    /// <exception cref="VmaFormatException">An extent is damaged. Those before it have been delivered.</exception>
    public IEnumerable<VmaExtent> ReadExtents()
    {
        // Whoever asks for the first few must not set every processor to work.
        using ForwardBytes bytes = TakeForward(PendingForward is null ? Source.OpenForward(threads: 1) : null);
        ExtentReader reader = new(bytes, Header.Uuid, ExtentData.Skipped);
        ExtentFrame frame = new(withData: false);
        while (true)
        {
            bool found = reader.Read(frame, CancellationToken.None);
            if (frame.Findings.Count > 0)
            {
                throw frame.Findings[0].ToException(ArchivePath);
            }

            if (!found)
            {
                yield break;
            }

            yield return VmaExtent.From(ArchivePath, frame);
        }
    }

    /// <summary>Reads the whole archive once, front to back, with sinks listening.</summary>
    /// <param name="sinks">Who listens; none is fine, and proves the archive.</param>
    /// <param name="progress">Hears how far the pass has come, some twenty times a second.</param>
    /// <param name="cancellationToken">Ends the pass early.</param>
    /// <returns>What was found. Damage does not end the pass: it is in the result.</returns>
    /// <exception cref="VmaException">The source changed or cannot be read again.</exception>
    /// <exception cref="IOException">The source cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The pass was cancelled.</exception>
    public VmaPassResult ReadForward(
        IReadOnlyList<VmaSink> sinks,
        IProgress<VmaProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        if (_awaited is not null)
        {
            _awaited.StopToken = cancellationToken;
        }

        using IndexRecording? recording = BeginIndex(out VmaIndex? known, out VmaException? error, cancellationToken);
        using ForwardBytes bytes = TakeForward(recording?.Bytes);
        VmaPassResult result = new ForwardPass(this, bytes, sinks, progress, recording, known, error).Run(cancellationToken);
        Source.Tap?.Complete(cancellationToken);
        return result;
    }

    /// <inheritdoc cref="ReadForward"/>
    /// <summary>
    /// The same as <see cref="ReadForward"/>, awaited. The pass has threads of its own: none of the pool's is kept, and what follows the
    /// await does not run on them. Sinks are called on one of them.
    /// </summary>
    public Task<VmaPassResult> ReadForwardAsync(
        IReadOnlyList<VmaSink> sinks,
        IProgress<VmaProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        OwnThread.Run(() => ReadForward(sinks, progress, cancellationToken), cancellationToken);

    /// <summary>
    /// Builds the map of where each cluster is, unless that is known already. Reading a device at any offset needs it and
    /// builds it by itself; this is for those who want to show progress. For a compressed file this finds its index, or builds
    /// one in the user's cache folder.
    /// </summary>
    /// <param name="progress">Hears how far the hopping from extent to extent, or the building of the index, has come.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="VmaException">The source cannot be read at any offset, or changed.</exception>
    public void LoadMap(IProgress<VmaProgress>? progress = null, CancellationToken cancellationToken = default) =>
        GetMap(progress, cancellationToken);

    /// <summary>
    /// Why an index that was there for this archive could not be used, in a sentence, once a device has been opened; null where
    /// nothing is to be told. An index that does not fit is never used: the archive is indexed anew.
    /// </summary>
    public string? IndexNotice => _indexNotice;

    /// <summary>
    /// Full path of the index by which the archive is read at any offset, once that was wanted; null where none is used, or it is kept in
    /// no file.
    /// </summary>
    public string? IndexPath => _indexed?.KeptAt ?? _mapPath;

    /// <summary>Finds the archive's index: beside the archive, or in the user's cache folder.</summary>
    /// <returns>What is known of it, or null where there is none that fits.</returns>
    /// <exception cref="VmaException">The archive is read once and cannot have one.</exception>
    public VmaIndex? FindIndex()
    {
        IndexStore store = new(IndexableSource(), Header);
        using ArchiveIndex? index = store.Find();
        _indexNotice = store.Notice;
        return index is null ? null : VmaIndex.Of(ArchivePath, index);
    }

    /// <summary>
    /// Whether reading at any offset would first build an index: one pass over the whole archive. Looks for an index, and for the frames
    /// of a zstd file.
    /// </summary>
    public bool MustBuildIndex() =>
        Source is SeekableSource { CanIndex: true } source && SeekableArchive.TryOpen(source) is null && FindIndex() is null;

    /// <summary>
    /// Builds the archive's index, which makes it readable at any offset: reads it once from front to back. A build that was
    /// interrupted goes on where it stopped. Of an archive that is not compressed the headers of its extents are read, and the index
    /// tells where these are: on a server, that saves asking for each.
    /// </summary>
    /// <param name="path">
    /// The file to write: one in the user's cache folder where null. It is found again only there, and beside the archive under
    /// the archive's name with <c>.vmaindex</c> appended.
    /// </param>
    /// <param name="progress">Hears how far the pass has come.</param>
    /// <param name="cancellationToken">Ends the build early. What is done stays for the next one.</param>
    /// <exception cref="VmaException">The archive is read once and cannot have one, or changed meanwhile.</exception>
    /// <exception cref="IOException">The archive cannot be read, or the index not written.</exception>
    public VmaIndex BuildIndex(string? path = null, IProgress<VmaProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (path is not null)
        {
            VmaOpenOptions.MustBeFile(path, null);
        }

        SeekableSource source = IndexableSource();
        IndexStore store = new(source, Header);
        string target = path is not null ? System.IO.Path.GetFullPath(path) : source.Path is null ? throw source.NotSeekable() : store.CachePath;
        using ArchiveIndex index = store.Build(target, progress, cancellationToken);
        return VmaIndex.Of(ArchivePath, index);
    }

    /// <summary>Closes the stream that the archive came from, unless it was to be left open.</summary>
    public void Dispose()
    {
        PendingForward?.Dispose();
        PendingForward = null;
        Source.Dispose();
    }

    internal VmaDevice DeviceOf(int id) => _devicesById[id]!;

    /// <summary>Whether the map is there, or made without decompressing.</summary>
    internal bool CanTellStored => Source.CanReadAnywhere || _map is not null;

    internal ClusterMap GetMap(IProgress<VmaProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (!Source.CanReadAnywhere)
            {
                if (_map is not null || TryMapByTable(progress, cancellationToken))
                {
                    return _map!;
                }

                IndexedArchive index = GetIndex(progress, cancellationToken);
                return _map ??= MapCache.Shared.GetOrBuild(Source, () => ClusterMap.FromIndex(Header, index, index.OpenBytes()));
            }

            return _map ??= MapCache.Shared.GetOrBuild(Source, () => MapHopping(Source.OpenRandom, StoredLength, progress, cancellationToken));
        }
    }

    /// <summary>
    /// Makes the map of what is read at any offset as it is: by an index, where there is one, or from extent to extent. Where each of these
    /// has to be asked of a server, that is done once, and kept.
    /// </summary>
    private ClusterMap MapHopping(Func<RandomBytes> open, long? length, IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        RandomBytes bytes = open();
        try
        {
            IndexedArchive? extents = null;
            if (Source is SeekableSource source)
            {
                IndexStore store = new(source, Header) { Hops = open };
                ArchiveIndex? index = store.Find();
                extents = index is not null ? new IndexedArchive(source, index) : bytes.IsFar ? store.BuildForUse(progress, cancellationToken) : null;
                _indexNotice = store.Notice;
                _mapPath = extents?.KeptAt;
            }

            return extents is null
                ? ClusterMap.Build(Header, bytes, length, progress, cancellationToken)
                : ClusterMap.FromIndex(Header, extents, bytes);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Makes the map of a zstd file that brings a table of its frames along.</summary>
    private bool TryMapByTable(IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        if (Source is not SeekableSource source || SeekableArchive.TryOpen(source) is not { } seekable)
        {
            return false;
        }

        try
        {
            _map = MapCache.Shared.GetOrBuild(Source, () =>
            {
                ClusterMap map = MapHopping(seekable.OpenHops, null, progress, cancellationToken);
                return Devices.Any(d => map[d.DeviceId].FirstError is not null) ? throw seekable.Misleads() : map;
            });
            _seekable = seekable;
            return true;
        }
        catch (VmaCompressionException)
        {
            // It is damaged, or the table is of something else: an index tells what can be read.
            return false;
        }
    }

    /// <summary>The archive's bytes at any offset; those of a compressed file once its index is known.</summary>
    /// <exception cref="VmaException">The source does not allow that, or it changed since it was first looked at.</exception>
    internal RandomBytes OpenRandom()
    {
        if (_indexed is null && _seekable is null)
        {
            return Source.OpenRandom();
        }

        return Source.FindChange() is { } change ? throw change : _seekable?.OpenBytes() ?? _indexed!.OpenBytes();
    }

    /// <summary>The index of a compressed file, found or built.</summary>
    private IndexedArchive GetIndex(IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        SeekableSource source = IndexableSource();
        if (_indexed is null)
        {
            IndexStore store = new(source, Header);
            ArchiveIndex? index = store.Find();
            _indexNotice = store.Notice;
            if (index is null && source.Path is null)
            {
                throw source.NotSeekable();
            }

            _indexed = index is null ? store.BuildForUse(progress, cancellationToken) : new IndexedArchive(source, index);
            _indexNotice = store.Notice;
        }

        return _indexed;
    }

    private SeekableSource IndexableSource() => Source switch
    {
        SeekableSource source => source,
        _ => throw Source.NotSeekable(),
    };

    private static VmaArchive Open(ArchiveSource source, string? newIndexPath)
    {
        ForwardBytes? bytes = null;
        try
        {
            bytes = source.OpenForward(threads: 1);
            ArchiveHeader header = HeaderReader.Read(bytes);
            bool isPipe = source is PipeSource;
            if (!isPipe)
            {
                bytes.Dispose();
            }

            return new VmaArchive(source, header, isPipe ? bytes : null, newIndexPath);
        }
        catch (Exception exception)
        {
            bytes?.Dispose();
            source.Dispose();
            if (exception is VmaException known)
            {
                known.Path ??= source.Path;
                if (known.Code == VmaCodes.EmptyFile && known.Path?.EndsWith(ProtectedExtension, StringComparison.OrdinalIgnoreCase) == true)
                {
                    VmaFormatException mark = ArchiveHeader.NotAnArchive("the mark that keeps a backup from being pruned, which belongs beside that");
                    mark.Path = known.Path;
                    throw mark;
                }
            }

            throw;
        }
    }

    /// <summary>The archive's bytes from the first extent on.</summary>
    /// <param name="from">What they are read from, from the start; null for whatever does best.</param>
    internal ForwardBytes TakeForward(ForwardBytes? from = null)
    {
        if (PendingForward is { } pending)
        {
            PendingForward = null;
            return pending;
        }

        ForwardBytes bytes = from ?? OpenApart() ?? Source.OpenForward();
        try
        {
            if (bytes.CanSeek)
            {
                bytes.Seek(HeaderSize);
            }
            else
            {
                HeaderReader.Pass(bytes, Header, ArchivePath);
            }

            return bytes;
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>The index that the first pass is to leave, if any, unless there is one that fits.</summary>
    private IndexRecording? BeginIndex(out VmaIndex? known, out VmaException? error, CancellationToken cancellationToken)
    {
        known = null;
        error = null;
        string? path = NewIndexPath;
        NewIndexPath = null;
        if (path is null || Compression == VmaCompression.None)
        {
            return null;
        }

        if (Source is not SeekableSource source || (path.Length == 0 && source.Path is null))
        {
            error = Source.NotSeekable();
            return null;
        }

        IndexStore store = new(source, Header);
        string target = path;
        try
        {
            target = path.Length == 0 ? store.CachePath : System.IO.Path.GetFullPath(path);
            using ArchiveIndex? found = path.Length == 0 ? store.Find() : store.FindAt(target);
            if (found is not null)
            {
                known = VmaIndex.Of(ArchivePath, found);
                return null;
            }

            return store.Record(target, cancellationToken);
        }
        catch (VmaException exception)
        {
            error = exception;
            return null;
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            error = TargetErrors.Of(exception, target);
            return null;
        }
    }

    /// <summary>Its bytes decoded by several threads, where there is an index that allows it and nobody listens to the stored ones.</summary>
    private DecodedForwardBytes? OpenApart()
    {
        if (Source is not SeekableSource { CanIndex: true, Tap: null, Threads: > 1 } source || source.FindChange() is not null)
        {
            return null;
        }

        ArchiveIndex? index = new IndexStore(source, Header).Find();
        if (index is null || index.IntervalCount <= 2 || index.Summary.Damage is not null)
        {
            index?.Dispose();
            return null;
        }

        return new DecodedForwardBytes(new IntervalsApart(source, index, source.Threads));
    }
}
