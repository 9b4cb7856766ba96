using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using VmaTools.Format;

namespace VmaTools.Cli;

/// <summary>
/// The files of one salvage: disks, the reports beside them, and configs. Damage, or malice, may have made two names one; whoever comes
/// second gets a number.
/// </summary>
internal sealed class SalvageNames(string folder)
{
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The raw file of a device.</summary>
    public string For(VmaDevice device) => Take(
        SafeFileName.From(device.Name), device.DeviceId, name => VmaSalvage.FilesOf(Path.Combine(folder, name + ".incomplete.raw")));

    /// <summary>The file of a config.</summary>
    public string For(VmaConfig config) => Take(SafeFileName.From(config.Name), 2, name => [Path.Combine(folder, name)]);

    /// <summary>Takes the first of the names <c>name</c>, <c>name-2</c>, <c>name-3</c> … whose files are all free.</summary>
    private string Take(string name, int number, Func<string, IReadOnlyList<string>> filesOf)
    {
        IReadOnlyList<string> files = filesOf(name);
        for (; files.Any(_taken.Contains); number++)
        {
            files = filesOf(string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"));
        }

        _taken.UnionWith(files);
        return files[0];
    }
}
