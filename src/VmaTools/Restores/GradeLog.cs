namespace VmaTools.Restores;

/// <summary>What is found for one grade, and what comes of it.</summary>
/// <param name="findings">The findings of all grades.</param>
internal sealed class GradeLog(FindingLog findings)
{
    private bool _isDoubtful;
    private bool _hasFailed;

    public string Outcome => _hasFailed ? VmaGradeOutcome.Failed : _isDoubtful ? VmaGradeOutcome.Unknown : VmaGradeOutcome.Passed;

    /// <summary>Something is wrong.</summary>
    public void Fail(string code, string message, string? device = null)
    {
        _hasFailed = true;
        findings.Add(new VmaFinding(code, VmaSeverity.Error, message, device: device));
    }

    /// <summary>Something cannot be told.</summary>
    public void Doubt(string code, string message, string? device = null)
    {
        _isDoubtful = true;
        findings.Add(new VmaFinding(code, VmaSeverity.Warning, message, device: device));
    }
}
