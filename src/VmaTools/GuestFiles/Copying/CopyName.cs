using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.GuestFiles.Copying;

/// <summary>
/// Where an entry goes: a name as the guest and as the host has it, and the folder that it is in. Names of one folder share it, so that a
/// plan of a million files holds no path twice.
/// </summary>
internal sealed class CopyName
{
    // Null where it is the guest's name as text, as it nearly always is.
    private readonly string? _hostName;

    /// <summary>A name in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The guest's name.</param>
    /// <param name="hostName">The name on the host.</param>
    public CopyName(CopyName folder, RawName name, string hostName)
    {
        Folder = folder;
        Name = name;
        _hostName = hostName == TextOf(name) ? null : hostName;
    }

    private CopyName()
    {
    }

    /// <summary>The target folder itself, which has no name.</summary>
    public static CopyName Root { get; } = new();

    /// <summary>The folder that it is in; null for <see cref="Root"/>.</summary>
    public CopyName? Folder { get; }

    /// <summary>The name in the guest.</summary>
    public RawName Name { get; }

    /// <summary>The name on the host.</summary>
    public string HostName => _hostName ?? TextOf(Name);

    /// <summary>The names on the host, from the target folder down.</summary>
    public string[] Target => Names(static n => n.HostName);

    /// <summary>The names in the guest, from the target folder down: those of a tar archive.</summary>
    public RawName[] Path => Names(static n => n.Name);

    /// <summary>Tells names apart as the guest does.</summary>
    public static IEqualityComparer<CopyName> ByGuest { get; } = new Comparer(static (a, b) => a.Name == b.Name, static name => name.Name.GetHashCode());

    /// <summary>Tells names apart as the host does.</summary>
    /// <param name="text">Whether case counts there.</param>
    public static IEqualityComparer<CopyName> ByHost(StringComparer text) =>
        new Comparer((a, b) => text.Equals(a.HostName, b.HostName), name => text.GetHashCode(name.HostName));

    /// <summary>The same place with something behind the name.</summary>
    public CopyName WithSuffix(string suffix) => new(Folder ?? Root, Name, HostName + suffix);

    private static string TextOf(RawName name) => GuestText.Utf8(name.Bytes);

    private T[] Names<T>(Func<CopyName, T> choose)
    {
        int count = 0;
        for (CopyName name = this; name.Folder is not null; name = name.Folder)
        {
            count++;
        }

        T[] names = new T[count];
        for (CopyName name = this; name.Folder is not null; name = name.Folder)
        {
            names[--count] = choose(name);
        }

        return names;
    }

    /// <summary>Two are one where all names on the way to them are.</summary>
    private sealed class Comparer(Func<CopyName, CopyName, bool> areSame, Func<CopyName, int> hash) : IEqualityComparer<CopyName>
    {
        public bool Equals(CopyName? x, CopyName? y)
        {
            while (x?.Folder is not null && y?.Folder is not null && !ReferenceEquals(x, y))
            {
                if (!areSame(x, y))
                {
                    return false;
                }

                x = x.Folder;
                y = y.Folder;
            }

            return ReferenceEquals(x, y);
        }

        public int GetHashCode(CopyName obj)
        {
            int code = 17;
            for (CopyName name = obj; name.Folder is not null; name = name.Folder)
            {
                code = unchecked((code * 31) + hash(name));
            }

            return code;
        }
    }
}
