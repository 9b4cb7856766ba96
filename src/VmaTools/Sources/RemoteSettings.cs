using System;
using System.Diagnostics;
using System.Net;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Sources;

/// <summary>How long is waited for servers, and how often they are asked again.</summary>
internal sealed record RemoteSettings
{
    /// <summary>Those that are used.</summary>
    public static RemoteSettings Default { get; } = new();

    /// <summary>How often something is tried that brings nothing.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>How long a server may say nothing, or next to nothing.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bytes in that time that are more than nothing.</summary>
    public int LeastBytes { get; init; } = 4 << 10;

    /// <summary>Tells the time, from whenever on.</summary>
    public Func<TimeSpan> Now { get; init; } = static () => TimeSpan.FromSeconds((double)Stopwatch.GetTimestamp() / Stopwatch.Frequency);

    /// <summary>Waits.</summary>
    public Func<TimeSpan, CancellationToken, Task> Delay { get; init; } = Task.Delay;

    /// <summary>Looks up the addresses of a host.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Reach.Resolve;

    /// <summary>The wait before another attempt: twice as long each time, and never as long as a server likes.</summary>
    /// <param name="failures">How many attempts failed.</param>
    /// <param name="asked">What the server asked for, or null.</param>
    public static TimeSpan WaitAfter(int failures, TimeSpan? asked)
    {
        TimeSpan most = TimeSpan.FromSeconds(30);
        TimeSpan wait = TimeSpan.FromMilliseconds(250 << Math.Min(failures - 1, 6));
        wait = asked > wait ? asked.Value : wait;
        return wait < most ? wait : most;
    }
}
