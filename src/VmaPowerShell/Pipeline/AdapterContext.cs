#if !NETSTANDARD2_0
using System;
using System.IO;
using System.Reflection;
using System.Runtime.Loader;

namespace VmaTools.PowerShell;

/// <summary>What is foreign is loaded apart from what other modules bring, which may be another version.</summary>
internal sealed class AdapterContext : AssemblyLoadContext
{
    private readonly string _folder;

    private AdapterContext(string adapter, string folder)
        : base(adapter) => _folder = Path.Combine(Path.GetDirectoryName(typeof(AdapterContext).Assembly.Location)!, folder);

    /// <summary>A type of an assembly of the module's own that stands between the engine and what is foreign.</summary>
    /// <param name="adapter">Name of that assembly.</param>
    /// <param name="folder">The folder in which both are, beside the module's assembly.</param>
    /// <param name="type">Full name of the type.</param>
    public static Type Load(string adapter, string folder, string type) =>
        new AdapterContext(adapter, folder).LoadFromAssemblyName(new AssemblyName(adapter)).GetType(type, throwOnError: true)!;

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        Assembly engine = typeof(VmaArchive).Assembly;
        if (assemblyName.Name == engine.GetName().Name)
        {
            return engine;
        }

        string file = Path.Combine(_folder, assemblyName.Name + ".dll");
        return File.Exists(file) ? LoadFromAssemblyPath(file) : null;
    }
}
#endif
