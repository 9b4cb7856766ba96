using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using VmaTools.Bytes;
using VmaTools.Extents;
using VmaTools.Files;
using VmaTools.GuestFiles.Copying;
using VmaTools.Sources;

namespace VmaTools.GuestFiles;

/// <summary>What was copied out of a guest, written down: from where, to where, and the digests that prove it.</summary>
internal static class FileManifest
{
    private const string Format = "VmaTools.FileManifest";

    /// <summary>Writes a manifest; it appears whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="asHashList">Whether it is a list that <c>sha256sum -c</c> reads.</param>
    /// <param name="replace">Whether a file of that name is replaced.</param>
    /// <param name="guest">The guest.</param>
    /// <param name="target">The folder, or the tar archive.</param>
    /// <param name="copies">What was copied.</param>
    /// <exception cref="VmaException">The file exists, or cannot be written.</exception>
    public static void Write(string path, bool asHashList, bool replace, VmaGuest guest, string target, IReadOnlyList<VmaFileCopy> copies)
    {
        try
        {
            HostFiles.MustBeFree(path, replace);
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw TargetErrors.Of(exception, path);
        }

        // The archive is read before: what is wrong with it is no fault of the target.
        JsonObject? manifest = asHashList ? null : Describe(guest, target, copies);
        TextFile.Write(path, text => WriteText(text, manifest, target, copies), ArchiveGuard.For(guest.Archive.ArchivePath), replace);
    }

    private static void WriteText(TextWriter text, JsonObject? manifest, string target, IReadOnlyList<VmaFileCopy> copies)
    {
        if (manifest is not null)
        {
            Json.Write(text, manifest);
            return;
        }

        foreach (VmaFileCopy copy in copies)
        {
            if (copy.Sha256 is not null && copy.Target is not null)
            {
                string name = Relative(target, copy.Target);

                // As sha256sum does: a line with an escaped name begins with a backslash.
                string escaped = name.Replace("\\", "\\\\").Replace("\n", "\\n");
                text.Write($"{(escaped == name ? string.Empty : "\\")}{copy.Sha256}  {escaped}\n");
            }
        }
    }

    private static JsonObject Describe(VmaGuest guest, string target, IReadOnlyList<VmaFileCopy> copies)
    {
        JsonObject archive = new();
        archive.Add("name", guest.Archive.FileName);
        archive.Add("uuid", guest.Archive.Uuid);
        archive.Add("length", guest.Archive.StoredLength);
        archive.Add("sha256", guest.Archive.Source is FileSource file ? Digest(file.Path) : null);
        List<object?> volumes = [];
        HashSet<string> concerned = [.. copies.Select(static c => c.Volume)];
        foreach (VmaVolume volume in guest.GetVolumes().Where(v => concerned.Contains(v.Id)))
        {
            JsonObject item = new();
            item.Add("id", volume.Id);
            item.Add("uuid", volume.Uuid);
            item.Add("fileSystem", volume.FileSystem);
            item.Add("state", volume.State);
            item.Add("stateText", volume.StateText);
            volumes.Add(item);
        }

        JsonObject manifest = new();
        manifest.Add("format", Format);
        manifest.Add("version", 1L);
        manifest.Add("archive", archive);
        manifest.Add("volumes", volumes);
        manifest.Add("files", new Items(copies, copy => Describe(guest, target, copy)));
        return manifest;
    }

    private static JsonObject Describe(VmaGuest guest, string target, VmaFileCopy copy)
    {
        JsonObject item = new();
        item.Add("volume", copy.Volume);
        item.Add("path", copy.FullName);
        item.Add("written", copy.Target is null ? null : Relative(target, copy.Target));
        item.Add("status", copy.Status);
        item.Add("code", copy.Code);
        item.Add("message", copy.Message);
        if (copy.Error is VmaException error)
        {
            item.Add("device", error.Device);
            item.Add("volumeOffset", (error as VmaFileSystemException)?.VolumeOffset);
            item.Add("archiveOffset", error.Offset);
        }

        if (copy.Entry is FileEntry entry)
        {
            item.Add("type", entry.Type.ToString());
            item.Add("id", entry.Id.ToString(CultureInfo.InvariantCulture));
            item.Add("size", entry.Type == FileEntryType.File ? entry.Length : null);
            item.Add("modified", entry.Modified?.ToString());
            item.Add("changed", entry.Changed?.ToString());
            item.Add("created", entry.Created?.ToString());
            item.Add("accessed", entry.Accessed?.ToString());
            item.Add("links", entry.LinkCount);
            item.Add("sha256", copy.Sha256);
            if (copy.Sha256OfData is string digest)
            {
                item.Add("sha256OfData", digest);
            }

            item.Add("proof", entry.Type == FileEntryType.File ? ProofOf(guest, copy.Volume, entry) : null);
        }

        if (copy.LostRanges.Count > 0)
        {
            List<object?> lost = [];
            foreach (VmaFileRange range in copy.LostRanges)
            {
                JsonObject part = new();
                part.Add("offset", range.Offset);
                part.Add("length", range.Length);
                lost.Add(part);
            }

            item.Add("lost", lost);
        }

        return item;
    }

    /// <summary>Whether checksums of the file system prove the content; null where that cannot be told.</summary>
    private static string? ProofOf(VmaGuest guest, string volume, FileEntry entry)
    {
        try
        {
            return guest.FindVolume(volume).GetFiles().ReadDataProof(entry).ToString();
        }
        catch (VmaException)
        {
            return null;
        }
    }

    private static string Relative(string folder, string path)
    {
        string root = folder.TrimEnd(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        string relative = path.StartsWith(root, StringComparison.Ordinal) && path.Length > root.Length ? path.Substring(root.Length + 1) : path;
        return relative.Replace(Path.DirectorySeparatorChar, '/');
    }

    private static string Digest(string path)
    {
        using BufferedStream file = new(SourceStream.Open(path, options: FileOptions.SequentialScan), 1 << 16);
        using SHA256 sha256 = SHA256.Create();
        return BitConverter.ToString(sha256.ComputeHash(file)).Replace("-", string.Empty).ToLowerInvariant();
    }

    /// <summary>What is told of copies, made for each when it is written.</summary>
    private sealed class Items : IReadOnlyList<object?>
    {
        private readonly IReadOnlyList<VmaFileCopy> _copies;
        private readonly Func<VmaFileCopy, object?> _describe;

        public Items(IReadOnlyList<VmaFileCopy> copies, Func<VmaFileCopy, object?> describe)
        {
            _copies = copies;
            _describe = describe;
        }

        public int Count => _copies.Count;

        public object? this[int index] => _describe(_copies[index]);

        public IEnumerator<object?> GetEnumerator() => _copies.Select(_describe).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
