using System;
using System.IO;

namespace VmaTools.Sources;

/// <summary>An index that came with an archive.</summary>
/// <param name="Name">What is told of it.</param>
/// <param name="Open">Opens its bytes.</param>
internal sealed record GivenIndex(string Name, Func<RandomBytes> Open)
{
    /// <summary>The index that options name; null for none.</summary>
    public static GivenIndex? Of(VmaOpenOptions? options) => options switch
    {
        { IndexStream: { } stream } => OfStream(stream),
        { IndexPath: { } path } when RemoteAddress.IsOne(path) => RemoteSource.OpenIndex(path, options),
        { IndexPath: { } path } => OfFile(Path.GetFullPath(path)),
        _ => null,
    };

    private static GivenIndex OfFile(string path) => new(path, () => new FileBytes(path));

    private static GivenIndex OfStream(Stream stream)
    {
        long origin = stream.Position;
        System.Threading.SemaphoreSlim turn = new(1);
        return new GivenIndex("a stream", () => new StreamBytes(stream, origin, turn));
    }
}
