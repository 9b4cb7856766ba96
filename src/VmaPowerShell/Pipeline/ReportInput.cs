using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Reads backups, test results and measures by their properties, so that those from jobs and remote sessions do as well.</summary>
internal static class ReportInput
{
    /// <summary>The backup that an object stands for, or null.</summary>
    public static VmaReportBackup? AsBackup(PSObject input)
    {
        if (!Has(input, "Kind") || !Has(input, "FileName"))
        {
            return null;
        }

        DateTime? headerTime = Value<DateTime>(input, "HeaderTime");
        DateTime? written = Value<DateTime>(input, "LastWriteTimeUtc");
        return new VmaReportBackup
        {
            Kind = Text(input, "Kind") ?? VmaBackupKind.Backup,
            ArchivePath = Text(input, "ArchivePath"),
            FileName = Text(input, "FileName") ?? string.Empty,
            VMId = Value<int>(input, "VMId"),
            VMName = Text(input, "VMName"),
            Time = headerTime is DateTime utc ? ToLocal(utc) : Value<DateTime>(input, "Time") ?? (written is DateTime last ? ToLocal(last) : null),
            Age = Value<TimeSpan>(input, "Age"),
            Length = Value<long>(input, "Length"),
            Compression = Text(input, "Compression"),
            IsProtected = Value<bool>(input, "IsProtected") ?? false,
            IsRestorable = Value<bool>(input, "IsRestorable") ?? true,
        };
    }

    /// <summary>The test result that an object stands for, or null.</summary>
    public static VmaReportTest? AsTest(PSObject input)
    {
        if (Value<bool>(input, "IsValid") is not bool isValid || !Has(input, "Findings"))
        {
            return null;
        }

        List<VmaFinding> findings = [];
        object? list = input.Properties["Findings"].Value;
        foreach (object? item in LanguagePrimitives.GetEnumerable(list) ?? (IEnumerable)(list is null ? [] : new[] { list }))
        {
            if (item is not null)
            {
                PSObject finding = PSObject.AsPSObject(item);
                findings.Add(new VmaFinding(
                    Text(finding, "Code") ?? string.Empty,
                    Text(finding, "Severity") ?? VmaSeverity.Warning,
                    Text(finding, "Message") ?? item.ToString() ?? string.Empty,
                    Value<long>(finding, "Offset"),
                    device: Text(finding, "Device")));
            }
        }

        return new VmaReportTest
        {
            ArchivePath = Text(input, "ArchivePath"),
            IsValid = isValid,
            IsForeign = Value<bool>(input, "IsForeign") ?? false,
            IsComplete = Value<bool>(input, "IsComplete") ?? isValid,
            DataProof = Text(input, "DataProof") ?? VmaDataProof.None,
            BytesRead = Value<long>(input, "BytesRead"),
            Findings = findings,
        };
    }

    /// <summary>The map of a device that an object stands for, or null.</summary>
    public static VmaReportMap? AsMap(PSObject input)
    {
        if (!Has(input, "Cells") || Value<long>(input, "StoredBytes") is not long stored)
        {
            return null;
        }

        List<VmaMapCell> cells = [];
        object? list = input.Properties["Cells"].Value;
        foreach (object? item in LanguagePrimitives.GetEnumerable(list) ?? (IEnumerable)(list is null ? [] : new[] { list }))
        {
            if (item is not null)
            {
                PSObject cell = PSObject.AsPSObject(item);
                cells.Add(new VmaMapCell(
                    Value<long>(cell, "Offset") ?? 0, Value<long>(cell, "Size") ?? 0, Value<long>(cell, "StoredBytes") ?? 0, Value<long>(cell, "ZeroBytes") ?? 0));
            }
        }

        return new VmaReportMap
        {
            ArchivePath = Text(input, "ArchivePath"),
            DeviceId = Value<int>(input, "DeviceId"),
            Name = Text(input, "Name") ?? string.Empty,
            Size = Value<long>(input, "Size") ?? 0,
            StoredBytes = stored,
            ZeroBytes = Value<long>(input, "ZeroBytes") ?? 0,
            MissingBytes = Value<long>(input, "MissingBytes") ?? 0,
            Cells = cells,
        };
    }

    private static bool Has(PSObject input, string name) => input.Properties[name] is not null;

    private static string? Text(PSObject input, string name) => input.Properties[name]?.Value is { } value
        ? LanguagePrimitives.ConvertTo<string>(value)
        : null;

    private static T? Value<T>(PSObject input, string name)
        where T : struct =>
        input.Properties[name]?.Value is { } value && LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out T result)
            ? result
            : null;

    // Read back from a serialized form, a time may have lost that it was UTC.
    private static DateTime ToLocal(DateTime utc) => (utc.Kind is DateTimeKind.Local ? utc : DateTime.SpecifyKind(utc, DateTimeKind.Utc)).ToLocalTime();
}
