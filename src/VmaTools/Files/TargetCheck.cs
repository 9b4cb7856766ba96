using System.IO;

namespace VmaTools.Files;

/// <summary>Looks at the name that a new file is to get, before anything is written.</summary>
internal static class TargetCheck
{
    /// <summary>Refuses a name that is taken.</summary>
    /// <param name="path">Full path of the file to be.</param>
    /// <param name="replace">Whether a file of that name may be replaced. A folder never is.</param>
    /// <param name="device">Name of the device that is to go there, for the error.</param>
    /// <param name="advice">What the error says besides.</param>
    /// <exception cref="VmaException">The name is taken.</exception>
    public static void MustBeFree(string path, bool replace, string? device = null, string advice = "")
    {
        if ((!replace && File.Exists(path)) || Directory.Exists(path))
        {
            throw new VmaException(VmaCodes.TargetExists, $"The file exists{advice}.", path, null, device);
        }
    }
}
