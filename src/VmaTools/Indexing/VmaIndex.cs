using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Files;
using VmaTools.Indexing;
using VmaTools.Sources;

namespace VmaTools;

/// <summary>What is known of the index of a compressed archive.</summary>
public sealed class VmaIndex
{
    private VmaIndex(string? path, string indexPath, long size, string state, string? reason)
    {
        ArchivePath = path;
        IndexPath = indexPath;
        Size = size;
        State = state;
        Reason = reason;
    }

    /// <summary>Full path of the archive, as the index tells it; null where it does not.</summary>
    public string? ArchivePath { get; }

    /// <summary>Full path of the index.</summary>
    public string IndexPath { get; }

    /// <summary>Bytes that the index takes.</summary>
    public long Size { get; }

    /// <summary>What it is good for: one of the constants of <see cref="VmaIndexState"/>. Only one that is current is ever used.</summary>
    public string State { get; }

    /// <summary>Why it is not current, in a sentence; null where it is.</summary>
    public string? Reason { get; }

    /// <summary>Bytes that the archive takes as stored; 0 where the index does not tell.</summary>
    public long StoredLength { get; private init; }

    /// <summary>Bytes that the archive has when it is decompressed; 0 where the index is not current.</summary>
    public long DecodedLength { get; private init; }

    /// <summary>Number of places from which decompression can begin; 0 where the index is not current.</summary>
    public int Checkpoints { get; private init; }

    /// <summary>False where the compressed stream is damaged. What no checksum of it has proven is then never handed out.</summary>
    public bool IsArchiveWhole { get; private init; }

    /// <summary>Where an archive's index is found beside it: under the archive's name with <c>.vmaindex</c> appended.</summary>
    /// <param name="archivePath">The archive.</param>
    public static string PathBeside(string archivePath) => IndexStore.PathBeside(archivePath ?? throw new ArgumentNullException(nameof(archivePath)));

    /// <summary>Refuses a path where something else than an index is, so that nobody's file is lost to one. Building asks no such thing.</summary>
    /// <param name="path">Where an index is to be written.</param>
    /// <exception cref="VmaException">Something else is there.</exception>
    /// <exception cref="IOException">What is there cannot be read.</exception>
    public static void MustNotReplaceOther(string path) => IndexStore.MustBeIndex(path ?? throw new ArgumentNullException(nameof(path)));

    /// <summary>Lists the indexes in the user's cache folder, unfinished ones too.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    public static IReadOnlyList<VmaIndex> GetKept() =>
        Directory.Exists(IndexStore.CacheFolder) && !IndexStore.IsCacheForeign
            ? Directory.GetFiles(IndexStore.CacheFolder).Where(static f => IsIndexName(f) && !FileFacts.IsOtherThanFile(f)).OrderBy(static f => f, StringComparer.Ordinal).Select(static f => LookAt(f, null)).ToArray()
            : [];

    /// <summary>
    /// Lists the indexes of an archive: beside it and in the user's cache folder, unfinished ones too. A server is not asked: of an
    /// archive on one those are listed that the cache has, as current where they are whole.
    /// </summary>
    /// <param name="path">The archive, or its address.</param>
    public static IReadOnlyList<VmaIndex> GetOf(string path)
    {
        bool isFile = !RemoteAddress.IsOne(path ?? throw new ArgumentNullException(nameof(path)));
        string archive = isFile ? System.IO.Path.GetFullPath(path) : RemoteAddress.Parse(path, null).Name;
        List<VmaIndex> found = [];
        foreach (string index in isFile ? new[] { IndexStore.PathBeside(archive), IndexStore.CachePathOf(archive) } : [IndexStore.CachePathOf(archive)])
        {
            string folder = System.IO.Path.GetDirectoryName(index)!;
            if (Directory.Exists(folder) && (folder != IndexStore.CacheFolder || !IndexStore.IsCacheForeign))
            {
                // Builds that ran at the same time left more than one, each with a mark of its own.
                string name = System.IO.Path.GetFileName(index);
                found.AddRange(Directory.GetFiles(folder)
                    .Where(f => !FileFacts.IsOtherThanFile(f) && System.IO.Path.GetFileName(f) is { } n && n.StartsWith(name, StringComparison.Ordinal)
                        && (n.Length == name.Length || (n[name.Length] == '.' && n.EndsWith(IndexStore.PartialExtension, StringComparison.Ordinal))))
                    .OrderBy(static f => f, StringComparer.Ordinal)
                    .Select(f => LookAt(f, archive)));
            }
        }

        return found.ToArray();
    }

    /// <summary>Deletes the index. Where it is needed again it is built again.</summary>
    /// <exception cref="VmaException">It is just being built, or cannot be deleted.</exception>
    public void Delete()
    {
        try
        {
            if (State == VmaIndexState.Unfinished && File.Exists(IndexPath))
            {
                // Whoever builds it has it for himself.
                new FileStream(IndexPath, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
            }

            File.Delete(IndexPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new VmaException(VmaCodes.TargetWriteFailed, $"The index cannot be deleted: {exception.Message}", IndexPath, innerException: exception);
        }
    }

    /// <summary>The index's path.</summary>
    public override string ToString() => $"{nameof(VmaIndex)}: {Printable.Text(IndexPath)}";

    internal static VmaIndex Of(string? archive, ArchiveIndex index) => new(archive, index.Path, index.Size, VmaIndexState.Current, null)
    {
        StoredLength = index.Binding.Length,
        DecodedLength = index.Summary.DecodedLength,
        Checkpoints = index.IntervalCount,
        IsArchiveWhole = index.Summary.Damage is null,
    };

    private static bool IsIndexName(string path) =>
        path.EndsWith(IndexStore.Extension, StringComparison.Ordinal)
        || (path.EndsWith(IndexStore.PartialExtension, StringComparison.Ordinal) && path.Contains(IndexStore.Extension + "."));

    /// <summary>Finds out what a file that is named like an index is good for.</summary>
    /// <param name="path">The file.</param>
    /// <param name="archive">The archive that it should be of; null for the one that it names.</param>
    private static VmaIndex LookAt(string path, string? archive)
    {
        bool isPartial = path.EndsWith(IndexStore.PartialExtension, StringComparison.Ordinal);
        long size = 0;
        ArchiveBinding? binding = null;
        string state = VmaIndexState.Damaged;
        try
        {
            size = new FileInfo(path).Length;
            using (FileBytes file = new(path))
            {
                state = ArchiveIndex.IsOfOtherVersion(file) ? VmaIndexState.Outdated : state;
                IndexHead head = ArchiveIndex.Guard(() => ArchiveIndex.ReadHead(file, out _));
                binding = head.Binding;
                archive ??= head.ArchivePath;
            }

            if (!isPartial)
            {
                // What is wrong from here on is wrong with the archive, unless the index opens for it.
                state = VmaIndexState.Outdated;
                ArchiveBinding now = RemoteAddress.IsOne(archive) ? binding : ArchiveBinding.Of(new FileSource(archive, VmaOpenOptions.WindowOf(null)), binding.Uuid);
                state = now.Equals(binding) ? VmaIndexState.Damaged : state;
                using ArchiveIndex index = ArchiveIndex.Open(path, now);
                return Of(archive, index);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException or VmaException or ArgumentException)
        {
            if (!isPartial)
            {
                return new VmaIndex(archive, path, size, state, Sentence(exception.Message)) { StoredLength = binding?.Length ?? 0 };
            }
        }

        return new VmaIndex(archive, path, size, VmaIndexState.Unfinished, "It is being built, or a build was interrupted.") { StoredLength = binding?.Length ?? 0 };
    }

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text.Substring(1).TrimEnd('.') + ".";
}
