using System;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Takes a <see cref="Uri"/> as the text that it was made of: what PowerShell makes of one is not what a signature is about.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class UriTextAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
    {
        Uri uri => uri.OriginalString,
        object?[] items when items.Any(static i => (i is PSObject item ? item.BaseObject : i) is Uri) => items.Select(static i => (i is PSObject item ? item.BaseObject : i) is Uri uri ? uri.OriginalString : i).ToArray(),
        _ => inputData,
    };
}
