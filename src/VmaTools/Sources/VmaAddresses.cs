using System;
using System.Collections.Generic;
using System.Threading;
using VmaTools.Sources;

namespace VmaTools;

/// <summary>
/// The addresses of archives that are read from servers, under names without their secrets: query strings, user info, headers. Whoever
/// passes such names on, rather than the addresses, shows and stores nothing secret; with this in
/// <see cref="VmaOpenOptions.Addresses"/> the names open the archives.
/// </summary>
/// <remarks>One is for one user: whoever has it opens what was added, with the secrets that were given.</remarks>
public sealed class VmaAddresses
{
    /// <summary>Signed addresses are made anew for each use, and would pile up.</summary>
    private const int MaxCount = 4096;

    private readonly Dictionary<string, RemoteAddress> _byName = new(StringComparer.Ordinal);
    private readonly Queue<string> _oldest = new();
    private int _marks;
    private CancellationTokenSource? _stop;

    /// <summary>Whether a text is the address of an archive on a server (<c>https://</c>, <c>http://</c>), and not the path of a file.</summary>
    /// <param name="text">The text.</param>
    public static bool IsAddress(string text) => RemoteAddress.IsOne(text ?? throw new ArgumentNullException(nameof(text)));

    /// <summary>The name of an archive by its address, which names it where no options do: without query and user info.</summary>
    /// <param name="address">The address, or a name that was made of it.</param>
    /// <exception cref="VmaException">It is no address.</exception>
    public static string NameOf(string address) => RemoteAddress.Parse(address ?? throw new ArgumentNullException(nameof(address)), null).Shown;

    /// <summary>The name of an archive's file, by its path or by the name of its address.</summary>
    /// <param name="path">The path or the name.</param>
    public static string FileNameOf(string path) => RemoteAddress.FileNameOf(path ?? throw new ArgumentNullException(nameof(path)));

    /// <summary>Whether an address was added, of which this is the name.</summary>
    /// <param name="name">The name.</param>
    public bool Contains(string name) => Find(name) is not null;

    /// <summary>
    /// Ends all waiting for servers that is under way in archives that were opened with these addresses: whoever waits is told by an
    /// <see cref="OperationCanceledException"/>. What is read later is waited for again.
    /// </summary>
    public void StopWaiting() => Interlocked.Exchange(ref _stop, null)?.Cancel();

    /// <summary>Adds an address.</summary>
    /// <param name="address">The address, or a name that was made of it before.</param>
    /// <param name="headers">What goes with every request to its server, and to no other; null for nothing.</param>
    /// <returns>Its name: no other address with other secrets has the same.</returns>
    /// <exception cref="VmaException">It is no address.</exception>
    public string Add(string address, IReadOnlyDictionary<string, string>? headers = null)
    {
        RemoteAddress added = RemoteAddress.Parse(address ?? throw new ArgumentNullException(nameof(address)), headers);
        lock (_byName)
        {
            if (headers is null && _byName.ContainsKey(address))
            {
                return address;
            }

            foreach (RemoteAddress known in _byName.Values)
            {
                if (known.IsSame(added))
                {
                    return known.Shown;
                }
            }

            if (_byName.ContainsKey(added.Shown))
            {
                added = added.Marked(++_marks + 1);
            }

            if (_oldest.Count == MaxCount)
            {
                _byName.Remove(_oldest.Dequeue());
            }

            _oldest.Enqueue(added.Shown);
            _byName.Add(added.Shown, added);
            return added.Shown;
        }
    }

    /// <summary>Ends waiting that begins now.</summary>
    internal CancellationToken Stop => LazyInitializer.EnsureInitialized(ref _stop, static () => new CancellationTokenSource())!.Token;

    /// <summary>The address of that name, or null.</summary>
    internal RemoteAddress? Find(string name)
    {
        lock (_byName)
        {
            return _byName.TryGetValue(name, out RemoteAddress? address) ? address : null;
        }
    }
}
