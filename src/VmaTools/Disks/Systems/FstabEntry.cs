using System;
using System.Collections.Generic;
using System.Text;

namespace VmaTools.Disks.Systems;

/// <summary>A line of <c>/etc/fstab</c>: which volume a Linux or BSD guest mounts where.</summary>
/// <param name="Source">What is mounted, such as <c>UUID=…</c> or <c>/dev/mapper/vg-root</c>.</param>
/// <param name="MountPoint">Where, such as <c>/home</c>.</param>
/// <param name="Options">The options, as written.</param>
internal sealed record FstabEntry(string Source, string MountPoint, string Options)
{
    /// <summary>A table is a page of text; what is behind this is not read.</summary>
    public const int MaxSize = 1 << 20;

    private static readonly string[] Identities =
    [
        "UUID=", "LABEL=", "PARTUUID=", "PARTLABEL=", "/dev/mapper/", "/dev/ufs/", "/dev/ufsid/", "/dev/msdosfs/", "/dev/gpt/", "/dev/gptid/",
    ];

    /// <summary>True where the guest starts without it, too.</summary>
    public bool IsOptional => Array.Exists(Options.Split(','), static o => o is "noauto" or "nofail");

    /// <summary>True where the volume is named by what is written on it, whatever the guest calls its disks.</summary>
    public bool HasIdentity => Array.Exists(Identities, i => Source.StartsWith(i, i[0] == '/' ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase));

    /// <summary>The value of an option such as <c>subvol</c>, or null.</summary>
    public string? Option(string name)
    {
        foreach (string option in Options.Split(','))
        {
            if (option.Length > name.Length && option[name.Length] == '=' && option.StartsWith(name, StringComparison.Ordinal))
            {
                return option.Substring(name.Length + 1);
            }
        }

        return null;
    }

    /// <summary>Reads a table. Lines that are none are passed over.</summary>
    public static IReadOnlyList<FstabEntry> Parse(string text)
    {
        List<FstabEntry> entries = [];
        foreach (string line in text.Split('\n'))
        {
            string[] fields = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length >= 2 && fields[0][0] != '#')
            {
                entries.Add(new FstabEntry(
                    Unquote(Unescape(fields[0])),
                    Unescape(fields[1]),
                    fields.Length > 3 ? Unescape(fields[3]) : string.Empty));
            }
        }

        return entries;
    }

    /// <summary>A space within a field is written as <c>\040</c>.</summary>
    private static string Unescape(string field)
    {
        if (field.IndexOf('\\') < 0)
        {
            return field;
        }

        StringBuilder text = new(field.Length);
        for (int i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length && IsOctal(field[i + 1]) && IsOctal(field[i + 2]) && IsOctal(field[i + 3]))
            {
                text.Append((char)(((field[i + 1] - '0') << 6) | ((field[i + 2] - '0') << 3) | (field[i + 3] - '0')));
                i += 3;
            }
            else
            {
                text.Append(field[i]);
            }
        }

        return text.ToString();
    }

    private static string Unquote(string source)
    {
        int equals = source.IndexOf('=');
        return equals > 0 && source.Length > equals + 2 && source[equals + 1] == '"' && source[source.Length - 1] == '"'
            ? source.Substring(0, equals + 1) + source.Substring(equals + 2, source.Length - equals - 3)
            : source;
    }

    private static bool IsOctal(char c) => c is >= '0' and <= '7';
}
