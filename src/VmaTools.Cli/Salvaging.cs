using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;

namespace VmaTools.Cli;

/// <summary><c>vma extract --salvage</c></summary>
internal static class Salvaging
{
    /// <summary>The command that salvages what an ordinary extraction gave up.</summary>
    /// <param name="file">The archive.</param>
    /// <param name="folder">Where the extraction went; salvage goes beside it.</param>
    /// <param name="names">The devices; null for all, and where the header that names them is lost.</param>
    public static string CommandFor(string file, string folder, string[]? names) =>
        $"vma extract --salvage {Quote(file)} {Quote(folder.TrimEnd('/', '\\') + "-salvaged")}"
            + (names is null ? string.Empty : $" -d {Quote(string.Join(',', names))}");

    /// <summary>Whether an archive is a file, of which more than a pass over it can be had.</summary>
    public static bool IsFor(string file) => file != "-" && !VmaAddresses.IsAddress(file);

    /// <summary>Gets what is left of the devices named, or of all, into a new folder.</summary>
    public static int Run(string file, string folder, string[]? names, long maxWindow, CancellationToken cancellationToken)
    {
        if (file == "-")
        {
            throw new VmaException(VmaCodes.SourceNotReopenable, "Only a file can be salvaged, no pipe: it may have to be read twice.");
        }

        VmaSalvageOptions options = new() { Open = new VmaOpenOptions { MaxWindowSize = maxWindow, Addresses = RemoteArguments.Addresses } };
        using VmaSalvage salvage = Terminal.Await(() => VmaSalvage.Open(file, options, cancellationToken), cancellationToken);
        if (names?.FirstOrDefault(n => salvage.Archive.FindDevice(n) is null) is { } unknown)
        {
            throw new VmaException(VmaCodes.ItemNotFound, $"The archive has no device '{unknown}'.", file);
        }

        OutputFolder.MustBeNew(folder);
        SalvageNames files = new(Path.GetFullPath(folder));
        Dictionary<int, string> targets = salvage.Archive.Devices
            .Where(d => names is null || names.Contains(d.Name))
            .ToDictionary(static d => d.DeviceId, files.For);
        List<(VmaConfig Config, string Path)> configs = [.. salvage.Archive.Configs.Select(c => (c, files.For(c)))];
        OutputFolder.Create(folder, salvage.Archive);
        foreach ((VmaConfig config, string path) in configs)
        {
            config.Save(path);
        }

        int code = ExitCodes.Success;
        IReadOnlyList<VmaSalvageReport> reports = salvage.Run(targets, null, cancellationToken);
        foreach (VmaFinding rest in reports.Take(1).SelectMany(static r => r.Findings).Where(static f => f.Code is VmaCodes.RestUnreadable or VmaCodes.DecodedBehindDamage))
        {
            Terminal.PrintFinding(rest);
        }

        foreach (VmaSalvageReport report in reports)
        {
            if (report.Error is { } error)
            {
                Terminal.PrintError($"{error.Code}: {error.Message}");
                code = ExitCodes.Failure;
                continue;
            }

            Terminal.Out.WriteLine(report.Summary);
            code = report.LostBytes > 0 || report.Findings.Any(static f => f.Severity == VmaSeverity.Error) ? ExitCodes.Failure : code;
        }

        return code;
    }

    /// <summary>A word for a shell of Unix; what needs no quotes gets none.</summary>
    private static string Quote(string text) => text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ':' or '\\')
        ? text
        : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
