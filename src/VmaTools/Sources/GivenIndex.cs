using System;
using System.IO;

namespace VmaTools.Sources;

/// <summary>An index that came with an archive.</summary>
/// <param name="Name">What is told of it.</param>
/// <param name="Open">Opens its bytes.</param>
internal sealed record GivenIndex(string Name, Func<RandomBytes> Open)
{
    /// <summary>The index that options name; null for none.</summary>
    /// <param name="options">How the archive is opened.</param>
    /// <param name="archive">Where the archive is, if on a server.</param>
    public static GivenIndex? Of(VmaOpenOptions? options, RemoteAddress? archive = null) => options switch
    {
        { IndexStream: { } stream } => OfStream(stream),
        { IndexPath: { } path } when RemoteAddress.IsOne(path) => RemoteSource.OpenIndex(path, options, archive),
        { IndexPath: { } path } => OfFile(Path.GetFullPath(path)),
        _ => null,
    };

    private static GivenIndex OfFile(string path) => new(path, () => File.Exists(path)
        ? new FileBytes(path)
        : throw new VmaException(VmaCodes.ItemNotFound, "There is no such index.", path));

    private static GivenIndex OfStream(Stream stream)
    {
        long origin = stream.Position;
        System.Threading.SemaphoreSlim turn = new(1);
        return new GivenIndex("a stream", () => new StreamBytes(stream, origin, turn));
    }
}
