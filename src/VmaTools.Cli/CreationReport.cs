using System;
using System.Globalization;

namespace VmaTools.Cli;

/// <summary>Progress and totals of <c>vma create</c>, in the lines that scripts know, on standard error.</summary>
internal sealed class CreationReport : IProgress<VmaProgress>
{
    private readonly VmaCreation _creation;
    private long _percent = -1;

    public CreationReport(VmaCreation creation) => _creation = creation;

    public void Report(VmaProgress value)
    {
        long total = value.BytesTotal ?? 0;
        long percent = total == 0 ? 100 : value.BytesRead * 100 / total;
        if (percent != _percent)
        {
            _percent = percent;
            Terminal.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"progress {percent}% {value.BytesRead}/{total} {_creation.ZeroBytes}"));
        }
    }

    public static void PrintTotals(VmaCreationResult result)
    {
        foreach (VmaCreatedDevice device in result.Devices)
        {
            Terminal.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"image {Printable.Text(device.Name)}: size={device.Size} zeros={device.Size - device.StoredBytes} saved={device.StoredBytes}"));
        }
    }
}
