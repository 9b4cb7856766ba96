using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>The devices that are salvaged in one run: all of one archive in one pass, once all are known.</summary>
/// <param name="cmdlet">Says how, asks, and hears what comes of it.</param>
/// <param name="names">The files.</param>
internal sealed class SalvageBatch(ExportVmaDeviceCommand cmdlet, OutputNames names)
{
    private readonly ExportVmaDeviceCommand _cmdlet = cmdlet;
    private readonly OutputNames _names = names;
    private readonly Dictionary<string, HashSet<int>?> _archives = [];
    private readonly TargetNames<VmaDevice> _files = new();

    /// <summary>Takes a device or an archive.</summary>
    /// <exception cref="VmaException">It came from a stream.</exception>
    public void Add(DeviceInput input)
    {
        string path = input.Path ?? throw new VmaException(
            VmaCodes.SourceNotReopenable, "The object came from a stream and has no path to reopen; only a file can be salvaged.");
        bool isKnown = _archives.TryGetValue(path, out HashSet<int>? ids);
        if (input.DeviceId is int id && (!isKnown || ids is not null))
        {
            (ids ??= []).Add(id);
            _archives[path] = ids;
        }
        else
        {
            _archives[path] = null;
        }
    }

    /// <summary>Salvages what was taken.</summary>
    public void Complete()
    {
        if (_names.AreOne && _archives.Count > 1)
        {
            _cmdlet.WriteError(ErrorRecords.From(
                new VmaException(
                    VmaCodes.SingleFileTarget,
                    $"The destination is one file, and what is left of {_archives.Count} archives would go there. Name a folder.",
                    _cmdlet.Path),
                _cmdlet.Path));
            return;
        }

        foreach (KeyValuePair<string, HashSet<int>?> item in _archives)
        {
            _cmdlet.Attempt(item.Key, () => Run(item.Key, item.Value));
        }
    }

    /// <summary>Salvages devices of one archive, in one pass.</summary>
    private void Run(string path, HashSet<int>? ids)
    {
        VmaSalvageOptions options = new()
        {
            Force = _cmdlet.Force,
            DeviceSizes = Sizes(),
            Manifest = _cmdlet.ManifestPath is null ? null : VmaManifest.Load(_cmdlet.ManifestPath),
            Open = _cmdlet.OpenOptions,
        };
        using VmaSalvage salvage = _cmdlet.RunWithProgress($"Searching {path}", (_, token) => VmaSalvage.Open(path, options, token));
        Dictionary<int, string> targets = [];
        VmaDevice[] devices = [.. _cmdlet.Filter.Select(salvage.Archive, _cmdlet.WriteError).Where(d => ids is null || ids.Contains(d.DeviceId))];
        _names.MustFit([.. devices.Select(static d => (d, (DevicePart?)null))]);
        foreach (VmaDevice device in devices)
        {
            _cmdlet.Attempt(device, () =>
            {
                string target = VmaSalvage.FileFor(_names.Claim(device));
                foreach (string file in VmaSalvage.FilesOf(target))
                {
                    Claim(file, device);
                    OutputFile.MustBeFree(file, _cmdlet.Force, path);
                }

                if (_cmdlet.ShouldProcess(target, $"Salvage {device.Name} ({BinarySize.Format(device.Size)})"))
                {
                    targets.Add(device.DeviceId, target);
                }
            });
        }

        if (targets.Count == 0)
        {
            return;
        }

        foreach (VmaSalvageReport report in _cmdlet.RunWithProgress($"Salvaging {path}", (progress, token) => salvage.Run(targets, progress, token)))
        {
            if (report.Error is { } error)
            {
                _cmdlet.WriteError(ErrorRecords.From(error, report.Name));
                continue;
            }

            _cmdlet.TellWritten(report.File);
            _cmdlet.WriteWarning($"{report.Summary}. Report: {report.TextPath}");
            if (_cmdlet.PassThru)
            {
                _cmdlet.WriteFile(report.File);
            }
        }
    }

    /// <summary>Names of devices that differ may lead to one file all the same; the device that had it first keeps it.</summary>
    private void Claim(string file, VmaDevice device)
    {
        if (_files.Claim(file, device) is { } other)
        {
            throw new VmaException(
                VmaCodes.OutputNameCollision,
                $"The device '{Printable.Short(other.Name)}' ({other.DeviceId}) of this run is salvaged to the same file; use {{id}} in -FileName.",
                file,
                null,
                device.Name);
        }
    }

    private Dictionary<int, long>? Sizes()
    {
        if (_cmdlet.DeviceSize is null)
        {
            return null;
        }

        Dictionary<int, long> sizes = [];
        foreach (DictionaryEntry entry in _cmdlet.DeviceSize)
        {
            bool isUsable = LanguagePrimitives.TryConvertTo(entry.Key, CultureInfo.InvariantCulture, out int id)
                & LanguagePrimitives.TryConvertTo(entry.Value, CultureInfo.InvariantCulture, out long size)
                && id is >= 1 and <= 254
                && size is > 0 and <= VmaDevice.MaxSize;
            if (!isUsable)
            {
                _cmdlet.ThrowTerminatingError(ErrorRecords.InvalidRange($"DeviceSize maps device numbers to bytes, as in @{{ 1 = 32GB }}; '{entry.Key} = {entry.Value}' does not.", nameof(ExportVmaDeviceCommand.DeviceSize)));
            }

            sizes[id] = size;
        }

        return sizes;
    }
}
