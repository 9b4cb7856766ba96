using System.Collections.Generic;

namespace VmaTools;

/// <summary>What a page tells of one test.</summary>
public sealed class VmaReportTest
{
    /// <summary>Facts that the caller sets.</summary>
    public VmaReportTest()
    {
    }

    internal VmaReportTest(VmaTestResult result)
    {
        ArchivePath = result.ArchivePath;
        IsValid = result.IsValid;
        IsForeign = result.IsForeign;
        IsComplete = result.IsComplete;
        DataProof = result.DataProof;
        BytesRead = result.BytesRead;
        Findings = result.Findings;
    }

    /// <summary>Full path of the archive, or null.</summary>
    public string? ArchivePath { get; init; }

    /// <summary>Whether the archive is valid.</summary>
    public bool IsValid { get; init; }

    /// <summary>Whether it is known to be something else than an archive, such as a page of a web server.</summary>
    public bool IsForeign { get; init; }

    /// <summary>Whether it holds all disks that it should.</summary>
    public bool IsComplete { get; init; }

    /// <summary>One of the constants of <see cref="VmaDataProof"/>.</summary>
    public string DataProof { get; init; } = VmaDataProof.None;

    /// <summary>Bytes that were read, or null.</summary>
    public long? BytesRead { get; init; }

    /// <summary>What was found.</summary>
    public IReadOnlyList<VmaFinding> Findings { get; init; } = [];
}
