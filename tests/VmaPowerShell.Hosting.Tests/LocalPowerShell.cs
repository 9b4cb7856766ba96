using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace VmaTools.PowerShell.Hosting.Tests;

/// <summary>Finds PowerShell's assemblies where PowerShell is installed.</summary>
internal static class LocalPowerShell
{
    [ModuleInitializer]
    internal static void Initialize()
    {
        string? home = typeof(LocalPowerShell).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(static a => a.Key == "PowerShellHome")?.Value;
        if (home is null)
        {
            return;
        }

        AssemblyLoadContext.Default.Resolving += (context, name) =>
        {
            string file = Path.Combine(home, name.Name + ".dll");
            return File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
        };
    }
}
