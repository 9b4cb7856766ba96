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
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if ((inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is string path
            && BackupFileName.Parse(Path.GetFileName(path)).Kind == BackupFileKind.Archive
            && engineIntrinsics.InvokeProvider.Item.Exists(path, force: true, literalPath: true)
            && !engineIntrinsics.InvokeProvider.Item.IsContainer(path))
        {
            throw new ArgumentTransformationMetadataException(
                $"'{path}' is an archive, and this is where the destination goes: Get-Item '{path}' | {command} -Path <destination>");
        }

        return inputData;
    }
}
