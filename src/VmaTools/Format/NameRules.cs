using System;
using System.Collections.Generic;

namespace VmaTools.Format;

/// <summary>What a name in an archive must be, and what one should wish it to be.</summary>
internal static class NameRules
{
    /// <summary>Checks one name.</summary>
    /// <param name="blob">The name's bytes, its NUL byte included.</param>
    /// <param name="name">The name as text.</param>
    /// <param name="what">Whose name it is, for the message.</param>
    /// <param name="offset">Byte offset of the blob in the archive.</param>
    /// <param name="deviceId">The device's number, or null for a config.</param>
    /// <param name="findings">Where findings go.</param>
    public static void Check(ReadOnlySpan<byte> blob, string name, string what, long offset, int? deviceId, FindingLog findings)
    {
        void Add(string code, string severity, string message) =>
            findings.Add(new VmaFinding(code, severity, message, offset, device: deviceId is null ? null : name, deviceId: deviceId));

        int end = blob.IndexOf((byte)0);
        if (end < 0)
        {
            Add(VmaCodes.NameNotTerminated, VmaSeverity.Error, $"The name of {what} has no terminating NUL byte.");
            end = blob.Length;
        }
        else if (end < blob.Length - 1)
        {
            Add(VmaCodes.NameMalformed, VmaSeverity.Warning, $"The name of {what} goes on after its NUL byte.");
        }

        if (end == 0)
        {
            Add(VmaCodes.NameMalformed, VmaSeverity.Warning, $"The name of {what} is empty.");
        }
        else if (!BlobText.IsUtf8(blob.Slice(0, end)))
        {
            Add(VmaCodes.NameMalformed, VmaSeverity.Warning, $"The name of {what} is not UTF-8.");
        }
        else if (!SafeFileName.IsFit(name))
        {
            Add(VmaCodes.NameUnsafe, VmaSeverity.Warning, $"The name of {what}, '{Printable.Short(name)}', cannot be a file name as it stands.");
        }
    }

    /// <summary>Checks the names of one kind against each other.</summary>
    public static void CheckTogether<T>(IReadOnlyList<T> items, Func<T, string> nameOf, string what, FindingLog findings)
    {
        Dictionary<string, string> seen = new(StringComparer.OrdinalIgnoreCase);
        foreach (T item in items)
        {
            string name = nameOf(item);
            DeviceEntry? device = item as DeviceEntry;
            if (!seen.TryGetValue(name, out string? other))
            {
                seen.Add(name, name);
            }
            else if (other == name)
            {
                findings.Add(new VmaFinding(
                    VmaCodes.NameDuplicate,
                    VmaSeverity.Error,
                    $"More than one {what} is named '{Printable.Short(name)}'.",
                    device: device?.Name,
                    deviceId: device?.Id));
            }
            else
            {
                findings.Add(new VmaFinding(
                    VmaCodes.NameCaseCollision,
                    VmaSeverity.Warning,
                    $"The {what} names '{Printable.Short(other)}' and '{Printable.Short(name)}' differ only in upper and lower case.",
                    device: device?.Name,
                    deviceId: device?.Id));
            }
        }
    }
}
