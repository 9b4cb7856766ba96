using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using VmaTools.Compression;
using VmaTools.Sources;

namespace VmaTools;

/// <summary>How an archive is opened.</summary>
public sealed class VmaOpenOptions
{
    private const int MostThreads = 256;

    private readonly long _maxWindowSize = CompressionFormats.DefaultMaxWindowSize;
    private readonly int _throttleLimit = Environment.ProcessorCount;

    /// <summary>
    /// The largest window, in bytes, that a zstd stream may ask for; 128 MiB unless set. Decoding takes that much memory where
    /// the stream is made with such a window (<c>zstd --long</c>). What goes beyond is refused with
    /// <see cref="VmaCodes.CompressionWindowTooLarge"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public long MaxWindowSize
    {
        get => _maxWindowSize;
        init => _maxWindowSize = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    /// <summary>
    /// Where the first pass over the archive leaves its index, too, if the archive is a compressed file: a path, or an empty text for the
    /// user's cache folder. Null for no index. One that fits and is there already stays, and the pass makes use of it; what is at the path
    /// and is no index is not replaced. An archive that the pass finds damaged gets none. What goes wrong with it does not end the pass:
    /// the result of the pass says it.
    /// </summary>
    public string? NewIndexPath { get; init; }

    /// <summary>
    /// The archive's index, where it is not found by itself: a file, or an address, as a signed one needs it, which is good for one file.
    /// That of a stream is nowhere else. It is made use of if it is of this archive. Null for none.
    /// </summary>
    public string? IndexPath { get; init; }

    /// <summary>The same as <see cref="IndexPath"/>, as a seekable stream that stays open as long as the archive is used, and is not closed.</summary>
    public Stream? IndexStream { get; init; }

    /// <summary>
    /// How many threads decode at a time in a pass, where pieces of a compressed archive do not need each other; as many as there are
    /// processors unless set, and 256 however many more are asked for.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public int ThrottleLimit
    {
        get => _throttleLimit;
        init => _throttleLimit = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    /// <summary>
    /// What goes with every request to the server of an archive that is opened by its address, such as <c>Authorization</c>, and to no
    /// other server. Null for nothing.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Addresses that archives are opened by under their names, secrets included; null for none.</summary>
    public VmaAddresses? Addresses { get; init; }

    /// <summary>Ends waiting for the server of an archive that is opened by its address, now and whenever it is read.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>How long is waited for servers.</summary>
    internal RemoteSettings Remote { get; init; } = RemoteSettings.Default;

    /// <summary>The full path of an archive, or for an address what may be shown of it.</summary>
    internal static string FullNameOf(string path, VmaOpenOptions? options) => RemoteAddress.IsOne(path)
        ? (options?.Addresses?.Find(path) ?? RemoteAddress.Parse(path, null)).Shown
        : Path.GetFullPath(path);

    /// <summary>Refuses an address where only a file will do.</summary>
    /// <exception cref="VmaException">It is an address.</exception>
    internal static void MustBeFile(string path, VmaOpenOptions? options)
    {
        if (RemoteAddress.IsOne(path))
        {
            throw new VmaException(
                VmaCodes.RemoteNotSupported, "This takes a file, and no address of one on a server.", FullNameOf(path, options));
        }
    }

    /// <summary>The number of threads by options that may be null.</summary>
    internal static int ThreadsOf(VmaOpenOptions? options) => Math.Min((options ?? new VmaOpenOptions()).ThrottleLimit, MostThreads);

    /// <summary>The largest window by options that may be null, as decoders take it.</summary>
    internal static int WindowOf(VmaOpenOptions? options) => (int)Math.Min(int.MaxValue, (options ?? new VmaOpenOptions()).MaxWindowSize);
}
