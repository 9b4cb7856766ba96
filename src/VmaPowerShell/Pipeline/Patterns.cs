using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Wildcards in names. A text such as <c>a[b</c>, which is no pattern for PowerShell, stands for itself: guests have such names.</summary>
internal static class Patterns
{
    /// <summary>Whether a text has wildcards that PowerShell understands.</summary>
    public static bool IsOne(string text) => WildcardPattern.ContainsWildcardCharacters(text) && IsValid(WildcardPattern.Get(text, WildcardOptions.None));

    /// <summary>The pattern that a text is.</summary>
    public static WildcardPattern Get(string text, WildcardOptions options)
    {
        WildcardPattern pattern = WildcardPattern.Get(text, options);
        return IsValid(pattern) ? pattern : WildcardPattern.Get(WildcardPattern.Escape(text), options);
    }

    private static bool IsValid(WildcardPattern pattern)
    {
        try
        {
            _ = pattern.IsMatch(string.Empty);
            return true;
        }
        catch (WildcardPatternException)
        {
            return false;
        }
    }
}
