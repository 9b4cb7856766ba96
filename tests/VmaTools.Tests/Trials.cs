using System;
using System.Globalization;

namespace VmaTools.Tests;

/// <summary>How often tests of what is random try: VMATOOLS_TRIALS multiplies it.</summary>
internal static class Trials
{
    private static readonly int Factor = int.TryParse(
        Environment.GetEnvironmentVariable("VMATOOLS_TRIALS"), NumberStyles.None, CultureInfo.InvariantCulture, out int factor) ? factor : 1;

    /// <summary>The number for this run. The second build of the engine differs from the first in little, and is tried less often.</summary>
    /// <param name="usual">The number for a usual run.</param>
    public static int Of(int usual) =>
#if ENGINE_NETSTANDARD
        Math.Max(1, usual * Factor / 4);
#else
        usual * Factor;
#endif
}
