using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace VmaTools.Reports;

/// <summary>A small picture of how large a machine's backups were over time: a bar each, oldest first.</summary>
internal static class SizeChart
{
    // More would be thinner than a line on paper.
    private const int MaxBars = 32;
    private const int Height = 34;
    private const int Step = 9;
    private const int Bar = 7;

    public static void Append(StringBuilder page, ReportMachine machine)
    {
        List<ReportItem> bars = [.. machine.Backups.Where(static b => b.Length is not null).Take(MaxBars).Reverse()];
        if (bars.Count == 0)
        {
            return;
        }

        long largest = Math.Max(1, bars.Max(static b => b.Length!.Value));
        int width = Math.Max(bars.Count * Step, 8 * Step);
        page.Append("<svg class=\"chart\" role=\"img\" viewBox=\"0 0 ").Append(ReportText.Number(width)).Append(' ')
            .Append(ReportText.Number(Height + 2)).Append("\" width=\"").Append(ReportText.Number(width)).Append("\" height=\"")
            .Append(ReportText.Number(Height + 2)).Append("\" aria-label=\"Sizes of the last ")
            .Append(ReportText.Count(bars.Count, "backup", "backups")).Append(", largest ").Append(ReportText.Size(largest)).Append("\">");
        page.Append("<line class=\"axis\" x1=\"0\" x2=\"").Append(ReportText.Number(width)).Append("\" y1=\"")
            .Append(ReportText.Number(Height + 1.5)).Append("\" y2=\"").Append(ReportText.Number(Height + 1.5)).Append("\"/>");
        int x = width - (bars.Count * Step) + 1;
        foreach (ReportItem bar in bars)
        {
            double height = Math.Max(2, Height * (double)bar.Length!.Value / largest);
            page.Append("<rect class=\"").Append(ReportMarks.ClassOf(bar.Verdict)).Append("\" x=\"").Append(ReportText.Number(x))
                .Append("\" y=\"").Append(ReportText.Number(Height - height + 1)).Append("\" width=\"").Append(ReportText.Number(Bar))
                .Append("\" height=\"").Append(ReportText.Number(height)).Append("\" rx=\"1\"><title>")
                .Append(ReportText.Time(bar.Time)).Append(": ").Append(ReportText.Size(bar.Length)).Append("</title></rect>");
            x += Step;
        }

        page.Append("</svg>");
    }
}
