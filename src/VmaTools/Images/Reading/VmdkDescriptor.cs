using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using VmaTools.Bytes;

namespace VmaTools.Images.Reading;

/// <summary>A line of a VMDK's descriptor that tells of a part of the disk.</summary>
/// <param name="Access">RW, RDONLY or NOACCESS.</param>
/// <param name="Length">Bytes of the disk.</param>
/// <param name="Kind">How it is stored, such as SPARSE or FLAT.</param>
/// <param name="File">Name of the file; empty for none.</param>
/// <param name="Offset">Byte offset in the file.</param>
internal sealed record VmdkExtentLine(string Access, long Length, string Kind, string File, long Offset);

/// <summary>The text that describes a VMDK: in a file of its own, or in one with the data.</summary>
internal sealed class VmdkDescriptor
{
    /// <summary>The longest text that is taken for a descriptor.</summary>
    public const int MaxLength = 256 << 10;

    private const int MaxExtents = 4096;
    private const long MaxSectors = 1L << 50;
    private const string NoParent = "ffffffff";

    private static readonly Regex ExtentPattern = new(
        @"^(RW|RDONLY|NOACCESS)\s+(\d{1,18})\s+(\w+)(?:\s+""([^""]*)""(?:\s+(\d{1,18}))?)?",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<VmdkExtentLine> _extents = [];

    /// <summary>The parts of the disk, in order.</summary>
    public IReadOnlyList<VmdkExtentLine> Extents => _extents;

    /// <summary>The kind of disk, such as monolithicSparse; null where it does not tell.</summary>
    public string? CreateType => _values.TryGetValue("createType", out string? type) ? type : null;

    /// <summary>Whether a descriptor begins there. Blanks are written in several ways, and are passed over.</summary>
    public static bool Matches(ReadOnlySpan<byte> start)
    {
        string text = Encoding.ASCII.GetString(start.Slice(0, Math.Min(start.Length, 64)).ToArray());
        return new string([.. text.Where(static c => !char.IsWhiteSpace(c))]).StartsWith("#DiskDescriptorFile", StringComparison.OrdinalIgnoreCase);
    }

    /// <exception cref="VmaException">It tells of too much, or of a parent.</exception>
    public static VmdkDescriptor Parse(ImageFile file, ReadOnlySpan<byte> bytes)
    {
        // What follows the text up to the end of its sectors is whatever was in somebody's memory.
        int end = bytes.IndexOf((byte)0);
        VmdkDescriptor descriptor = new();
        string text = Encoding.UTF8.GetString((end < 0 ? bytes : bytes.Slice(0, end)).ToArray());
        foreach (string line in text.Split('\n').Select(static l => l.Trim()).Where(static l => l.Length > 0 && l[0] != '#'))
        {
            descriptor.Add(file, line);
        }

        if (descriptor._values.TryGetValue("parentCID", out string? parent) && !string.Equals(parent, NoParent, StringComparison.OrdinalIgnoreCase))
        {
            throw file.NeedsParent(
                descriptor._values.TryGetValue("parentFileNameHint", out string? name) ? name : string.Empty, "a snapshot: consolidate it first");
        }

        return descriptor;
    }

    private void Add(ImageFile file, string line)
    {
        Match match = ExtentPattern.Match(line);
        if (!match.Success)
        {
            int equals = line.IndexOf('=');
            if (equals > 0)
            {
                _values[line.Substring(0, equals).Trim()] = line.Substring(equals + 1).Trim().Trim('"');
            }

            return;
        }

        long sectors = long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
        long offset = match.Groups[5].Success ? long.Parse(match.Groups[5].Value, CultureInfo.InvariantCulture) : 0;
        if (sectors > MaxSectors || offset > MaxSectors || _extents.Count == MaxExtents)
        {
            throw file.Damaged("its descriptor tells of more than a disk can have.");
        }

        _extents.Add(new VmdkExtentLine(
            match.Groups[1].Value.ToUpperInvariant(),
            sectors * VmdkHeader.SectorSize,
            match.Groups[3].Value.ToUpperInvariant(),
            match.Groups[4].Value,
            offset * VmdkHeader.SectorSize));
    }
}
