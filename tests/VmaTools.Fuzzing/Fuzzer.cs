using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;

namespace VmaTools.Fuzzing;

/// <summary>Tries cases one after another, and ends the process where one does not end.</summary>
internal sealed class Fuzzer : IDisposable
{
    /// <summary>Cases take milliseconds; this is for machines that do much else.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    private readonly string _name;
    private readonly Kind _kind;
    private readonly Timer _watch;
    private int _seed;

    public Fuzzer(string name)
    {
        _name = name;
        _kind = Kind.All[name]();
        _watch = new Timer(_ => Environment.FailFast($"{_name} {_seed} has not ended in {Longest}."));
    }

    public SortedDictionary<string, int> Outcomes { get; } = new(StringComparer.Ordinal);

    public int Usual => _kind.Usual;

    public IEnumerable<string> Missed => _kind.Reached.Where(r => !Outcomes.ContainsKey(r));

    public TimeSpan Time { get; private set; }

    public int Count => Outcomes.Values.Sum();

    public void Run(int first, int count)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            _seed = first + i;
            _watch.Change(Longest, Timeout.InfiniteTimeSpan);
            try
            {
                string outcome = _kind.Try(_seed);
                Outcomes[outcome] = Outcomes.GetValueOrDefault(outcome) + 1;
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"{_name} {_seed}", exception);
            }
        }

        _watch.Change(Timeout.Infinite, Timeout.Infinite);
        Time += Stopwatch.GetElapsedTime(start);
    }

    public void Dispose()
    {
        _watch.Dispose();
        _kind.Dispose();
    }
}
