using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;

namespace VmaTools.Cli;

/// <summary>Where one device is to be restored to.</summary>
/// <param name="Path">An existing file or block device; null where the device is left out.</param>
/// <param name="WritesZeros">Whether zeros are written, or what the target holds there is left.</param>
/// <param name="BytesPerSecond">Upper limit for the rate of writing; 0 for none.</param>
internal sealed record RestoreTarget(string? Path, bool WritesZeros, long BytesPerSecond);

/// <summary>
/// The map that <c>vma extract -r</c> reads: lines <c>[format=F:][throttling.bps=N:][throttling.group=G:][cache=C:]{0|1}:name=path</c>
/// or <c>skip=name</c>, ended by <c>done</c>, an empty line, or the end.
/// </summary>
internal static class RestoreMap
{
    private const string Format = "format=";
    private const string BytesPerSecond = "throttling.bps=";
    private const string Skip = "skip=";

    // An archive has 254 devices at most; what never ends is no map.
    private const int MostCharacters = 1 << 20;

    private static readonly string[] Options = [Format, BytesPerSecond, "throttling.group=", "cache="];

    /// <exception cref="VmaException">A line is not understood, or there is more than any map has.</exception>
    public static Dictionary<string, RestoreTarget> Read(TextReader reader)
    {
        Dictionary<string, RestoreTarget> targets = [];
        int room = MostCharacters;
        while (ReadLine(reader, ref room) is { Length: > 0 } line && line != "done")
        {
            if (line.StartsWith("skip", StringComparison.Ordinal))
            {
                if (!line.StartsWith(Skip, StringComparison.Ordinal) || line.Length == Skip.Length)
                {
                    throw Invalid("option 'skip' has no value", line);
                }

                targets[line.Substring(Skip.Length)] = new RestoreTarget(null, false, 0);
            }
            else
            {
                (string name, RestoreTarget target) = Parse(line);
                targets[name] = target;
            }
        }

        return targets;
    }

    private static string? ReadLine(TextReader reader, ref int room)
    {
        StringBuilder line = new();
        int next;
        while ((next = reader.Read()) is not (-1 or '\n'))
        {
            if (room-- == 0)
            {
                throw new VmaException(VmaCodes.MapInvalid, $"read map failed - it has more than {MostCharacters} characters");
            }

            line.Append((char)next);
        }

        return next == -1 && line.Length == 0 ? null : line.ToString().TrimEnd('\r');
    }

    private static (string Name, RestoreTarget Target) Parse(string line)
    {
        string rest = line;
        long bytesPerSecond = 0;
        while (Array.Find(Options, o => rest.StartsWith(o, StringComparison.Ordinal)) is { } option)
        {
            int end = rest.IndexOf(':', StringComparison.Ordinal);
            if (end < 0)
            {
                throw Invalid($"option '{option.TrimEnd('=')}' has no end", line);
            }

            string value = rest.Substring(option.Length, end - option.Length);
            rest = rest.Substring(end + 1);
            if (option == Format && value != "raw")
            {
                throw Invalid($"format '{value}' cannot be written over, only 'raw'", line);
            }

            if (option == BytesPerSecond && !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out bytesPerSecond))
            {
                throw Invalid($"'{value}' is no number of bytes per second", line);
            }
        }

        bool hasFlag = rest.StartsWith("0:", StringComparison.Ordinal) || rest.StartsWith("1:", StringComparison.Ordinal);
        if (!hasFlag)
        {
            throw Invalid("parse error", line);
        }

        int equals = rest.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 2 || equals == rest.Length - 1)
        {
            throw Invalid("no device name or no path specified", line);
        }

        return (rest.Substring(2, equals - 2), new RestoreTarget(rest.Substring(equals + 1), rest[0] == '1', bytesPerSecond));
    }

    private static VmaException Invalid(string what, string line) => new(VmaCodes.MapInvalid, $"read map failed - {what} ('{line}')");
}
