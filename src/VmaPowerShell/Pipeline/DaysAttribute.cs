using System;
using System.Globalization;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Takes a bare number for days: PowerShell would make it ten millionths of a second.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DaysAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is IConvertible and (int or long or double or decimal or short or byte) and { } number
            ? TimeSpan.FromDays(((IConvertible)number).ToDouble(CultureInfo.InvariantCulture))
            : inputData;
}
