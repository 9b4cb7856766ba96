using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security;

namespace VmaTools.PowerShell;

/// <summary>Archives on servers: what users give for them, and the names under which a runspace knows them.</summary>
internal static class RemoteArchives
{
    private static readonly ConditionalWeakTable<Runspace, VmaAddresses> Known = new();

    /// <summary>The addresses that were given in this runspace. Whoever has another runspace opens nothing by them.</summary>
    public static VmaAddresses Here => Runspace.DefaultRunspace is { } runspace ? Known.GetValue(runspace, static _ => new VmaAddresses()) : new VmaAddresses();

    /// <summary>How archives are opened where nothing else is said.</summary>
    public static VmaOpenOptions Options => OptionsWith(null);

    /// <summary>The same with an index that was named; null for none.</summary>
    public static VmaOpenOptions OptionsWith(string? indexPath) => new() { Addresses = Here, IndexPath = indexPath };

    /// <summary>
    /// The text of an address as it was given: a <see cref="Uri"/> that PowerShell turns into text is not the same any more, and one that is
    /// a secret may come as a <see cref="SecureString"/>. Null for anything else.
    /// </summary>
    public static string? TextOf(object? item) => (item is PSObject wrapped ? wrapped.BaseObject : item) switch
    {
        string text => text,
        Uri uri => uri.OriginalString,
        SecureString secret => TextOf(secret),
        _ => null,
    };

    /// <summary>Headers as users give them.</summary>
    /// <exception cref="VmaException">One has no text.</exception>
    public static IReadOnlyDictionary<string, string>? HeadersOf(IDictionary? given)
    {
        if (given is null)
        {
            return null;
        }

        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in given)
        {
            string name = Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? string.Empty;
            object? value = entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value;
            headers[name] = value switch
            {
                SecureString secret => TextOf(secret),
                string or IFormattable => Convert.ToString(value, CultureInfo.InvariantCulture)!,
                _ => throw new VmaException(VmaCodes.RemoteAddressInvalid, $"The header {Printable.Short(name)} has a value that is no text: it takes a string or a SecureString."),
            };
        }

        return headers;
    }

    /// <summary>What may be shown of a text that may be an address.</summary>
    public static string Shown(string text)
    {
        if (!VmaAddresses.IsAddress(text))
        {
            return text;
        }

        try
        {
            return VmaAddresses.NameOf(text);
        }
        catch (VmaException exception)
        {
            return exception.Path ?? string.Empty;
        }
    }

    /// <summary>The error of an address where only a file or folder will do.</summary>
    public static VmaException NotTaken(string address) =>
        new(VmaCodes.RemoteNotSupported, "This takes a path of the file system, and no address of a file on a server.", Shown(address));

    private static string TextOf(SecureString secret) => new NetworkCredential(string.Empty, secret).Password;
}
