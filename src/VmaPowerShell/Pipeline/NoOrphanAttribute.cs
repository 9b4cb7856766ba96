using System;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>
/// Tells of an orphan of Get-VmaBackup which file it is, before its missing path is taken for a mistake. Everything else passes
/// as it is.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NoOrphanAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        Orphans.FileOf(inputData) is { } file
            ? throw new ArgumentTransformationMetadataException(Orphans.Explain(file))
            : inputData;
}
