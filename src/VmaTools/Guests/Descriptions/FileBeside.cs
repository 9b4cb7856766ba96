using System;
using System.IO;

namespace VmaTools.Guests.Descriptions;

/// <summary>A file that another one names, and that has to lie beside it: what is read does not choose what else is read.</summary>
internal static class FileBeside
{
    /// <summary>Finds the file.</summary>
    /// <param name="path">Full path of the file that names it.</param>
    /// <param name="name">Its name.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <param name="refuse">The error for a name that is not taken, of a sentence that says why.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="VmaException">It is not there (<see cref="VmaCodes.ItemNotFound"/>), or leads out of the folder.</exception>
    public static string Find(string path, string name, string what, Func<string, VmaException> refuse)
    {
        string shown = $"{what} '{Printable.Short(name)}'";
        if (!SafeFileName.IsFit(name))
        {
            throw refuse($"{shown} is not in the folder of the file that names it, or has a name that is not taken.");
        }

        string folder = Path.GetDirectoryName(path)!;
        string found = Path.Combine(folder, name);
        if (!File.Exists(found))
        {
            throw new VmaException(VmaCodes.ItemNotFound, $"{shown} is not beside the file that names it.", path);
        }

        return LeadsOut(found, folder) ? throw refuse($"{shown} is a link that leads out of the folder of the file that names it.") : found;
    }

    /// <summary>Whether a file is a link to another folder. .NET Framework does not tell.</summary>
#if NETSTANDARD2_0
    private static bool LeadsOut(string _, string __) => false;
#else
    private static bool LeadsOut(string path, string folder) =>
        new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) is { } target && Path.GetDirectoryName(target.FullName) != folder;
#endif
}
