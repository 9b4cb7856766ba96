using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Text.RegularExpressions;
using System.Threading;

namespace VmaTools.PowerShell;

/// <summary>
/// Archives as drives: configs, devices and volume groups at the root, partitions and logical volumes below them, files below those.
/// Read-only.
/// </summary>
/// <remarks>A path, as the provider knows it, is that of the archive followed by names (see <see cref="ItemNames"/>).</remarks>
[CmdletProvider("Vma", ProviderCapabilities.ShouldProcess | ProviderCapabilities.Filter)]
[OutputType(
    typeof(VmaDevice), typeof(VmaConfig), typeof(VmaPartition), typeof(VmaVolumeGroup), typeof(VmaVolume), typeof(VmaFile), typeof(VmaArchive),
    ProviderCmdlet = "Get-Item")]
[OutputType(
    typeof(VmaDevice), typeof(VmaConfig), typeof(VmaPartition), typeof(VmaVolumeGroup), typeof(VmaVolume), typeof(VmaFile),
    ProviderCmdlet = "Get-ChildItem")]
[OutputType(typeof(string), typeof(byte), typeof(byte[]), ProviderCmdlet = "Get-Content")]
public sealed class VmaProvider : NavigationCmdletProvider, IContentCmdletProvider, IDisposable
{
    private static readonly char[] Separators = ['/', '\\'];
    private readonly CancellationTokenSource _stop = new();
    private readonly VmaAddresses _addresses = RemoteArchives.Here;

    /// <inheritdoc/>
    public IContentReader GetContentReader(string path)
    {
        (DriveSession session, DriveItem item) = Require(path);
        ContentParameters parameters = DynamicParameters as ContentParameters ?? new ContentParameters();
        return Guard<IContentReader>(path, () =>
        {
            DriveContent? content = item.OpenContent(parameters.Stream);
            TellNotices(session);
            if (content is null)
            {
                Throw(ErrorRecords.NoContent(path));
            }

            if (parameters.AsByteStream)
            {
                return new ByteContentReader((content!.Stream, content.Offset, content.Length), parameters.Raw, () => ThrowIfChanged(session.Archive));
            }

            if (!content!.MayBeText)
            {
                content.Stream.Dispose();
                Throw(ErrorRecords.AsByteStreamRequired(path));
            }

            return new TextContentReader(content.Stream, parameters.Encoding, parameters.Raw, () => ThrowIfChanged(session.Archive));
        });
    }

    /// <inheritdoc/>
    public object GetContentReaderDynamicParameters(string path) => new ContentParameters();

    /// <summary>Refused: drives are read-only.</summary>
    public IContentWriter GetContentWriter(string path)
    {
        Refuse(path);
        return null!;
    }

    /// <inheritdoc/>
    public object GetContentWriterDynamicParameters(string path) => null!;

    /// <summary>Refused: drives are read-only.</summary>
    public void ClearContent(string path) => Refuse(path);

    /// <inheritdoc/>
    public object ClearContentDynamicParameters(string path) => null!;

    /// <inheritdoc/>
    protected override PSDriveInfo NewDrive(PSDriveInfo drive)
    {
        if (drive is null)
        {
            throw new ArgumentNullException(nameof(drive));
        }

        string root = drive.Root;
        DriveParameters parameters = DynamicParameters as DriveParameters ?? new DriveParameters();
        if (parameters.InputUri is not null || VmaAddresses.IsAddress(root))
        {
            return Guard(RemoteArchives.Shown(root), () =>
            {
                string address = parameters.InputUri is null ? root : RemoteArchives.TextOf(parameters.InputUri) ?? string.Empty;
                string name = _addresses.Add(address, RemoteArchives.HeadersOf(parameters.Headers));
                return new VmaDriveInfo(drive, name, VmaArchive.Open(name, RemoteArchives.OptionsWith(parameters.IndexPath)), SecretsOf(parameters));
            });
        }

        try
        {
            string resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(root, out ProviderInfo provider, out _);
            root = provider.Name == "FileSystem" ? resolved : Path.GetFullPath(root);
        }
        catch (Exception exception) when (SourcePaths.IsNowhere(exception))
        {
            Throw(ErrorRecords.PathNotFound(root));
        }

        return Guard(root, () => new VmaDriveInfo(drive, root, VmaArchive.Open(root, RemoteArchives.OptionsWith(parameters.IndexPath)), SecretsOf(parameters)));
    }

    private VolumeSecrets? SecretsOf(DriveParameters parameters) => KeyFunctions.Secrets(
        parameters.Passphrase, parameters.RecoveryKey, Array.ConvertAll(parameters.KeyFile ?? [], f => TargetPaths.Resolve(SessionState, f)));

    /// <inheritdoc/>
    protected override object NewDriveDynamicParameters() => new DriveParameters();

    /// <inheritdoc/>
    protected override PSDriveInfo RemoveDrive(PSDriveInfo drive)
    {
        (drive as VmaDriveInfo)?.Session.Dispose();
        return drive!;
    }

    /// <inheritdoc/>
    protected override ProviderInfo Start(ProviderInfo providerInfo) => new VmaProviderInfo(providerInfo);

    /// <inheritdoc/>
    protected override void Stop() => (ProviderInfo as VmaProviderInfo)?.Dispose();

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        _stop.Cancel();
        _addresses.StopWaiting();
    }

    /// <inheritdoc/>
    protected override bool IsValidPath(string path) => !string.IsNullOrEmpty(path);

    /// <inheritdoc/>
    protected override bool ItemExists(string path) => Find(path, mayBeStale: true) is not null;

    /// <inheritdoc/>
    protected override bool IsItemContainer(string path) =>
        Find(path, mayBeStale: true) is { Item: DriveItem item } && Guard(path, () => IsContainer(item));

    /// <inheritdoc/>
    protected override bool HasChildItems(string path) =>
        Find(path, mayBeStale: true) is { Item: DriveItem item } && Guard(path, () => item.Children(Listing(path, static _ => { })).Any());

    /// <inheritdoc/>
    protected override void GetItem(string path)
    {
        DriveItem item = Require(path).Item;
        if (IsMatch(GetChildName(path)))
        {
            WriteItemObject(item.Value, path, Guard(path, () => item.IsContainer));
        }
    }

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse) => GetChildItems(path, recurse, uint.MaxValue);

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse, uint depth)
    {
        (DriveSession session, DriveItem item) = Require(path);
        Guard(path, () =>
        {
            if (IsContainer(item))
            {
                WriteChildren(item, path, recurse ? depth : 0);
            }
            else
            {
                WriteItemObject(item.Value, path, isContainer: false);
            }

            return true;
        });
        TellNotices(session);
    }

    /// <inheritdoc/>
    protected override void GetChildNames(string path, ReturnContainers returnContainers)
    {
        (DriveSession session, DriveItem item) = Require(path);
        Guard(path, () =>
        {
            foreach ((string name, DriveItem child) in item.Children(Listing(path)))
            {
                if (IsMatch(name) || (returnContainers == ReturnContainers.ReturnAllContainers && child.IsContainer))
                {
                    WriteItemObject(name, MakePath(path, name), child.IsContainer);
                }
            }

            return true;
        });
        TellNotices(session);
    }

    /// <summary>Refused: drives are read-only.</summary>
    protected override void NewItem(string path, string itemTypeName, object newItemValue) => Refuse(path);

    /// <summary>Refused: drives are read-only.</summary>
    protected override void SetItem(string path, object value) => Refuse(path);

    /// <summary>Refused: drives are read-only.</summary>
    protected override void ClearItem(string path) => Refuse(path);

    /// <summary>Refused: drives are read-only.</summary>
    protected override void RemoveItem(string path, bool recurse) => Refuse(path);

    /// <summary>Refused: drives are read-only.</summary>
    protected override void RenameItem(string path, string newName) => Refuse(path);

    /// <summary>Refused: drives are read-only.</summary>
    protected override void CopyItem(string path, string copyPath, bool recurse) => Refuse(copyPath);

    /// <summary>Refused: drives are read-only.</summary>
    protected override void MoveItem(string path, string destination) => Refuse(path);

    /// <summary>Warns where the index of a drive's archive cannot be used or kept, or its disks are damaged.</summary>
    private void TellNotices(DriveSession session)
    {
        foreach (string notice in session.TakeNotices())
        {
            WriteWarning(Printable.Text(notice));
        }

        if (session.Archive.IndexPath is { } index)
        {
            WriteVerbose(Printable.Text($"{session.Archive.ArchivePath} is read by the index {index}."));
        }
    }

    private static void ThrowIfChanged(VmaArchive archive)
    {
        if (archive.FindChange() is { } change)
        {
            throw change;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <summary>Writes what lies below a place. A listing that begins above volumes does not go into their files unless it is forced.</summary>
    private void WriteChildren(DriveItem item, string path, uint depth)
    {
        DriveListing listing = Listing(path);
        int levels = (int)Math.Min(depth, int.MaxValue);
        if (levels > 0 && DirectoryOf(item, listing.OnError) is FileItem directory)
        {
            foreach ((string below, DriveItem child) in directory.Below(listing, levels))
            {
                Write(child, path, below);
            }

            return;
        }

        foreach ((string name, DriveItem child) in item.Children(listing))
        {
            Write(child, path, name);
            if (depth > 0 && child.IsContainer && (Force || child is GroupItem || IsAboveVolumes(child)))
            {
                WriteChildren(child, MakePath(path, name), depth - 1);
            }
        }
    }

    /// <summary>Whether what lies below is volumes rather than files. Why a volume cannot be read is told to who looks into it.</summary>
    private static bool IsAboveVolumes(DriveItem item)
    {
        bool isUnreadable = false;
        return DirectoryOf(item, _ => isUnreadable = true) is null && !isUnreadable;
    }

    /// <summary>True for what can be gone into: a link, too, that leads to a directory.</summary>
    private static bool IsContainer(DriveItem item) => item.IsContainer || (item is FileItem && DirectoryOf(item, static _ => { }) is not null);

    private static FileItem? DirectoryOf(DriveItem item, Action<VmaException> onError)
    {
        try
        {
            return item.AsDirectory();
        }
        catch (VmaException exception)
        {
            onError(exception);
            return null;
        }
    }

    private void Write(DriveItem item, string path, string below)
    {
        int slash = below.LastIndexOf('/');
        if (IsMatch(slash < 0 ? below : below.Substring(slash + 1)))
        {
            WriteItemObject(item.Value, MakePath(path, below), item.IsContainer);
        }
    }

    private bool IsMatch(string name) =>
        string.IsNullOrEmpty(Filter) || Patterns.Get(Filter, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant).IsMatch(name);

    private DriveListing Listing(string path) => Listing(path, exception => WriteError(ErrorRecords.From(exception, path)));

    private DriveListing Listing(string path, Action<VmaException> onError) => new(Force, onError, _stop.Token);

    private (DriveSession Session, DriveItem Item) Require(string path)
    {
        if (Find(path) is { } found)
        {
            return found;
        }

        Throw(ErrorRecords.DriveItemNotFound(path));
        return default;
    }

    /// <summary>
    /// The place that a path leads to, or null. PowerShell takes an error for a no when it asks whether something is there;
    /// such a question is answered by what the archive was, so that the error comes where it is heard.
    /// </summary>
    private (DriveSession Session, DriveItem Item)? Find(string path, bool mayBeStale = false)
    {
        string trimmed = path.TrimEnd(Separators);
        if (PSDriveInfo is VmaDriveInfo drive && IsBelow(trimmed, drive.Root, out string rest))
        {
            return FindIn(path, drive.Session, Split(rest), mayBeStale);
        }

        // Without a drive the archive is the part of the path that is a file, or an address that is known.
        while (trimmed.Length > 0)
        {
            if (NameOfArchive(trimmed) is { } archive)
            {
                return Guard(path, () => FindIn(path, Open(archive), Split(path.Substring(trimmed.Length)), mayBeStale));
            }

            int cut = trimmed.LastIndexOfAny(Separators);
            trimmed = cut <= 0 ? string.Empty : trimmed.Substring(0, cut);
        }

        return null;
    }

    /// <summary>The archive that a path leads to as it stands, or null.</summary>
    private string? NameOfArchive(string path)
    {
        // PowerShell turns slashes around, and may take one of two for enough.
        Match address = Regex.Match(path, @"^(https?:)[\\/]+(.*)$", RegexOptions.IgnoreCase | RegexOptions.Singleline);
        string name = address.Success ? $"{address.Groups[1].Value}//{Normalize(address.Groups[2].Value)}" : string.Empty;
        return address.Success
            ? _addresses.Contains(name) ? name : null
            : File.Exists(path) ? Path.GetFullPath(path) : null;
    }

    private DriveSession Open(string archive) =>
        ProviderInfo is VmaProviderInfo provider ? provider.Open(archive, SessionState) : new DriveSession(VmaArchive.Open(archive, RemoteArchives.Options));

    private static (DriveSession Session, DriveItem Item)? FindIn(string path, DriveSession session, string[] names, bool mayBeStale) =>
        Guard<(DriveSession, DriveItem)?>(path, () =>
        {
            if (!mayBeStale)
            {
                ThrowIfChanged(session.Archive);
            }

            return session.Find(names) is DriveItem item ? (session, item) : null;
        });

    private static bool IsBelow(string path, string root, out string rest)
    {
        string trimmedRoot = root.TrimEnd(Separators);
        bool isBelow = Normalize(path).StartsWith(Normalize(trimmedRoot), StringComparison.OrdinalIgnoreCase)
            && (path.Length == trimmedRoot.Length || Separators.Contains(path[trimmedRoot.Length]));
        rest = isBelow ? path.Substring(trimmedRoot.Length) : string.Empty;
        return isBelow;
    }

    private static string Normalize(string path) => path.Replace('\\', '/');

    private static string[] Split(string rest) => rest.Split(Separators, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Does what may fail because of the archive; such a failure ends the command with the archive's own error.</summary>
    private static T Guard<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception exception) when (ErrorRecords.IsExpected(exception))
        {
            Throw(ErrorRecords.From(exception, path));
            throw;
        }
    }

    private static void Refuse(string path) => Throw(ErrorRecords.DriveReadOnly(path));

    /// <summary>
    /// PowerShell takes the id of a provider's error from the exception that it finds innermost, so the record travels in one
    /// that carries it.
    /// </summary>
    private static void Throw(ErrorRecord error) => throw new RuntimeException(error.Exception.Message, error.Exception, error);
}
