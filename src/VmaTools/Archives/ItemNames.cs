using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace VmaTools;

/// <summary>
/// Names under which what is in an archive is addressed, one path component each, no two the same. A usual name stays as it
/// is. Otherwise:
/// characters that separate or expand paths, control and formatting characters, and spaces at either end become
/// <c>%</c> and two hexadecimal digits for each of their UTF-8 bytes (so <c>/</c> is <c>%2F</c>, and <c>%</c> is <c>%25</c>);
/// a name of dots only has every dot as <c>%2E</c>; no name at all is <c>%00</c>;
/// a name that was given before, or one cut after 200 characters, ends in <c>%id</c> and the device's number or <c>%no</c>
/// and the config's place in the header, from 1. Devices come first; what stands beside both, such as a volume group, comes last, and
/// ends in <c>%vg</c> and a number.
/// </summary>
public sealed class ItemNames
{
    private const int MaxLength = 200;

    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<VmaDevice, string> _devices = [];
    private readonly Dictionary<VmaConfig, string> _configs = [];
    private readonly Dictionary<string, string> _further = new(StringComparer.Ordinal);

    /// <summary>The names of an archive's devices and configs.</summary>
    /// <param name="archive">The archive.</param>
    public ItemNames(VmaArchive archive)
    {
        if (archive is null)
        {
            throw new ArgumentNullException(nameof(archive));
        }

        foreach (VmaDevice device in archive.Devices)
        {
            _devices.Add(device, Claim(device.Name, "%id", device.DeviceId));
        }

        for (int i = 0; i < archive.Configs.Count; i++)
        {
            _configs.Add(archive.Configs[i], Claim(archive.Configs[i].Name, "%no", i + 1));
        }
    }

    /// <summary>The name of a device.</summary>
    public string this[VmaDevice device] => _devices[device];

    /// <summary>The name of a config.</summary>
    public string this[VmaConfig config] => _configs[config];

    /// <summary>The name of something that stands beside devices and configs; the same one each time.</summary>
    public string Further(string name)
    {
        if (!_further.TryGetValue(name, out string? escaped))
        {
            escaped = Claim(name, "%vg", _further.Count + 1);
            _further.Add(name, escaped);
        }

        return escaped;
    }

    /// <summary>The name of a partition below its device.</summary>
    public static string OfPartition(int index) => "p" + index.ToString(CultureInfo.InvariantCulture);

    private string Claim(string name, string mark, int number)
    {
        string escaped = Escape(name, out bool isWhole);
        if (!isWhole || !_taken.Add(escaped))
        {
            escaped += mark + number.ToString(CultureInfo.InvariantCulture);
        }

        return escaped;
    }

    private static string Escape(string name, out bool isWhole)
    {
        isWhole = true;
        if (name.Length == 0)
        {
            return "%00";
        }

        bool isAllDots = name.Trim('.').Length == 0;
        StringBuilder escaped = new(name.Length);
        for (int i = 0; i < name.Length; i++)
        {
            if (escaped.Length >= MaxLength)
            {
                isWhole = false;
                break;
            }

            int length = char.IsHighSurrogate(name[i]) && i + 1 < name.Length ? 2 : 1;
            bool isEdge = i == 0 || i == name.Length - 1;
            if (IsPlain(name, i) && !(isAllDots || (isEdge && char.IsWhiteSpace(name[i]))))
            {
                escaped.Append(name, i, length);
            }
            else
            {
                foreach (byte b in Encoding.UTF8.GetBytes(name.Substring(i, length)))
                {
                    escaped.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
                }
            }

            i += length - 1;
        }

        return escaped.ToString();
    }

    /// <summary>Whether a character stands for itself in the name of an item.</summary>
    internal static bool IsPlain(string name, int index) =>
        name[index] is not ('/' or '\\' or ':' or '%' or '*' or '?' or '[' or ']' or '`')
        && CharUnicodeInfo.GetUnicodeCategory(name, index) is not (UnicodeCategory.Control
            or UnicodeCategory.Format
            or UnicodeCategory.Surrogate
            or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.OtherNotAssigned);
}
