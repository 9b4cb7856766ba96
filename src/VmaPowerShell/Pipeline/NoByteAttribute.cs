using System;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Lets no byte pass for a path by the text of its number: the first one ends the pipeline where the path is resolved.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NoByteAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        NativeText.IsByte(inputData) ? new[] { NativeText.ByteMark } : inputData;
}
