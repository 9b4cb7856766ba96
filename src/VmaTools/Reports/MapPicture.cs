using System;
using System.Collections.Generic;
using System.Text;

namespace VmaTools.Reports;

/// <summary>A picture of where a device is stored: lines of parts of equal size, read like text.</summary>
internal static class MapPicture
{
    private const int Columns = 128;
    private const int MaxCells = 1024;
    private const int Width = 1024;
    private const int MaxCellWidth = 24;
    private const int Height = 10;
    private const int Pitch = 13;

    public static void Append(StringBuilder page, VmaReportMap map)
    {
        int count = Math.Min(map.Cells.Count, MaxCells);
        if (count == 0)
        {
            return;
        }

        int columns = Math.Min(count, Columns);
        int cell = Math.Min(Width / columns, MaxCellWidth);
        string width = ReportText.Number(columns * cell);
        string height = ReportText.Number((((count - 1) / Columns) * Pitch) + Height);
        page.Append("<svg class=\"map\" role=\"img\" viewBox=\"0 0 ").Append(width).Append(' ').Append(height)
            .Append("\" width=\"").Append(width).Append("\" height=\"").Append(height)
            .Append("\" aria-label=\"").Append(ReportText.Escape(map.Name)).Append(": ").Append(Figures(map.StoredBytes, map.ZeroBytes, map.MissingBytes)).Append("\">");
        for (int first = 0; first < count;)
        {
            // Neighbours that look the same are one shape: a page of many maps stays small.
            int end = first + 1;
            while (end < count && end % Columns != 0 && ClassOf(map.Cells[end]) == ClassOf(map.Cells[first]))
            {
                end++;
            }

            AppendRun(page, map.Cells, first, end, cell);
            first = end;
        }

        page.Append("</svg>");
    }

    /// <summary>Figures in words.</summary>
    public static string Figures(long stored, long zero, long missing) =>
        $"{ReportText.Size(stored)} stored, {ReportText.Size(zero)} zero" + (missing > 0 ? $", {ReportText.Size(missing)} missing" : string.Empty);

    private static void AppendRun(StringBuilder page, IReadOnlyList<VmaMapCell> cells, int first, int end, int cellWidth)
    {
        long stored = 0;
        long zero = 0;
        long missing = 0;
        for (int i = first; i < end; i++)
        {
            stored += cells[i].StoredBytes;
            zero += cells[i].ZeroBytes;
            missing += cells[i].MissingBytes;
        }

        int x = first % Columns * cellWidth;
        int y = first / Columns * Pitch;
        int width = (end - first) * cellWidth;
        page.Append("<rect class=\"").Append(ClassOf(cells[first])).Append("\" x=\"").Append(ReportText.Number(x)).Append("\" y=\"").Append(ReportText.Number(y))
            .Append("\" width=\"").Append(ReportText.Number(width)).Append("\" height=\"").Append(ReportText.Number(Height)).Append("\"><title>From ")
            .Append(ReportText.Size(cells[first].Offset)).Append(" on: ").Append(Figures(stored, zero, missing)).Append("</title></rect>");
        if (missing > 0)
        {
            // Not by colour alone: what is missing is crossed out.
            page.Append("<path class=\"cross\" d=\"");
            for (int i = 0; i < end - first; i++)
            {
                int left = x + (i * cellWidth);
                page.Append('M').Append(ReportText.Number(left)).Append(' ').Append(ReportText.Number(y)).Append('l')
                    .Append(ReportText.Number(cellWidth)).Append(' ').Append(ReportText.Number(Height));
            }

            page.Append("\"/>");
        }
    }

    private static string ClassOf(VmaMapCell cell)
    {
        if (cell.MissingBytes > 0)
        {
            return "lost";
        }

        return (cell.Size <= 0 ? 0 : (double)cell.StoredBytes / cell.Size) switch
        {
            <= 0 => "zero",
            < 0.25 => "q1",
            < 0.5 => "q2",
            < 1 => "q3",
            _ => "q4",
        };
    }
}
