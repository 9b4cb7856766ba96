using System.Collections.Generic;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>The sources of a cmdlet that takes paths, literal paths, or objects from the pipeline.</summary>
internal static class ArchiveInputs
{
    /// <summary>Resolves whichever of them was given.</summary>
    /// <param name="cmdlet">Hears errors.</param>
    /// <param name="session">The session, for paths.</param>
    /// <param name="paths">The paths, or null where objects were given.</param>
    /// <param name="areLiteral">Whether the paths are taken as they are.</param>
    /// <param name="objects">The objects.</param>
    public static IEnumerable<DeviceInput> Of(Cmdlet cmdlet, SessionState session, string[]? paths, bool areLiteral, PSObject[] objects)
    {
        if (paths is null)
        {
            foreach (PSObject item in objects)
            {
                foreach (DeviceInput input in DeviceInput.From(item, session, cmdlet.WriteError))
                {
                    yield return input;
                }
            }

            yield break;
        }

        foreach (DeviceInput input in DeviceInput.OfFiles(SourcePaths.Files.Resolve(session, paths, areLiteral, cmdlet.WriteError)))
        {
            yield return input;
        }
    }
}
