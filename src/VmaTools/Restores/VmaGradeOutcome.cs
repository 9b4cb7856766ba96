namespace VmaTools;

/// <summary>What came of one grade of a test restore. Text rather than an enumeration, so that it reads the same after serialization.</summary>
public static class VmaGradeOutcome
{
    /// <summary>All that was looked for is there.</summary>
    public const string Passed = "Passed";

    /// <summary>Something is known to be wrong.</summary>
    public const string Failed = "Failed";

    /// <summary>It cannot be told, as of what is encrypted.</summary>
    public const string Unknown = "Unknown";

    /// <summary>It was not asked for, or what goes before failed.</summary>
    public const string NotTried = "NotTried";
}
