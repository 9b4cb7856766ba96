using System;
using System.Diagnostics;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Turns positions into progress records: bytes, rate, time left.</summary>
internal sealed class ProgressDisplay
{
    /// <summary>Milliseconds between two records.</summary>
    public const int Interval = 200;

    private static int s_lastId;

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly string _activity;
    private readonly int _id = System.Threading.Interlocked.Increment(ref s_lastId);
    private bool _shown;

    public ProgressDisplay(string activity) => _activity = activity;

    /// <summary>The record for a position, or null where there is nothing to show yet.</summary>
    public ProgressRecord? Next(VmaProgress progress)
    {
        if (progress.BytesRead == 0)
        {
            return null;
        }

        _shown = true;
        double seconds = _watch.Elapsed.TotalSeconds;
        double rate = progress.BytesRead / Math.Max(seconds, 0.001);
        string status = $"{BinarySize.Format(progress.BytesRead)} read, {BinarySize.Format((long)rate)}/s";
        ProgressRecord record = new(_id, _activity, status);
        if (progress.BytesTotal is long total and > 0)
        {
            record.StatusDescription = $"{BinarySize.Format(progress.BytesRead)} of {BinarySize.Format(total)}, {BinarySize.Format((long)rate)}/s";
            record.PercentComplete = (int)Math.Min(100, progress.BytesRead * 100.0 / total);
            record.SecondsRemaining = (int)Math.Min(int.MaxValue, Math.Max(0, total - progress.BytesRead) / Math.Max(rate, 1));
        }

        return record;
    }

    /// <summary>The record that takes the display away, or null where nothing was shown.</summary>
    public ProgressRecord? End() =>
        _shown ? new ProgressRecord(_id, _activity, "Completed") { RecordType = ProgressRecordType.Completed } : null;
}
