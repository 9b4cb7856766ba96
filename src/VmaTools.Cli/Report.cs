using System;
using System.Globalization;
using System.Linq;

namespace VmaTools.Cli;

/// <summary>Progress and totals of a pass, in the lines that scripts know.</summary>
internal sealed class Report : IProgress<VmaProgress>
{
    private const long ClusterSize = 65536;

    private readonly DateTime _start = DateTime.UtcNow;
    private readonly long _total;
    private long _percent = -1;

    public Report(VmaArchive archive) =>
        _total = archive.Devices.Sum(static d => d.Size > 0 ? ((d.Size - 1) / ClusterSize) + 1 : 0);

    void IProgress<VmaProgress>.Report(VmaProgress value)
    {
        long percent = _total == 0 ? 100 : value.Clusters * 100 / _total;
        if (percent == _percent || value.Clusters == 0)
        {
            return;
        }

        _percent = percent;
        long seconds = (long)(DateTime.UtcNow - _start).TotalSeconds;
        Print($"progress {percent}% (read {value.Clusters * ClusterSize} bytes, duration {seconds} sec)");
    }

    /// <summary>Prints the totals of the pass.</summary>
    public static void PrintTotals(VmaPassResult result)
    {
        long read = result.Devices.Sum(static d => d.Clusters) * ClusterSize;
        if (read == 0)
        {
            Terminal.Out.WriteLine("vma archive contains no image data");
            return;
        }

        long sparse = result.Devices.Sum(static d => d.ZeroBlockBytes);
        long whollyZero = result.Devices.Sum(static d => d.ZeroClusters) * ClusterSize;
        Print($"total bytes read {read}, sparse bytes {sparse} ({Percent(sparse, read)}%)");
        if (read > sparse)
        {
            Print($"space reduction due to 4K zero blocks {Percent(Math.Max(0, sparse - whollyZero), read - sparse)}%");
        }
    }

    /// <summary>Prints what was found.</summary>
    /// <returns>The exit code that this makes.</returns>
    public static int PrintFindings(VmaPassResult result)
    {
        foreach (VmaFinding finding in result.Findings)
        {
            Terminal.PrintFinding(finding);
        }

        foreach (string code in result.FindingCounts.Keys)
        {
            long more = result.FindingCounts[code] - result.Findings.Count(f => f.Code == code);
            if (more > 0)
            {
                Terminal.PrintError(string.Create(CultureInfo.InvariantCulture, $"{code}: {more} more"));
            }
        }

        return result.IsValid ? ExitCodes.Success : ExitCodes.Failure;
    }

    /// <summary>Warns where an index was asked for and there is none.</summary>
    public static void PrintNewIndex(VmaPassResult result)
    {
        if (result.NewIndexError is { } error)
        {
            Terminal.PrintError($"warning: no index was made: {error.Code}: {error.Message}");
        }
    }

    /// <summary>Three significant digits, as C's %.3g prints them.</summary>
    private static string Percent(long part, long whole)
    {
        double value = 100.0 * part / whole;
        int digitsBefore = value < 1 ? 0 : (int)Math.Floor(Math.Log10(value)) + 1;
        return Math.Round(value, Math.Max(0, 3 - digitsBefore)).ToString("0.####", CultureInfo.InvariantCulture);
    }

    private static void Print(FormattableString line) => Terminal.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
