using System.Collections.Generic;
using System.Linq;

namespace VmaTools;

/// <summary>
/// Collects findings in the order they are made. Keeps the first <see cref="KeptPerCode"/> of a code and counts the rest: a
/// hostile archive can hold a finding for every 512 of its bytes.
/// </summary>
internal sealed class FindingLog
{
    public const int KeptPerCode = 100;

    private readonly List<VmaFinding> _kept = [];
    private readonly Dictionary<string, long> _counts = [];

    public IReadOnlyList<VmaFinding> Kept => _kept;

    /// <summary>How many findings of each code were made, those not kept included.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>Takes over what another log kept and counted.</summary>
    public void Add(IReadOnlyList<VmaFinding> kept, IReadOnlyDictionary<string, long> counts)
    {
        foreach (VmaFinding finding in kept)
        {
            Add(finding);
        }

        foreach (KeyValuePair<string, long> count in counts)
        {
            _counts[count.Key] += count.Value - kept.Count(f => f.Code == count.Key);
        }
    }

    public void Add(VmaFinding finding)
    {
        _counts.TryGetValue(finding.Code, out long count);
        _counts[finding.Code] = count + 1;
        if (count < KeptPerCode)
        {
            _kept.Add(finding);
        }
    }
}
