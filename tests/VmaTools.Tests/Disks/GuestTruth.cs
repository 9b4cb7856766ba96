using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using ZstdSharp;

namespace VmaTools.Tests.Disks;

/// <summary>
/// What a real implementation (the kernel, or ntfs-3g) read from a guest's disk, and how a file system of ours differs from it.
/// </summary>
public sealed class GuestTruth
{
    private const int MaxDifferences = 200;

    private readonly JsonElement _root;

    private GuestTruth(JsonElement root) => _root = root;

    public string Image => _root.GetProperty("image").GetString()!;

    public IEnumerable<JsonElement> Volumes => _root.GetProperty("volumes").EnumerateArray();

    public JsonElement Root => _root;

    /// <summary>Reads a truth: JSON, or JSON in gzip or zstd.</summary>
    public static GuestTruth Load(string path)
    {
        using FileStream file = File.OpenRead(path);
        using Stream stream = Path.GetExtension(path) switch
        {
            ".gz" => new GZipStream(file, CompressionMode.Decompress),
            ".zst" => new DecompressionStream(file),
            _ => file,
        };
        using JsonDocument document = JsonDocument.Parse(stream);
        return new GuestTruth(document.RootElement.Clone());
    }

    /// <summary>The volume of that id, such as <c>disk0p2</c> or <c>debian-vg/root</c>.</summary>
    public JsonElement Volume(string id) => Volumes.Single(v => v.GetProperty("id").GetString() == id);

    /// <summary>The paths that are not there (or differ) without the log, as far as the truth lists them.</summary>
    public IReadOnlyCollection<string> WithoutReplay(string kind) =>
        _root.TryGetProperty("without_replay", out JsonElement without) && without.TryGetProperty(kind, out JsonElement paths)
            ? paths.EnumerateArray().Select(static p => p.ValueKind == JsonValueKind.String ? p.GetString()! : p.GetProperty("path").GetString()!).ToArray()
            : [];

    /// <summary>Walks a file system and compares every entry and all content with the truth of a volume.</summary>
    /// <param name="actual">The file system.</param>
    /// <param name="volume">The truth of one volume.</param>
    /// <param name="withContent">Whether contents are read and digested.</param>
    /// <param name="ignore">Paths for which nothing is compared, and below which nothing is; null for none.</param>
    /// <returns>Sentences; none where everything is the same.</returns>
    public static List<string> Differences(FileSystem actual, JsonElement volume, bool withContent = true, Predicate<string>? ignore = null)
    {
        List<string> differences = [];
        string fs = volume.GetProperty("fs").GetString()!;
        Compare(differences, "(volume)", "fs", fs, actual.Kind);
        if (volume.TryGetProperty("label", out JsonElement label))
        {
            Compare(differences, "(volume)", "label", label.GetString() ?? string.Empty, actual.Label ?? string.Empty);
        }

        if (volume.TryGetProperty("uuid", out JsonElement uuid))
        {
            Compare(differences, "(volume)", "uuid", uuid.GetString() ?? string.Empty, actual.Uuid ?? string.Empty);
        }

        Dictionary<string, JsonElement> expected = volume.GetProperty("files").EnumerateArray()
            .ToDictionary(static f => f.GetProperty("path").GetString()!, StringComparer.Ordinal);
        HashSet<string> seen = new(StringComparer.Ordinal);
        Stack<FileEntry> pending = new([actual.Root]);
        while (pending.TryPop(out FileEntry? entry) && differences.Count < MaxDifferences)
        {
            string path = entry.FullName;
            if (ignore?.Invoke(path) == true)
            {
                seen.Add(path);
                continue;
            }

            long children = 0;
            try
            {
                foreach (FileEntry child in entry.Type == FileEntryType.Directory ? actual.ReadDirectory(entry).Where(static e => !e.IsSystem) : [])
                {
                    children++;
                    pending.Push(child);
                }
            }
            catch (VmaException exception)
            {
                differences.Add($"{path}: {exception.Code}: {exception.Message}");
            }

            if (!seen.Add(path))
            {
                differences.Add($"{path}: listed twice");
            }
            else if (!expected.TryGetValue(path, out JsonElement truth))
            {
                differences.Add($"{path}: not in the truth");
            }
            else
            {
                CompareEntry(differences, actual, entry, truth, fs, children, withContent);
            }
        }

        if (differences.Count < MaxDifferences)
        {
            differences.AddRange(expected.Keys.Where(p => !seen.Contains(p) && ignore?.Invoke(p) != true).Select(static p => p + ": missing"));
        }

        return differences;
    }

    private static void CompareEntry(
        List<string> differences, FileSystem fs, FileEntry entry, JsonElement truth, string kind, long children, bool withContent)
    {
        string path = entry.FullName;
        bool isUnix = kind is not ("ntfs" or "vfat" or "exfat");
        try
        {
            Compare(differences, path, "type", ExpectedType(truth), TypeName(entry.Type));
            if (entry.Type is FileEntryType.File or FileEntryType.SymbolicLink && (isUnix || truth.GetProperty("type").GetString() == "file"))
            {
                Compare(differences, path, "size", truth.GetProperty("size").GetInt64(), entry.Length);
            }

            JsonElement attributesOfLinux = default;
            bool hasOwner = isUnix
                || (truth.TryGetProperty("xattrs", out attributesOfLinux) && attributesOfLinux.TryGetProperty("$LXMOD", out _));
            if (hasOwner)
            {
                Compare(differences, path, "mode", truth.GetProperty("mode").GetString()!, Convert.ToString(entry.Mode ?? -1, 8).PadLeft(4, '0'));
                Compare(differences, path, "uid", truth.GetProperty("uid").GetInt64(), entry.UserId);
                Compare(differences, path, "gid", truth.GetProperty("gid").GetInt64(), entry.GroupId);
            }

            if (kind is not ("vfat" or "exfat"))
            {
                // What was read by other means than a kernel has neither.
                if (truth.TryGetProperty("nlink", out JsonElement links))
                {
                    Compare(differences, path, "nlink", links.GetInt64(), entry.LinkCount);
                    Compare(differences, path, "ino", truth.GetProperty("ino").GetUInt64(), entry.Id);
                }

                if (!truth.TryGetProperty("ntfs_times", out _) && !truth.TryGetProperty("times_not_stored", out _))
                {
                    CompareTime(differences, path, truth, "ctime_ns", entry.Changed);
                }
            }

            if (truth.TryGetProperty("ntfs_times", out JsonElement times))
            {
                // The stored numbers: 100 ns since 1601. What FUSE makes of times before 1970 loses the part of a second.
                FileTime?[] actual = [entry.Created, entry.Modified, entry.Accessed, entry.Changed];
                for (int i = 0; i < actual.Length; i++)
                {
                    BigInteger expected = (new BigInteger(times[i].GetInt64()) - 116_444_736_000_000_000) * 100;
                    Compare(differences, path, $"ntfs_times[{i}]", expected, actual[i]?.TotalNanoseconds);
                }
            }
            else if (!truth.TryGetProperty("times_not_stored", out _))
            {
                CompareTime(differences, path, truth, "mtime_ns", entry.Modified);
                CompareTime(differences, path, truth, "atime_ns", entry.Accessed);
            }

            if (truth.TryGetProperty("ntfs_attrib", out JsonElement attributes))
            {
                Compare(differences, path, "attributes", attributes.GetString()!, "0x" + (entry.Attributes ?? 0).ToString("x8", CultureInfo.InvariantCulture));
            }

            if (truth.TryGetProperty("entries", out JsonElement entries))
            {
                Compare(differences, path, "entries", entries.GetInt64(), children);
            }

            if (truth.TryGetProperty("rdev", out JsonElement device))
            {
                string actual = $"{entry.DeviceMajor}:{entry.DeviceMinor}";
                string expected = device.ValueKind == JsonValueKind.String ? device.GetString()! : device.ToString();

                // The kernel's ntfs3 shows 0:0 for every device; the attribute that it shows, too, has the number.
                if (attributesOfLinux.ValueKind == JsonValueKind.Object && attributesOfLinux.TryGetProperty("$LXDEV", out JsonElement stored))
                {
                    uint number = BitConverter.ToUInt32(stored.GetBytesFromBase64());
                    expected = $"{number >> 20}:{number & 0xfffff}";
                }

                Compare(differences, path, "rdev", expected, actual);
            }

            if (kind == "vfat" && truth.TryGetProperty("atime_ns", out _))
            {
                string expected = truth.TryGetProperty("short", out JsonElement shortName) ? shortName.GetString()! : string.Empty;
                Compare(differences, path, "short", expected, entry.ShortName?.ToString() ?? string.Empty);
            }

            if (truth.TryGetProperty("dos_name", out JsonElement dosName))
            {
                Compare(differences, path, "dos_name", dosName.GetString()!, entry.ShortName?.ToString());
            }

            if (truth.TryGetProperty("reparse_tag", out JsonElement tag))
            {
                Compare(differences, path, "reparse_tag", tag.ToString(), "0x" + (entry.ReparseTag ?? 0).ToString("x8", CultureInfo.InvariantCulture));
                if (truth.TryGetProperty("reparse_data", out JsonElement data))
                {
                    // The truth has the tag and the length before the data.
                    string expected = Convert.ToBase64String(data.GetBytesFromBase64().AsSpan(8));
                    Compare(differences, path, "reparse_data", expected, Convert.ToBase64String(fs.ReadReparseData(entry) ?? []));
                }
            }

            if (ExpectedTarget(truth) is string target)
            {
                Compare(differences, path, "target", target, fs.ReadLinkTarget(entry).ToString());
            }

            CompareStreams(differences, fs, entry, truth, withContent);
            if (hasOwner)
            {
                CompareExtendedAttributes(differences, fs, entry, truth);
            }

            if (withContent && entry.Type == FileEntryType.File)
            {
                CompareContent(differences, fs, entry, truth);
            }
        }
        catch (VmaException exception)
        {
            differences.Add($"{path}: {exception.Code}: {exception.Message}");
        }
    }

    /// <summary>What ntfs-3g cannot follow it shows as a link to nowhere.</summary>
    private static string ExpectedType(JsonElement truth) => IsUnsupportedTag(truth) ? "file" : truth.GetProperty("type").GetString()!;

    private static bool IsUnsupportedTag(JsonElement truth) =>
        truth.TryGetProperty("target", out JsonElement target) && target.GetString()!.StartsWith("unsupported reparse tag", StringComparison.Ordinal);

    /// <summary>The target of a link as stored; ntfs-3g shows absolute ones of Windows as places below its own mount.</summary>
    private static string? ExpectedTarget(JsonElement truth)
    {
        if (!truth.TryGetProperty("target", out JsonElement target) || IsUnsupportedTag(truth))
        {
            return null;
        }

        return truth.TryGetProperty("reparse", out JsonElement reparse) && reparse.TryGetProperty("substitute", out JsonElement substitute)
            ? substitute.GetString()!.Replace(@"\??\", string.Empty, StringComparison.Ordinal).Replace('\\', '/')
            : target.GetString();
    }

    private static void CompareContent(List<string> differences, FileSystem fs, FileEntry entry, JsonElement truth)
    {
        string path = entry.FullName;
        if (truth.GetProperty("type").GetString() == "file" && truth.TryGetProperty("sha256", out JsonElement digest))
        {
            using Stream content = fs.OpenRead(entry);
            Compare(differences, path, "sha256", digest.GetString()!, Hex(SHA256.HashData(content)));
        }

        if (!truth.TryGetProperty("data", out JsonElement data))
        {
            return;
        }

        // Implementations differ in what they call a hole: what lies outside of the data that the truth names must be zeros.
        List<(long Offset, long Length)> ranges = data.EnumerateArray().Select(static r => (r[0].GetInt64(), r[1].GetInt64())).ToList();
        long end = 0;
        foreach (FileExtent extent in fs.ReadAllocation(entry))
        {
            if (extent.Offset != end)
            {
                differences.Add($"{path}: the allocation has a gap at {end}");
            }

            end = extent.Offset + extent.Length;
        }

        Compare(differences, path, "end of allocation", entry.Length, end);
        if (truth.TryGetProperty("sha256_data", out JsonElement dataDigest))
        {
            using Stream content = fs.OpenRead(entry);
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] buffer = new byte[1 << 16];
            foreach ((long offset, long length) in ranges)
            {
                content.Position = offset;
                for (long left = Math.Min(length, entry.Length - offset); left > 0;)
                {
                    int read = content.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
                    if (read == 0)
                    {
                        differences.Add($"{path}: ends early");
                        return;
                    }

                    hash.AppendData(buffer, 0, read);
                    left -= read;
                }
            }

            Compare(differences, path, "sha256_data", dataDigest.GetString()!, Hex(hash.GetHashAndReset()));
        }
    }

    private static void CompareStreams(List<string> differences, FileSystem fs, FileEntry entry, JsonElement truth, bool withContent)
    {
        if (!truth.TryGetProperty("ads", out JsonElement streams))
        {
            return;
        }

        Dictionary<string, NamedStreamInfo> actual = fs.ReadStreams(entry).ToDictionary(static s => s.Name.ToString(), StringComparer.Ordinal);
        Compare(differences, entry.FullName, "number of streams", streams.GetArrayLength(), actual.Count);
        foreach (JsonElement stream in streams.EnumerateArray())
        {
            string name = stream.GetProperty("name").GetString()!;
            if (!actual.TryGetValue(name, out NamedStreamInfo? found))
            {
                differences.Add($"{entry.FullName}: stream {name} missing");
                continue;
            }

            Compare(differences, entry.FullName, $"size of stream {name}", stream.GetProperty("size").GetInt64(), found.Length);
            if (withContent)
            {
                using Stream content = fs.OpenRead(entry, found.Name);
                Compare(differences, entry.FullName, $"sha256 of stream {name}", stream.GetProperty("sha256").GetString()!, Hex(SHA256.HashData(content)));
            }
        }
    }

    private static void CompareExtendedAttributes(List<string> differences, FileSystem fs, FileEntry entry, JsonElement truth)
    {
        // The truths leave out the properties of Btrfs, which a kernel lists as attributes.
        Dictionary<string, byte[]> actual = fs.ReadExtendedAttributes(entry)
            .Where(static a => !a.Name.ToString().StartsWith("btrfs.", StringComparison.Ordinal))
            .ToDictionary(static a => a.Name.ToString(), static a => a.Value.ToArray(), StringComparer.Ordinal);
        int expected = 0;
        if (truth.TryGetProperty("xattrs", out JsonElement attributes))
        {
            foreach (JsonProperty attribute in attributes.EnumerateObject())
            {
                expected++;
                string name = attribute.Name;
                if (!actual.TryGetValue(name, out byte[]? value))
                {
                    differences.Add($"{entry.FullName}: extended attribute {name} missing");
                }
                else if (attribute.Value.ValueKind == JsonValueKind.String)
                {
                    Compare(differences, entry.FullName, name, attribute.Value.GetString()!, Convert.ToBase64String(value));
                }
                else
                {
                    Compare(differences, entry.FullName, "size of " + name, attribute.Value.GetProperty("size").GetInt64(), value.Length);
                    Compare(differences, entry.FullName, "sha256 of " + name, attribute.Value.GetProperty("sha256").GetString()!, Hex(SHA256.HashData(value)));
                }
            }
        }

        Compare(differences, entry.FullName, "number of extended attributes", expected, actual.Count);
    }

    private static void CompareTime(List<string> differences, string path, JsonElement truth, string name, FileTime? actual)
    {
        // What mtools reads back has no other time than that of the last change.
        if (!truth.TryGetProperty(name, out _))
        {
            return;
        }

        BigInteger expected = BigInteger.Parse(truth.GetProperty(name).GetRawText(), CultureInfo.InvariantCulture);
        Compare(differences, path, name, expected, actual?.TotalNanoseconds);
    }

    private static void Compare(List<string> differences, string path, string what, object expected, object? actual)
    {
        string left = Convert.ToString(expected, CultureInfo.InvariantCulture)!;
        string? right = Convert.ToString(actual, CultureInfo.InvariantCulture);
        if (left != right && differences.Count < MaxDifferences)
        {
            differences.Add($"{path}: {what} is {right ?? "null"}, not {left}");
        }
    }

    private static string TypeName(FileEntryType type) => type switch
    {
        FileEntryType.File => "file",
        FileEntryType.Directory => "dir",
        FileEntryType.SymbolicLink => "symlink",
        FileEntryType.CharacterDevice => "char",
        FileEntryType.BlockDevice => "block",
        FileEntryType.Fifo => "fifo",
        _ => "socket",
    };

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();
}
