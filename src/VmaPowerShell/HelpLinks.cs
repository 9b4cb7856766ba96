namespace VmaTools.PowerShell;

/// <summary>Where the help pages are on the web.</summary>
internal static class HelpLinks
{
    public const string Base = "https://github.com/VmaTools/VmaTools/blob/main/docs/help/";
}
