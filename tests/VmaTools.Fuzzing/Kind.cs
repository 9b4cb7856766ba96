using System;
using System.Collections.Generic;

namespace VmaTools.Fuzzing;

/// <summary>One kind of input. Each case is made from its number alone, so that it can be made again.</summary>
internal abstract class Kind : IDisposable
{
    public static readonly IReadOnlyDictionary<string, Func<Kind>> All = new SortedDictionary<string, Func<Kind>>(StringComparer.Ordinal)
    {
        ["archive"] = static () => new PlainArchives(),
#if !ENGINE_NETSTANDARD
        ["compressed"] = static () => new CompressedArchives(),
        ["written"] = static () => new WrittenArchives(),
#endif
        ["config"] = static () => new Configs(),
        ["folder"] = static () => new Folders(),
        ["index"] = static () => new Indexes(),
        ["manifest"] = static () => new Manifests(),
        ["name"] = static () => new Names(),
        ["nbd"] = static () => new NbdSessions(),
        ["server"] = static () => new Servers(),
    };

    /// <summary>A folder for its files.</summary>
    protected TempFolder Folder { get; } = new();

    /// <summary>The number of cases for a usual run: a few seconds of each kind.</summary>
    public abstract int Usual { get; }

    /// <summary>What has to come of some of a usual run's cases: a fuzzer that reaches nothing proves nothing.</summary>
    public abstract IReadOnlyList<string> Reached { get; }

    /// <summary>Tries a case, and throws where something is not as it must be.</summary>
    /// <param name="seed">Its number.</param>
    /// <returns>What came of it, in a word.</returns>
    public abstract string Try(int seed);

    public virtual void Dispose() => Folder.Dispose();
}
