using System;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools;

/// <summary>How far a restore of an archive would come, by grades: each says more than the one before it.</summary>
public sealed class VmaRestoreTestResult
{
    internal VmaRestoreTestResult(VmaTestResult archiveTest, FindingLog findings)
    {
        ArchiveTest = archiveTest;
        Findings = findings.Kept;
        FindingCounts = findings.Counts;
    }

    /// <summary>What <see cref="Grade"/> is where not even the archive is valid.</summary>
    public const string NoGrade = "None";

    /// <summary>Full path of the archive, or null for a stream.</summary>
    public string? ArchivePath => ArchiveTest.ArchivePath;

    /// <summary>Name of the archive's file, or null for a stream.</summary>
    public string? FileName => ArchiveTest.FileName;

    /// <summary>
    /// What came of it in words: <c>Boots</c>, or <c>System present</c> where starting was not asked for; <c>Not proven</c> where something
    /// cannot be told; <c>DOES NOT BOOT</c>, <c>SYSTEM INCOMPLETE</c>, <c>VOLUMES DAMAGED</c>, or for the archive itself what
    /// <see cref="VmaTestResult.Verdict"/> says.
    /// </summary>
    public string Verdict =>
        ArchiveOutcome == VmaGradeOutcome.Failed ? ArchiveTest.Verdict
        : VolumeOutcome == VmaGradeOutcome.Failed ? "VOLUMES DAMAGED"
        : SystemOutcome == VmaGradeOutcome.Failed ? "SYSTEM INCOMPLETE"
        : BootOutcome == VmaGradeOutcome.Failed ? "DOES NOT BOOT"
        : BootOutcome == VmaGradeOutcome.Passed ? "Boots"
        : IsPassed ? "System present"
        : "Not proven";

    /// <summary>The highest grade that passed with none before it that failed: <c>None</c>, <c>Archive</c>, <c>Volumes</c>, <c>System</c> or <c>Boot</c>.</summary>
    public string Grade => Grades.TakeWhile(static g => g.Value != VmaGradeOutcome.Failed)
        .Where(static g => g.Value == VmaGradeOutcome.Passed)
        .Select(static g => g.Key)
        .LastOrDefault() ?? NoGrade;

    /// <summary>True where no grade failed, and the last one that was asked for passed.</summary>
    public bool IsPassed => Grades.All(static g => g.Value != VmaGradeOutcome.Failed)
        && (IsBootAsked ? BootOutcome : SystemOutcome) == VmaGradeOutcome.Passed;

    /// <summary>Whether the archive is valid: one of the constants of <see cref="VmaGradeOutcome"/>, as of all outcomes.</summary>
    public string ArchiveOutcome => ArchiveTest.IsValid ? VmaGradeOutcome.Passed : VmaGradeOutcome.Failed;

    /// <summary>Whether partitions, volumes and file systems are sound.</summary>
    public string VolumeOutcome { get; internal init; } = VmaGradeOutcome.NotTried;

    /// <summary>Whether the installed systems have the files of their own that they start from.</summary>
    public string SystemOutcome { get; internal init; } = VmaGradeOutcome.NotTried;

    /// <summary>Whether the guest starts.</summary>
    public string BootOutcome { get; internal init; } = VmaGradeOutcome.NotTried;

    /// <summary>What is wrong or cannot be told, in the order of the grades: the first 100 of each code. Errors make a grade fail.</summary>
    public IReadOnlyList<VmaFinding> Findings { get; }

    /// <summary>How many findings of each code there were, also those not listed.</summary>
    public IReadOnlyDictionary<string, long> FindingCounts { get; }

    /// <summary>The systems that are installed on the disks.</summary>
    public IReadOnlyList<VmaInstalledSystem> Systems { get; internal init; } = [];

    /// <summary>The test of the archive itself.</summary>
    public VmaTestResult ArchiveTest { get; }

    /// <summary>What the guest did, where it was started; else null.</summary>
    public VmaBootRun? BootRun { get; internal init; }

    /// <summary>How long all of it took.</summary>
    public TimeSpan Duration { get; internal init; }

    internal bool IsBootAsked { get; init; }

    private KeyValuePair<string, string>[] Grades =>
        [new("Archive", ArchiveOutcome), new("Volumes", VolumeOutcome), new("System", SystemOutcome), new("Boot", BootOutcome)];

    /// <summary>The verdict, and on what.</summary>
    public override string ToString() => $"{nameof(VmaRestoreTestResult)}: {Verdict}, {Printable.Short(FileName ?? "a stream")}";
}
