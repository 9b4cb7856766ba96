using System;
using System.IO;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>
/// Tells who gives an archive where the destination goes how the command is called. Binding is the moment for it: later, PowerShell would
/// have asked for the archive that it has.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NoSourceAttribute(string command) : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is string path && IsArchive(engineIntrinsics.InvokeProvider.Item, path)
            ? throw new ArgumentTransformationMetadataException(Explain(path, command))
            : inputData;

    /// <summary>Whether a path is that of a file that is there and named like an archive.</summary>
    public static bool IsArchive(ItemCmdletProviderIntrinsics items, string path) =>
        BackupFileName.Parse(Path.GetFileName(path)).Kind == BackupFileKind.Archive
        && items.Exists(path, force: true, literalPath: true)
        && !items.IsContainer(path);

    /// <summary>The sentence about such a path.</summary>
    public static string Explain(string path, string command) =>
        $"'{ErrorRecords.Shown(path)}' is an archive, and this is where the destination goes: {ReaderFor(command)} '{ErrorRecords.Shown(path)}' | {command} -Path <destination>";

    /// <summary>What makes of an archive what the command takes.</summary>
    private static string ReaderFor(string command) => command switch
    {
        "Export-VmaReport" => "Get-VmaBackup",
        "New-VmaArchive" => "Get-VmaDevice",
        _ => "Get-Item",
    };
}
