using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace VmaTools.Audits;

/// <summary>What of a device is stored, zero and missing, drawn for a terminal and as SVG.</summary>
internal static class AllocationMap
{
    /// <summary>Cells a picture has at most: as many as a terminal of 64 columns shows on 16 lines.</summary>
    public const int MaxCells = 1024;

    private const int Columns = 64;
    private const int CellSize = 10;
    private const int TitleHeight = 26;

    /// <summary>Lines of one character a cell: from blank for zero, over shades, to full for stored; a cross where anything is missing.</summary>
    public static string ToText(IReadOnlyList<VmaMapCell> cells)
    {
        StringBuilder text = new();
        for (int i = 0; i < cells.Count; i++)
        {
            if (i > 0 && i % Columns == 0)
            {
                text.Append('\n');
            }

            text.Append(Character(cells[i]));
        }

        return text.ToString();
    }

    /// <summary>A picture of several devices, one below the other.</summary>
    public static string ToSvg(IReadOnlyList<VmaDeviceMeasure> measures)
    {
        StringBuilder body = new();
        int y = 8;
        foreach (VmaDeviceMeasure measure in measures)
        {
            y += TitleHeight;
            body.Append(Line($"  <text x=\"8\" y=\"{y - 8}\">{Escape(measure.Name)}: {measure.Size} bytes, {measure.StoredBytes} stored, {measure.ZeroBytes} zero, {measure.MissingBytes} missing</text>"));
            for (int i = 0; i < measure.Cells.Count; i++)
            {
                VmaMapCell cell = measure.Cells[i];
                string range = string.Format(
                    CultureInfo.InvariantCulture, "{0}: {1} stored, {2} zero, {3} missing", cell.Offset, cell.StoredBytes, cell.ZeroBytes, cell.MissingBytes);
                int x = 8 + (i % Columns * CellSize);
                int top = y + (i / Columns * CellSize);
                body.Append(Line($"  <rect x=\"{x}\" y=\"{top}\" width=\"9\" height=\"9\" fill=\"{Colour(cell)}\"><title>{range}</title></rect>"));
            }

            y += (((measure.Cells.Count - 1) / Columns) + 1) * CellSize;
        }

        int width = 16 + (Columns * CellSize);
        return Line($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{y + 8}\" viewBox=\"0 0 {width} {y + 8}\" font-family=\"sans-serif\" font-size=\"11\">")
            + Line($"  <rect width=\"{width}\" height=\"{y + 8}\" fill=\"#ffffff\"/>")
            + body
            + "</svg>\n";
    }

    private static char Character(VmaMapCell cell)
    {
        if (cell.MissingBytes > 0)
        {
            return '\u00d7';
        }

        return (cell.StoredBytes * 4 / cell.Size) switch
        {
            0 when cell.StoredBytes == 0 => '\u00b7',
            0 => '\u2591',
            1 => '\u2592',
            2 or 3 when cell.StoredBytes < cell.Size => '\u2593',
            _ => '\u2588',
        };
    }

    /// <summary>Light grey for zero to dark blue for stored, red where anything is missing.</summary>
    private static string Colour(VmaMapCell cell)
    {
        if (cell.MissingBytes > 0)
        {
            return "#d62728";
        }

        double share = (double)cell.StoredBytes / cell.Size;
        int Mix(int from, int to) => (int)Math.Round(from + ((to - from) * share));
        return cell.StoredBytes == 0
            ? "#eeeeee"
            : string.Format(CultureInfo.InvariantCulture, "#{0:x2}{1:x2}{2:x2}", Mix(0xc6, 0x08), Mix(0xdb, 0x30), Mix(0xef, 0x6b));
    }

    private static string Line(FormattableString line) => line.ToString(CultureInfo.InvariantCulture) + "\n";

    private static string Escape(string text) => Printable.Short(text).Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
