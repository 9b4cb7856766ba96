using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;

namespace VmaTools.Cli;

/// <summary>Archives on servers. Commands get to see names of their addresses only, which hold nothing secret.</summary>
internal static class RemoteArguments
{
    /// <summary>The addresses behind the names.</summary>
    public static VmaAddresses Addresses { get; } = new();

    /// <summary>The name of the option for headers.</summary>
    public const string HeadersFileName = "--headers-file";

    public static Option<string?> HeadersFile() => new(HeadersFileName)
    {
        Description = "Lines 'Name: value' that go with every request for an archive at http:// or https://, and to no other server; '-' for standard input.",
        HelpName = "file",
        Recursive = true,
    };

    /// <summary>The arguments with names in the place of addresses.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="headersFile">The file of the headers, or null.</param>
    /// <exception cref="VmaException">An address or a header is none.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string[] Conceal(string[] arguments, string? headersFile)
    {
        IReadOnlyDictionary<string, string>? headers = headersFile is null ? null : Read(headersFile);
        return [.. arguments.Select(a => VmaAddresses.IsAddress(a) ? Addresses.Add(a, headers) : a)];
    }

    private static Dictionary<string, string> Read(string file)
    {
        using TextReader reader = file == "-" ? new StreamReader(StandardStreams.OpenInput()) : new StreamReader(file);
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        for (int number = 1; reader.ReadLine() is { } line; number++)
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                headers[line[..colon].Trim()] = line[(colon + 1)..].Trim();
            }
            else if (!string.IsNullOrWhiteSpace(line))
            {
                // The line may be the secret.
                throw new VmaException(VmaCodes.RemoteAddressInvalid, $"Line {number} of the headers is not 'Name: value'.", file == "-" ? null : file);
            }
        }

        return headers;
    }
}
