using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using VmaTools.Digests;
using VmaTools.Extents;
using VmaTools.Files;

namespace VmaTools;

/// <summary>
/// What an archive held when it was known to be sound: digests of the archive as stored, of each device and of each config.
/// Held against the archive later, it proves every byte, which a plain archive cannot do by itself.
/// </summary>
public sealed class VmaManifest
{
    /// <summary>No manifest is larger: 254 devices, 256 configs, a few digests each.</summary>
    private const int MaxFileSize = 16 << 20;

    private const string Schema = "VmaTools manifest";
    private const long SchemaVersion = 1;
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    internal VmaManifest(
        string tool,
        DateTime created,
        string fileName,
        long length,
        DateTime? lastWriteTime,
        string compression,
        string uuid,
        IReadOnlyList<VmaManifestDigest> digests,
        IReadOnlyList<VmaManifestItem> devices,
        IReadOnlyList<VmaManifestItem> configs)
    {
        Tool = tool;
        Created = created;
        FileName = fileName;
        Length = length;
        LastWriteTime = lastWriteTime;
        Compression = compression;
        Uuid = uuid;
        Digests = digests;
        Devices = devices;
        Configs = configs;
    }

    /// <summary>Name and version of the program that wrote it.</summary>
    public string Tool { get; }

    /// <summary>When it was made, in UTC.</summary>
    public DateTime Created { get; }

    /// <summary>Name of the archive's file, without a folder; empty where it came from a stream.</summary>
    public string FileName { get; }

    /// <summary>Bytes of the archive as stored.</summary>
    public long Length { get; }

    /// <summary>When the archive was last written, in UTC, or null where that is not known.</summary>
    public DateTime? LastWriteTime { get; }

    /// <summary>How the archive was compressed: one of the constants of <see cref="VmaCompression"/>.</summary>
    public string Compression { get; }

    /// <summary>The archive's uuid.</summary>
    public string Uuid { get; }

    /// <summary>Digests of the archive as stored.</summary>
    public IReadOnlyList<VmaManifestDigest> Digests { get; }

    /// <summary>The devices.</summary>
    public IReadOnlyList<VmaManifestItem> Devices { get; }

    /// <summary>The configs.</summary>
    public IReadOnlyList<VmaManifestItem> Configs { get; }

    /// <summary>Makes the manifest of an archive, in one pass over it.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="options">Algorithms and scratch folder; null for SHA-256. The archive as stored is always included.</param>
    /// <param name="progress">Hears how far the pass has come.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="VmaException">The archive is damaged or cannot be read.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static VmaManifest Create(
        string path,
        VmaHashOptions? options = null,
        IProgress<VmaProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        using VmaManifestBuilder builder = new(options, cancellationToken);
        using VmaArchive archive = VmaArchive.Open(path, options?.Open);
        VmaSink sink = builder.Begin(archive);
        return builder.Conclude(archive.ReadForward([sink], progress, cancellationToken));
    }

    /// <summary>Reads a manifest.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="VmaException">It is no manifest, or no file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static VmaManifest Load(string path)
    {
        try
        {
            byte[] bytes = SourceFile.ReadSmall(path, MaxFileSize) ?? throw new FormatException("The file is larger than any manifest.");
            using StreamReader text = new(new MemoryStream(bytes), Encoding.UTF8);
            return FromJson(text.ReadToEnd());
        }
        catch (FormatException exception)
        {
            throw new VmaException(VmaCodes.ManifestInvalid, $"The file is no manifest that can be read here. {exception.Message}", path, innerException: exception);
        }
    }

    /// <summary>Looks, before an archive is read for a manifest, whether the manifest could be saved then.</summary>
    /// <param name="path">The file to be.</param>
    /// <param name="force">Whether a file of that name would be replaced.</param>
    /// <exception cref="VmaException">The file exists, or is never replaced.</exception>
    public static void CheckTarget(string path, bool force = false) => OutputFile.MustBeFree(path, force);

    /// <summary>Writes the manifest to a file, whole or not at all.</summary>
    /// <param name="path">The file; its folder is created where it does not exist.</param>
    /// <param name="force">Whether a file of that name is replaced.</param>
    /// <exception cref="VmaException">The file exists, or cannot be written.</exception>
    public void Save(string path, bool force = false)
    {
        CheckTarget(path, force);
        string full = Path.GetFullPath(path);
        TextFile.Write(full, ToJson(), ArchiveGuard.Default, force);
    }

    internal string ToJson() => Json.Write(new JsonObject
    {
        { "schema", Schema },
        { "schemaVersion", SchemaVersion },
        { "tool", Tool },
        { "created", TimeText(Created) },
        {
            "archive",
            new JsonObject
            {
                { "fileName", FileName },
                { "length", Length },
                { "lastWriteTime", LastWriteTime is { } time ? TimeText(time) : null },
                { "compression", Compression },
                { "uuid", Uuid },
                { "digests", DigestsOf(Digests) },
            }
        },
        { "devices", ItemsOf(Devices) },
        { "configs", ItemsOf(Configs) },
    });

    internal static VmaManifest FromJson(string text)
    {
        JsonObject root = Json.Parse(text) as JsonObject ?? throw new FormatException("It is no object.");
        if (root.Get<string>("schema") != Schema)
        {
            throw new FormatException($"Its 'schema' is not '{Schema}'.");
        }

        if (root.GetNumber("schemaVersion") != SchemaVersion)
        {
            throw new FormatException($"Its 'schemaVersion' is not {SchemaVersion}.");
        }

        JsonObject archive = Need(root.Get<JsonObject>("archive"), "archive");
        return new VmaManifest(
            Need(root.Get<string>("tool"), "tool"),
            ParseTime(Need(root.Get<string>("created"), "created")),
            Need(archive.Get<string>("fileName"), "fileName"),
            archive.GetNumber("length") ?? throw Missing("length"),
            archive.Get<string>("lastWriteTime") is { } time ? ParseTime(time) : null,
            Need(archive.Get<string>("compression"), "compression"),
            Need(archive.Get<string>("uuid"), "uuid"),
            ParseDigests(archive),
            ParseItems(root, "devices", hasId: true),
            ParseItems(root, "configs", hasId: false));
    }

    private static List<object?> ItemsOf(IReadOnlyList<VmaManifestItem> items)
    {
        List<object?> list = [];
        foreach (VmaManifestItem item in items)
        {
            JsonObject members = [];
            if (item.DeviceId is int id)
            {
                members.Add("id", id);
            }

            members.Add("name", item.Name);
            members.Add("size", item.Size);
            members.Add("digests", DigestsOf(item.Digests));
            list.Add(members);
        }

        return list;
    }

    private static JsonObject DigestsOf(IReadOnlyList<VmaManifestDigest> digests)
    {
        JsonObject members = [];
        foreach (VmaManifestDigest digest in digests)
        {
            members.Add(digest.Algorithm, digest.Hash);
        }

        return members;
    }

    private static List<VmaManifestItem> ParseItems(JsonObject root, string name, bool hasId)
    {
        List<VmaManifestItem> items = [];
        foreach (object? value in Need(root.Get<List<object?>>(name), name))
        {
            JsonObject item = Need(value as JsonObject, name);
            long? id = item.GetNumber("id");
            if (hasId && id is not (>= 1 and <= 254))
            {
                throw Missing("id");
            }

            items.Add(new VmaManifestItem(
                hasId ? (int)id!.Value : null,
                Need(item.Get<string>("name"), "name"),
                item.GetNumber("size") ?? throw Missing("size"),
                ParseDigests(item)));
        }

        return items;
    }

    private static List<VmaManifestDigest> ParseDigests(JsonObject owner)
    {
        List<VmaManifestDigest> digests = [];
        foreach (KeyValuePair<string, object?> member in Need(owner.Get<JsonObject>("digests"), "digests"))
        {
            string hash = Need(member.Value as string, member.Key);
            if (hash.Length == 0 || hash.Length % 2 != 0 || !hash.All(static c => c is (>= '0' and <= '9') or (>= 'A' and <= 'F') or (>= 'a' and <= 'f')))
            {
                throw new FormatException($"A digest '{member.Key}' is not hexadecimal.");
            }

            digests.Add(new VmaManifestDigest(member.Key, hash.ToUpperInvariant()));
        }

        return digests.Count > 0 ? digests : throw Missing("digests");
    }

    private static T Need<T>(T? value, string name)
        where T : class => value ?? throw Missing(name);

    private static FormatException Missing(string name) => new($"Its '{name}' is missing or of another kind.");

    private static string TimeText(DateTime time) => time.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static DateTime ParseTime(string text) =>
        DateTime.TryParseExact(
            text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime time)
            ? time
            : throw new FormatException($"'{text}' is no time as manifests have it.");
}

/// <summary>A device or a config in a manifest.</summary>
public sealed class VmaManifestItem
{
    internal VmaManifestItem(int? id, string name, long size, IReadOnlyList<VmaManifestDigest> digests)
    {
        DeviceId = id;
        Name = name;
        Size = size;
        Digests = digests;
    }

    /// <summary>Number of the device; null for a config.</summary>
    public int? DeviceId { get; }

    /// <summary>Name of the device or config.</summary>
    public string Name { get; }

    /// <summary>Bytes digested.</summary>
    public long Size { get; }

    /// <summary>The digests.</summary>
    public IReadOnlyList<VmaManifestDigest> Digests { get; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>A digest in a manifest.</summary>
public sealed class VmaManifestDigest
{
    internal VmaManifestDigest(string algorithm, string hash)
    {
        Algorithm = algorithm;
        Hash = hash;
    }

    /// <summary>Name of the algorithm.</summary>
    public string Algorithm { get; }

    /// <summary>The digest in upper-case hexadecimal.</summary>
    public string Hash { get; }

    /// <summary>Algorithm and digest.</summary>
    public override string ToString() => $"{Algorithm}:{Hash}";
}
