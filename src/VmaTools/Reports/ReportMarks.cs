namespace VmaTools.Reports;

/// <summary>Verdicts as words, signs and classes: never by colour alone.</summary>
internal static class ReportMarks
{
    public static string ClassOf(ReportVerdict verdict) => verdict switch
    {
        ReportVerdict.Valid => "good",
        ReportVerdict.Incomplete => "warn",
        ReportVerdict.NoArchive or ReportVerdict.NotRead or ReportVerdict.Damaged => "bad",
        _ => "none",
    };

    public static string Badge(ReportItem item) => item.Verdict switch
    {
        ReportVerdict.Valid when item.Test!.DataProof == VmaDataProof.None => Badge("good soft", "✓", "Valid", "data unproven"),
        ReportVerdict.Valid => Badge("good", "✓", "Valid", null),
        ReportVerdict.Incomplete => Badge("warn", "!", "Incomplete", null),
        ReportVerdict.NoArchive => Badge("bad", "✕", "No archive", null),
        ReportVerdict.NotRead => Badge("bad", "✕", "Not read", null),
        ReportVerdict.Damaged => Badge("bad", "✕", "Damaged", null),
        _ => Badge("none", "·", "Not tested", null),
    };

    public static string Badge(string classes, string sign, string word, string? more) =>
        $"<span class=\"badge {classes}\"><b aria-hidden=\"true\">{sign}</b> {word}</span>{(more is null ? string.Empty : $" <span class=\"dim\">{more}</span>")}";
}
