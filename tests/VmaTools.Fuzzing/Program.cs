using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using Xunit.Runner.InProc.SystemConsole;

namespace VmaTools.Fuzzing;

/// <summary>
/// <c>fuzz KIND FIRST COUNT</c> tries as many cases of a kind (or of all, in turn) from a number on; <c>load NAME</c> puts much on it, or
/// all that there is; anything else runs tests.
/// </summary>
internal static class Program
{
    private const string All = "all";
    private const int Turn = 500;

    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["fuzz", string kind, string first, string count]:
                using (new PrivateCache())
                {
                    return Fuzz(kind == All ? [.. Kind.All.Keys] : [kind], Number(first), Number(count));
                }

            case ["load", string name]:
                using (new PrivateCache())
                {
                    foreach (string one in name == All ? Load.All.Keys : [name])
                    {
                        Console.WriteLine(Load.Run(one));
                    }

                    return 0;
                }

            default:
                return await ConsoleRunner.Run(args);
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static int Fuzz(string[] kinds, int first, int count)
    {
        Dictionary<string, Fuzzer> fuzzers = kinds.ToDictionary(static k => k, static k => new Fuzzer(k));
        int finds = 0;
        for (int done = 0; done < count; done += Turn)
        {
            foreach ((string name, Fuzzer fuzzer) in fuzzers)
            {
                int end = Math.Min(done + Turn, count);
                for (int at = done; at < end; at++)
                {
                    try
                    {
                        fuzzer.Run(first + at, 1);
                    }
                    catch (InvalidOperationException exception)
                    {
                        finds++;
                        Console.WriteLine($"FOUND {exception}");
                    }
                }

                Console.WriteLine($"{name} {first} to {first + end - 1}: {fuzzer.Count} right in {fuzzer.Time.TotalSeconds:F0} s: {string.Join(", ", fuzzer.Outcomes.Select(static o => $"{o.Key} {o.Value}"))}");
            }
        }

        foreach (Fuzzer fuzzer in fuzzers.Values)
        {
            fuzzer.Dispose();
        }

        return finds == 0 ? 0 : 1;
    }
}
