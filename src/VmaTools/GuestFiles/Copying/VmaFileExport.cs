using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.Extents;
using VmaTools.Files;
using VmaTools.GuestFiles;
using VmaTools.GuestFiles.Copying;

namespace VmaTools;

/// <summary>Copies files of a guest to the host: into a folder, or as a tar archive.</summary>
/// <remarks>
/// What is to be copied is collected first. Contents are then read in the order in which they lie in the guest, each once, and
/// no two things go to one name.
/// </remarks>
public sealed class VmaFileExport
{
    private const int MaxThreads = 4;

    private readonly VmaGuest _guest;
    private readonly VmaFileExportOptions _options;
    private readonly CopyPlan _plan;

    /// <param name="guest">The guest whose files are copied.</param>
    /// <param name="options">How to copy; null for the defaults.</param>
    /// <exception cref="PlatformNotSupportedException">Access lists are to be kept, and this is not Windows.</exception>
    public VmaFileExport(VmaGuest guest, VmaFileExportOptions? options = null)
    {
        _guest = guest ?? throw new ArgumentNullException(nameof(guest));
        _options = options ?? new VmaFileExportOptions();
        _plan = _options.ForTar ? CopyPlan.ForTar() : new CopyPlan(HostNames.AreWindows);
        if (_options.PreserveAcl && !HostNames.AreWindows)
        {
            throw new PlatformNotSupportedException("Owners and access lists of NTFS are kept on Windows only.");
        }
    }

    /// <summary>How many files, directories and links are to be copied.</summary>
    public int Count => _plan.Items.Count;

    /// <summary>Bytes of all contents that are to be copied, holes included.</summary>
    public long TotalBytes => _plan.Items.Where(static i => i.Entry.Type == FileEntryType.File).Sum(static i => i.Entry.Length);

    /// <summary>Adds a file, or a directory with all that is in it, under its own name.</summary>
    /// <param name="file">The file.</param>
    /// <param name="below">The directory whose path is left out of the target's; null for the file's own directory.</param>
    /// <param name="recurse">Whether a directory's content comes along.</param>
    /// <param name="flatten">Whether everything goes into one folder.</param>
    /// <param name="follow">Whether of a link that is copied what it leads to, under the name of the link.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="VmaException">It is a link that is to be followed, and leads nowhere.</exception>
    public void Add(
        VmaFile file, string? below = null, bool recurse = true, bool flatten = false, bool follow = false, CancellationToken cancellationToken = default)
    {
        if (file is null)
        {
            throw new ArgumentNullException(nameof(file));
        }

        List<RawName> names = [];
        int skipped = below is null ? int.MaxValue : GuestPath.ParseExact(below).Names.Count;
        for (FileEntry entry = file.Entry; entry.Parent is not null; entry = entry.Parent)
        {
            names.Add(entry.Name);
        }

        names.Reverse();
        RawName[] target = names.Skip(Math.Min(skipped, Math.Max(0, names.Count - 1))).ToArray();
        GuestPlace place = new(_guest.VolumeOf(file), file.Entry);
        _plan.Add(follow ? _guest.Follow(place) : place, target, place, recurse, flatten, cancellationToken);
    }

    /// <summary>
    /// Adds what a listing gave, under its path below the directory that the listing began at; of a directory without what is in it, which
    /// the listing gives itself. What was not listed comes under its own name, with all that is in it.
    /// </summary>
    /// <param name="file">The file, as <see cref="VmaGuest.ReadDirectory"/> and others give it.</param>
    /// <param name="fullPath">Whether the whole path from the root of the volume is kept instead.</param>
    /// <param name="flatten">Whether everything goes into one folder.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public void AddListed(VmaFile file, bool fullPath = false, bool flatten = false, CancellationToken cancellationToken = default)
    {
        if (file is null)
        {
            throw new ArgumentNullException(nameof(file));
        }

        Add(file, fullPath ? "/" : file.ListedBelow, recurse: file.ListedBelow is null, flatten, follow: false, cancellationToken);
    }

    /// <summary>Writes down what was copied: from where, to where, and the digests that prove it. The file appears whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="target">The folder, or the tar archive, that was copied to.</param>
    /// <param name="copies">What became of each entry.</param>
    /// <param name="asHashList">Whether it is a list that <c>sha256sum -c</c> reads, rather than JSON.</param>
    /// <exception cref="VmaException">The file exists and the options do not say that it is replaced, or it cannot be written.</exception>
    public void SaveManifest(string path, string target, IReadOnlyList<VmaFileCopy> copies, bool asHashList = false) =>
        FileManifest.Write(path, asHashList, _options.Replace, _guest, target, copies);

    /// <summary>Copies into a folder, which is made where it does not exist.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="onResult">Hears what became of each entry.</param>
    /// <param name="onBytes">Hears how many bytes more were copied.</param>
    /// <param name="cancellationToken">Ends it early; what is whole stays.</param>
    public void ToFolder(string folder, Action<VmaFileCopy> onResult, Action<long>? onBytes = null, CancellationToken cancellationToken = default)
    {
        Action<VmaFileCopy> tell = Naming(onResult);
        TellRefused(tell);
        new FolderCopy(Path.GetFullPath(folder), ArchiveGuard.For(_guest.Archive.ArchivePath), _options, Threads(), tell, onBytes ?? (static _ => { }), cancellationToken).Run(_plan);
    }

    /// <summary>Tells what a copy would refuse or leave out, as far as that can be told without reading any content. Nothing is written.</summary>
    /// <param name="folder">The folder; null for a tar archive.</param>
    /// <param name="onResult">Hears of each entry that would not be written, or not like the others.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="VmaException">The folder cannot be one.</exception>
    public void Foresee(string? folder, Action<VmaFileCopy> onResult, CancellationToken cancellationToken = default)
    {
        Action<VmaFileCopy> tell = Naming(onResult);
        TellRefused(tell);
        if (folder is not null)
        {
            new FolderCopy(Path.GetFullPath(folder), ArchiveGuard.For(_guest.Archive.ArchivePath), _options, 1, tell, static _ => { }, cancellationToken, writes: false).Foresee(_plan);
        }
    }

    /// <summary>Writes a tar archive under its name when it is whole.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="onResult">Hears what became of each entry.</param>
    /// <param name="onBytes">Hears how many bytes more were copied.</param>
    /// <param name="cancellationToken">Ends it early: no archive is left.</param>
    /// <exception cref="VmaException">The archive exists, or cannot be written.</exception>
    public void ToTarFile(string path, Action<VmaFileCopy> onResult, Action<long>? onBytes = null, CancellationToken cancellationToken = default)
    {
        string target = Path.GetFullPath(path);
        try
        {
            HostFiles.MustBeFree(target, _options.Replace);
            using PendingFile pending = new(target, ArchiveGuard.For(_guest.Archive.ArchivePath), maySparse: false);
            WriteTar(pending.Stream, onResult, onBytes, cancellationToken);
            pending.Commit(_options.Replace);
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw TargetErrors.Of(exception, target);
        }
    }

    /// <summary>Writes a tar archive to a stream.</summary>
    /// <param name="output">The stream.</param>
    /// <param name="onResult">Hears what became of each entry.</param>
    /// <param name="onBytes">Hears how many bytes more were copied.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="VmaException">The stream cannot be written to.</exception>
    public void ToTar(Stream output, Action<VmaFileCopy> onResult, Action<long>? onBytes = null, CancellationToken cancellationToken = default)
    {
        _ = output ?? throw new ArgumentNullException(nameof(output));
        try
        {
            WriteTar(output, onResult, onBytes, cancellationToken);
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw TargetErrors.Of(exception, path: null);
        }
    }

    private void WriteTar(Stream output, Action<VmaFileCopy> onResult, Action<long>? onBytes, CancellationToken cancellationToken)
    {
        Action<VmaFileCopy> tell = Naming(onResult);
        TellRefused(tell);
        new TarCopy(output, _options, tell, onBytes ?? (static _ => { }), cancellationToken).Run(_plan);
    }

    /// <summary>Writing takes longer than reading; only what is decoded on the way is to be read in one order.</summary>
    private int Threads() => _guest.Archive.Compression == VmaCompression.None ? Math.Min(Environment.ProcessorCount, MaxThreads) : 1;

    /// <summary>Errors say which archive they are of, where they do not say which other file.</summary>
    private Action<VmaFileCopy> Naming(Action<VmaFileCopy> onResult) => copy =>
    {
        if (copy.Error is VmaException error)
        {
            error.Path ??= _guest.Archive.ArchivePath;
        }

        onResult(copy);
    };

    private void TellRefused(Action<VmaFileCopy> onResult)
    {
        foreach ((GuestPlace place, VmaException error) in _plan.Refused)
        {
            onResult(new VmaFileCopy(place.Volume.Id, place.Entry, null, VmaFileCopy.Failed, error));
        }

        foreach ((GuestVolume volume, FileSystemFinding finding) in _plan.Findings.Where(static f => f.Finding.Severity == VmaSeverity.Error))
        {
            onResult(new VmaFileCopy(volume.Id, GuestErrors.At(finding.ToException(volume.Id, _guest.Archive.ArchivePath), volume, filePath: null)));
        }
    }
}
