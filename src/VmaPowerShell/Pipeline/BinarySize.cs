using System.Globalization;

namespace VmaTools.PowerShell;

/// <summary>Sizes for people: binary units.</summary>
internal static class BinarySize
{
    private static readonly string[] Units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    public static string Format(long bytes)
    {
        if (bytes is < 1024 and > -1024)
        {
            return string.Format(CultureInfo.CurrentCulture, "{0} B", bytes);
        }

        double value = bytes / 1024.0;
        int unit = 0;
        while (value is >= 1024 or <= -1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return string.Format(CultureInfo.CurrentCulture, "{0:0.#} {1}", value, Units[unit]);
    }
}
