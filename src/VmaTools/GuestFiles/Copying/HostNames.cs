using System.Runtime.InteropServices;
using VmaTools.Format;

namespace VmaTools.GuestFiles.Copying;

/// <summary>Names of guests' files as names of the host's.</summary>
internal static class HostNames
{
    /// <summary>True where the host's names follow the rules of Windows.</summary>
    public static bool AreWindows => RuntimeInformation.IsOSPlatform(OSPlatform.Windows);

    /// <summary>
    /// One component for the host. Elsewhere than on Windows a name stays what it is, but for what no file can be called or no
    /// terminal should see; what is not text is written in its escaped form.
    /// </summary>
    public static string From(RawName name, bool isWindows)
    {
        string text = name.ToUtf16() is string units && !HasLoneSurrogate(units) ? units : name.ToString();
        return SafeFileName.FromGuest(text, isWindows);
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return true;
            }
        }

        return false;
    }
}
