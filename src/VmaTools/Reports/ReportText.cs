using System;
using System.Globalization;
using System.Text;

namespace VmaTools.Reports;

/// <summary>Values as the text of a page.</summary>
internal static class ReportText
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>Text made harmless: names from an archive may hold anything, markup and control characters included.</summary>
    public static string Escape(string? text)
    {
        StringBuilder builder = new();
        foreach (char c in Printable.Text(text ?? string.Empty))
        {
            _ = c switch
            {
                '&' => builder.Append("&amp;"),
                '<' => builder.Append("&lt;"),
                '>' => builder.Append("&gt;"),
                '"' => builder.Append("&quot;"),
                '\'' => builder.Append("&#39;"),
                _ => builder.Append(c),
            };
        }

        return builder.ToString();
    }

    /// <summary>A size in binary units.</summary>
    public static string Size(long? bytes)
    {
        if (bytes is not long count)
        {
            return "–";
        }

        double value = count;
        int unit = 0;
        while (Math.Abs(value) >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return string.Format(CultureInfo.InvariantCulture, "{0:0.#} {1}", value, Units[unit]);
    }

    /// <summary>An age in the unit that suits it.</summary>
    public static string Age(TimeSpan? age)
    {
        if (age is not TimeSpan span)
        {
            return "–";
        }

        string text = Math.Abs(span.TotalDays) >= 2 ? $"{Number((long)span.TotalDays)} days"
            : Math.Abs(span.TotalHours) >= 1 ? $"{Number((long)span.TotalHours)} h"
            : $"{Number((long)span.TotalMinutes)} min";
        return span < TimeSpan.Zero ? "in the future" : text;
    }

    public static string Time(DateTime? time) =>
        time is DateTime value ? value.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : "–";

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>A count with its noun.</summary>
    public static string Count(int count, string one, string many) => $"{Number(count)} {(count == 1 ? one : many)}";
}
