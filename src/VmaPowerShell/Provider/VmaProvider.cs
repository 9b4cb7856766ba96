using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Provider;

namespace VmaTools.PowerShell;

/// <summary>Archives as drives: configs and devices at the root, partitions below devices. Read-only.</summary>
/// <remarks>
/// A path, as the provider knows it, is that of the archive followed by at most two names (see <see cref="Archives.ItemNames"/>).
/// </remarks>
[CmdletProvider("Vma", ProviderCapabilities.ShouldProcess)]
[OutputType(typeof(VmaDevice), typeof(VmaConfig), typeof(VmaPartition), typeof(VmaArchive), ProviderCmdlet = "Get-Item")]
[OutputType(typeof(VmaDevice), typeof(VmaConfig), typeof(VmaPartition), ProviderCmdlet = "Get-ChildItem")]
[OutputType(typeof(string), typeof(byte), typeof(byte[]), ProviderCmdlet = "Get-Content")]
public sealed class VmaProvider : NavigationCmdletProvider, IContentCmdletProvider
{
    private const int MaxNames = 2;
    private static readonly char[] Separators = ['/', '\\'];

    /// <inheritdoc/>
    public IContentReader GetContentReader(string path)
    {
        DriveItem item = Require(path);
        ContentParameters parameters = DynamicParameters as ContentParameters ?? new ContentParameters();
        if (item.Config is { } config)
        {
            byte[] bytes = config.GetBytes();
            return parameters.AsByteStream
                ? new ByteContentReader((new MemoryStream(bytes), 0, bytes.Length), parameters.Raw, static () => { })
                : new TextContentReader(bytes, parameters.Encoding, parameters.Raw);
        }

        if (item.Device is null)
        {
            Throw(ErrorRecords.NoContent(path));
        }

        if (!parameters.AsByteStream)
        {
            Throw(ErrorRecords.AsByteStreamRequired(path));
        }

        return Guard(path, () => new ByteContentReader(item.OpenContent(), parameters.Raw, () => ThrowIfChanged(item.Archive)));
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
        try
        {
            string resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(root, out ProviderInfo provider, out _);
            root = provider.Name == "FileSystem" ? resolved : Path.GetFullPath(root);
        }
        catch (Exception exception) when (exception is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException or NotSupportedException)
        {
            Throw(ErrorRecords.PathNotFound(root));
        }

        return Guard(root, () => new VmaDriveInfo(drive, root, VmaArchive.Open(root)));
    }

    /// <inheritdoc/>
    protected override bool IsValidPath(string path) => !string.IsNullOrEmpty(path);

    /// <inheritdoc/>
    protected override bool ItemExists(string path) => Find(path, mayBeStale: true) is not null;

    /// <inheritdoc/>
    protected override bool IsItemContainer(string path) => Find(path, mayBeStale: true) is { IsContainer: true };

    /// <inheritdoc/>
    protected override bool HasChildItems(string path) => Find(path, mayBeStale: true) is { } item && item.Children(static _ => { }).Any();

    /// <inheritdoc/>
    protected override void GetItem(string path)
    {
        DriveItem item = Require(path);
        WriteItemObject(item.Value, path, item.IsContainer);
    }

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse) => GetChildItems(path, recurse, uint.MaxValue);

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse, uint depth)
    {
        DriveItem item = Require(path);
        if (!item.IsContainer)
        {
            WriteItemObject(item.Value, path, isContainer: false);
            return;
        }

        WriteChildren(item, path, recurse ? depth : 0);
    }

    /// <inheritdoc/>
    protected override void GetChildNames(string path, ReturnContainers returnContainers)
    {
        DriveItem item = Require(path);
        foreach ((string name, DriveItem child) in Children(item, path))
        {
            WriteItemObject(name, MakePath(path, name), child.IsContainer);
        }
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

    private static void ThrowIfChanged(VmaArchive archive)
    {
        if (archive.Source.FindChange() is { } change)
        {
            throw change;
        }
    }

    private void WriteChildren(DriveItem item, string path, uint depth)
    {
        foreach ((string name, DriveItem child) in Children(item, path))
        {
            if (Stopping)
            {
                return;
            }

            string childPath = MakePath(path, name);
            WriteItemObject(child.Value, childPath, child.IsContainer);
            if (depth > 0 && child.IsContainer)
            {
                WriteChildren(child, childPath, depth - 1);
            }
        }
    }

    private IEnumerable<(string Name, DriveItem Item)> Children(DriveItem item, string path) =>
        item.Children(exception => WriteError(ErrorRecords.From(exception, path)));

    private DriveItem Require(string path)
    {
        if (Find(path) is { } item)
        {
            return item;
        }

        Throw(ErrorRecords.DriveItemNotFound(path));
        return null!;
    }

    /// <summary>
    /// The place that a path leads to, or null. PowerShell takes an error for a no when it asks whether something is there;
    /// such a question is answered by what the archive was, so that the error comes where it is heard.
    /// </summary>
    private DriveItem? Find(string path, bool mayBeStale = false)
    {
        string trimmed = path.TrimEnd(Separators);
        if (PSDriveInfo is VmaDriveInfo drive && IsBelow(trimmed, drive.Root, out string rest))
        {
            return FindIn(path, drive.Archive, Split(rest), mayBeStale);
        }

        // Without a drive the archive is the part of the path that is a file.
        for (int names = 0; names <= MaxNames && trimmed.Length > 0; names++)
        {
            if (File.Exists(trimmed))
            {
                return Guard(path, () => FindIn(path, VmaArchive.Open(trimmed), Split(path.Substring(trimmed.Length)), mayBeStale));
            }

            int cut = trimmed.LastIndexOfAny(Separators);
            trimmed = cut <= 0 ? string.Empty : trimmed.Substring(0, cut);
        }

        return null;
    }

    private static DriveItem? FindIn(string path, VmaArchive archive, string[] names, bool mayBeStale) => Guard(path, () =>
    {
        if (!mayBeStale)
        {
            ThrowIfChanged(archive);
        }

        return DriveItem.Find(path, archive, names);
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
