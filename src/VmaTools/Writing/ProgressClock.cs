using System;
using System.Diagnostics;

namespace VmaTools.Writing;

/// <summary>Tells how far something has come, now and then.</summary>
internal sealed class ProgressClock
{
    private readonly IProgress<VmaProgress>? _progress;
    private readonly TimeSpan _interval;
    private readonly long _total;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private long _done;
    private TimeSpan _told;

    public ProgressClock(IProgress<VmaProgress>? progress, TimeSpan interval, long total)
    {
        _progress = progress;
        _interval = interval;
        _total = total;
    }

    public void Advance(long count, long clusters)
    {
        _done += count;
        if (_progress is not null && _watch.Elapsed - _told >= _interval)
        {
            _told = _watch.Elapsed;
            _progress.Report(new VmaProgress(_done, _total, clusters));
        }
    }

    public void Finish(long clusters) => _progress?.Report(new VmaProgress(_done, _total, clusters));
}
