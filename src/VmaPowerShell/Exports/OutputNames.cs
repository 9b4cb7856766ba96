using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace VmaTools.PowerShell;

/// <summary>
/// The files that devices are exported to: a folder and a template, or one single file. Remembers what one run has used, so
/// that two sources never end in one file.
/// </summary>
internal sealed class OutputNames
{
    // What looks like one, as a date or a version in the name of a folder does not.
    private static readonly Regex Extension = new(@"^\.[A-Za-z][A-Za-z0-9]{0,4}$", RegexOptions.CultureInvariant);

    private static readonly Regex Placeholder = new(@"\{([^{}]*)\}", RegexOptions.CultureInvariant);

    private readonly string _destination;
    private readonly string _template;
    private readonly string _extension;
    private readonly bool _isSingleFile;
    private readonly TargetNames<string> _used = new();

    /// <param name="destination">Full path of a folder, or of one file where it ends in the extension of an image.</param>
    /// <param name="template">Relative path of a file without extension, with placeholders.</param>
    /// <param name="format">The format, which sets the extension.</param>
    /// <param name="isSingleFile">Whether the destination is a file.</param>
    /// <exception cref="FormatException">The template names an unknown placeholder or leads out of the folder.</exception>
    public OutputNames(string destination, string template, ImageFormat format, bool isSingleFile)
    {
        _destination = destination;
        _template = template;
        _extension = ExtensionOf(format);
        _isSingleFile = isSingleFile;
        Check(template);
    }

    /// <summary>Whether a destination means one file rather than a folder.</summary>
    public static bool IsSingleFile(string destination) =>
        !Directory.Exists(destination) && VmaExportOptions.FormatOf(Path.GetExtension(destination)) is not null;

    /// <summary>What is to be told where a destination looks like something else than it is taken for; null where nothing is.</summary>
    public static string? Doubt(string destination, ImageFormat format, bool isSingleFile)
    {
        string extension = Path.GetExtension(destination);
        if (isSingleFile)
        {
            return VmaExportOptions.FormatOf(extension) is { } named && named != format
                ? $"'{Printable.Short(Path.GetFileName(destination))}' has the extension of a {named} image, and a {format} image is written, as -Format says."
                : null;
        }

        return Extension.IsMatch(extension) && !Directory.Exists(destination)
            ? $"No image has the extension '{extension}': '{Printable.Short(Path.GetFileName(destination))}' is taken for a folder. A name that ends in .raw or .img is one file."
            : null;
    }

    /// <summary>Whether all goes to one file.</summary>
    public bool AreOne => _isSingleFile;

    /// <summary>Refuses several sources where the destination is one file, before anything is written to it.</summary>
    /// <exception cref="VmaException">They do not fit into it.</exception>
    public void MustFit(IReadOnlyList<(VmaDevice Device, DevicePart? Part)> sources)
    {
        const int Named = 8;
        if (_isSingleFile && sources.Count > 1)
        {
            string names = string.Join(", ", sources.Take(Named).Select(static s => Printable.Short(s.Part?.NameOn(s.Device) ?? s.Device.Name)));
            string more = sources.Count > Named ? $" and {sources.Count - Named} more" : string.Empty;
            throw new VmaException(
                VmaCodes.SingleFileTarget,
                $"The destination is one file, and {sources.Count} would go there: {names}{more}. Name a folder, or choose one of them (-Name, -Id).",
                _destination);
        }
    }

    /// <summary>The file for a device, or for a part of it; each is given out once.</summary>
    /// <exception cref="VmaException">Another source of this run has that file already.</exception>
    public string Claim(VmaDevice device, DevicePart? part = null)
    {
        string path = _isSingleFile ? _destination : Path.GetFullPath(Path.Combine(_destination, Expand(device, part)));
        if (_used.Claim(path, device.Name) is null)
        {
            return path;
        }

        throw _isSingleFile
            ? new VmaException(VmaCodes.SingleFileTarget, "The destination is one file, and a device went there already; name a folder.", path, null, device.Name)
            : new VmaException(
                VmaCodes.OutputNameCollision,
                $"Another device of this run goes to the same file by the template '{_template}'; use {{archive}}, {{vmid}} or {{id}} in it.",
                path,
                null,
                device.Name);
    }

    private static string ExtensionOf(ImageFormat format) => new VmaExportOptions { Format = format }.Extension;

    private static void Check(string template)
    {
        string[] known = ["archive", "device", "id", "vmid"];
        foreach (Match match in Placeholder.Matches(template))
        {
            if (!known.Contains(match.Groups[1].Value, StringComparer.OrdinalIgnoreCase))
            {
                throw new FormatException($"has the unknown placeholder {match.Value}; {{archive}}, {{device}}, {{id}} and {{vmid}} are known");
            }
        }

        string[] parts = template.Split('/', '\\');
        if (Path.IsPathRooted(template) || parts.Any(static p => p.Trim() is "" or "." or ".."))
        {
            throw new FormatException("is not a relative path within the destination");
        }
    }

    /// <summary>The file for a device or a part of it, relative to the destination.</summary>
    public string Expand(VmaDevice device, DevicePart? part = null)
    {
        BackupFileName archive = BackupFileName.Parse(device.GetArchive().FileName ?? "archive");
        string ValueOf(string placeholder) => placeholder.ToLowerInvariant() switch
        {
            "archive" => archive.BaseName,
            "device" => part is AssembledPart or UnallocatedPart ? part.NameOn(device) : device.Name,
            "id" => device.DeviceId.ToString(CultureInfo.InvariantCulture),
            _ => archive.VMId?.ToString(CultureInfo.InvariantCulture) ?? "unknown",
        };

        // Names from an archive are made safe one by one, then once more as part of the component they end up in.
        IEnumerable<string> parts = _template.Split('/', '\\')
            .Select(part => Placeholder.Replace(part, m => SafeFileName.From(ValueOf(m.Groups[1].Value))))
            .Select(SafeFileName.From);
        string extension = device.IsVmstate ? ExtensionOf(ImageFormat.Raw) : _extension;
        string suffix = part is PartitionPart partition ? "-p" + partition.Index.ToString(CultureInfo.InvariantCulture) : string.Empty;
        return Path.Combine([.. parts]) + suffix + extension;
    }
}
