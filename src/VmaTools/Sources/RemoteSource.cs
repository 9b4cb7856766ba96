using System.IO;
using VmaTools.Compression;

namespace VmaTools.Sources;

/// <summary>An archive that a server keeps and sends parts of.</summary>
internal sealed class RemoteSource : SeekableSource
{
    private readonly RemoteFile _file;
    private readonly RemoteSettings _settings;
    private readonly RemoteStop _stop;

    private RemoteSource(RemoteFile file, byte[] first, VmaOpenOptions options)
        : base(VmaOpenOptions.WindowOf(options))
    {
        _file = file;
        _settings = options.Remote;
        _stop = StopOf(options);
        Compression = CompressionFormats.Detect(first);
    }

    public override string Path => _file.Address.Shown;

    public override string PlainName => _file.Address.Name;

    public override long? StoredLength => _file.Length;

    public override string Compression { get; }

    /// <summary>Looks at an archive.</summary>
    /// <exception cref="VmaException">It cannot be had.</exception>
    public static ArchiveSource Open(string path, VmaOpenOptions options)
    {
        RemoteAddress address = AddressOf(path, options);
        RemoteFile file = RemoteFile.Look(address, options.Remote, StopOf(options), out RemotePart first);
        if (!file.HasRanges)
        {
            return new RemoteOnceSource(file, first, options);
        }

        using (first)
        {
            return new RemoteSource(file, RemoteBytes.Keep(file, first), options) { Threads = VmaOpenOptions.ThreadsOf(options), Index = GivenIndex.Of(options, address) };
        }
    }

    /// <summary>The index of which an address was given.</summary>
    /// <param name="path">The address, or its name.</param>
    /// <param name="options">How archives are opened.</param>
    /// <param name="archive">Where the archive is, whose headers are for all of its server; null for a file or a stream.</param>
    public static GivenIndex OpenIndex(string path, VmaOpenOptions options, RemoteAddress? archive)
    {
        RemoteAddress address = options.Addresses?.Find(path) ?? RemoteAddress.Parse(path, null);
        return IndexAt(archive is null ? address : address.WithHeadersOf(archive), options.Remote, StopOf(options));
    }

    public override GivenIndex? IndexBeside(string extension) => IndexAt(_file.Address.Beside(extension), _settings, _stop);

    public override RandomBytes OpenStored() => new RemoteBytes(_file);

    public override Stream OpenStoredAt(long offset) => new RemoteStream(_file, offset, likelyEnd: null);

    public override Stream OpenStoredPart(long offset, long likelyEnd) => new RemoteStream(_file, offset, likelyEnd);

    public override VmaException? FindChange() => _file.Change;

    private static RemoteAddress AddressOf(string path, VmaOpenOptions options) => options.Addresses?.Find(path) ?? RemoteAddress.Parse(path, options.Headers);

    private static RemoteStop StopOf(VmaOpenOptions options) => new(options.Addresses, options.CancellationToken);

    private static GivenIndex IndexAt(RemoteAddress address, RemoteSettings settings, RemoteStop stop)
    {
        RemoteFile? known = null;
        return new GivenIndex(address.Shown, Open);

        RandomBytes Open()
        {
            if (known is null)
            {
                RemoteFile file = RemoteFile.Look(address, settings, stop, out RemotePart first);
                using (first)
                {
                    RemoteBytes.Keep(file.HasRanges ? file : throw file.Errors.NoRanges(), first);
                }

                known = file;
            }

            return new RemoteBytes(known);
        }
    }
}
