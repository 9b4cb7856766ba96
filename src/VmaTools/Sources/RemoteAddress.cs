using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace VmaTools.Sources;

/// <summary>
/// Where an archive is that a server keeps: what requests are made of, and what may be shown. The query, the user info and the headers
/// may be secrets, and are in nothing that is shown.
/// </summary>
internal sealed class RemoteAddress
{
    private const string Secure = "https://";
    private const string Plain = "http://";

    // What requests are conditional on, and what parts they ask for, is decided here.
    private static readonly string[] Reserved =
        ["Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "Accept-Encoding", "Host", "Connection", "Transfer-Encoding", "Content-Length"];

    private RemoteAddress(Uri target, string shown, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        Target = target;
        Shown = shown;
        Headers = headers;
    }

    /// <summary>What is asked for, without user info and fragment.</summary>
    public Uri Target { get; }

    /// <summary>The address as far as it may be shown.</summary>
    public string Shown { get; }

    /// <summary>What goes with every request to the server, and to no other.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    /// <summary>The address without anything that only distinguishes it in this process.</summary>
    public string Name => NameOf(Target);

    /// <summary>Whether a text is meant as an address, and not as a path.</summary>
    public static bool IsOne(string text) =>
        text.StartsWith(Secure, StringComparison.OrdinalIgnoreCase) || text.StartsWith(Plain, StringComparison.OrdinalIgnoreCase);

    /// <summary>The name of the file at a path, or at the end of an address; where there is none, the host's.</summary>
    public static string FileNameOf(string path)
    {
        if (!IsOne(path))
        {
            return System.IO.Path.GetFileName(path);
        }

        string plain = path.Split('#', '?')[0].TrimEnd('/');
        return plain.Substring(plain.LastIndexOf('/') + 1);
    }

    /// <summary>Reads an address.</summary>
    /// <param name="text">The address.</param>
    /// <param name="headers">What goes with every request; null for nothing.</param>
    /// <exception cref="VmaException">It is none. The message shows no part of it that may be secret.</exception>
    public static RemoteAddress Parse(string text, IReadOnlyDictionary<string, string>? headers)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || !IsOne(uri.Scheme + "://") || uri.Host.Length == 0)
        {
            throw new VmaException(
                VmaCodes.RemoteAddressInvalid,
                "This is no address of a file on a server: it takes https:// or http://, a host and a path.",
                IsOne(text) ? text.Substring(0, text.IndexOf('/')) + "//\u2026" : null);
        }

        Uri target = new(uri.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped));
        string shown = NameOf(target);
        List<KeyValuePair<string, string>> all = [.. (headers ?? new Dictionary<string, string>()).Select(h => Checked(h, shown))];
        if (uri.UserInfo.Length > 0 && !all.Any(static h => h.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase)))
        {
            all.Add(new KeyValuePair<string, string>(
                "Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(uri.UserInfo)))));
        }

        return new RemoteAddress(target, shown, all);
    }

    /// <summary>The same, shown under a name that no other has.</summary>
    public RemoteAddress Marked(int number) => new(Target, Shown + "#" + number.ToString(CultureInfo.InvariantCulture), Headers);

    /// <summary>Whether both lead to the same, in the same name.</summary>
    public bool IsSame(RemoteAddress other) => Target == other.Target && Headers.SequenceEqual(other.Headers);

    /// <summary>The same with the headers of another, where it has none and both are of one server.</summary>
    public RemoteAddress WithHeadersOf(RemoteAddress other) => Headers.Count == 0 && IsSameOrigin(Target, other.Target) ? new(Target, Shown, other.Headers) : this;

    /// <summary>Whether two addresses are of one server.</summary>
    public static bool IsSameOrigin(Uri one, Uri other) => one.Scheme == other.Scheme && one.IdnHost == other.IdnHost && one.Port == other.Port;

    /// <summary>What lies beside it under its name with something appended.</summary>
    public RemoteAddress Beside(string suffix)
    {
        UriBuilder builder = new(Target);
        builder.Path += suffix;
        return new RemoteAddress(builder.Uri, NameOf(builder.Uri), Headers);
    }

    private static string NameOf(Uri uri) => Printable.Text(uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped));

    private static KeyValuePair<string, string> Checked(KeyValuePair<string, string> header, string shown)
    {
        bool isName = header.Key.Length > 0 && header.Key.All(static c => c is > ' ' and < '\x7f' && "()<>@,;:\\\"/[]?={}".IndexOf(c) < 0);
        return isName && !Reserved.Contains(header.Key, StringComparer.OrdinalIgnoreCase) && header.Value.All(static c => c is >= ' ' and not '\x7f')
            ? header
            : throw new VmaException(
                VmaCodes.RemoteAddressInvalid,
                isName ? $"The header {Printable.Short(header.Key)} cannot be given: its value has control characters, or it is set by what reads." : "A header has a name that none can have.",
                shown);
    }
}
