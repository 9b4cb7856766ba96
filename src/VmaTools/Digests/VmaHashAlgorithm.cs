using System;
using System.Collections.Generic;

namespace VmaTools;

/// <summary>The digests that are known. Text rather than an enumeration, so that it reads the same after serialization.</summary>
public static class VmaHashAlgorithm
{
    /// <summary>MD5: quick and broken; only for lists that others made.</summary>
    public const string Md5 = "MD5";

    /// <summary>SHA-1: broken; only for lists that others made.</summary>
    public const string Sha1 = "SHA1";

    /// <summary>SHA-256.</summary>
    public const string Sha256 = "SHA256";

    /// <summary>SHA-384.</summary>
    public const string Sha384 = "SHA384";

    /// <summary>SHA-512.</summary>
    public const string Sha512 = "SHA512";

    private static readonly string[] Known = [Md5, Sha1, Sha256, Sha384, Sha512];

    /// <summary>Whether there is an algorithm of that name.</summary>
    internal static bool IsKnown(string name) => Array.Exists(Known, k => string.Equals(k, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The algorithms in the spelling of the constants, each once.</summary>
    /// <exception cref="ArgumentException">One of them is not known, or there is none.</exception>
    internal static IReadOnlyList<string> Normalize(IEnumerable<string> names)
    {
        List<string> algorithms = [];
        foreach (string name in names)
        {
            string known = Array.Find(Known, k => string.Equals(k, name, StringComparison.OrdinalIgnoreCase))
                ?? throw new ArgumentException($"The algorithm '{name}' is not known.", nameof(names));
            if (!algorithms.Contains(known))
            {
                algorithms.Add(known);
            }
        }

        return algorithms.Count > 0 ? algorithms : throw new ArgumentException("No algorithm is named.", nameof(names));
    }
}
