using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Digests the contents of devices: all of one archive, by any number of algorithms, in one pass.</summary>
[Cmdlet(VerbsCommon.Get, "VmaDeviceHash", DefaultParameterSetName = PathSet, HelpUri = HelpLinks.Base + "Get-VmaDeviceHash.md")]
[OutputType(typeof(VmaHash), typeof(string))]
public sealed class GetVmaDeviceHashCommand : DevicePathCmdlet
{
    private readonly HashSet<int> _batch = [];
    private string? _batchPath;
    private OutputNames? _names;

    /// <summary>One or more algorithms.</summary>
    [Parameter]
    [ValidateSet(VmaHashAlgorithm.Md5, VmaHashAlgorithm.Sha1, VmaHashAlgorithm.Sha256, VmaHashAlgorithm.Sha384, VmaHashAlgorithm.Sha512)]
    public string[] Algorithm { get; set; } = [VmaHashAlgorithm.Sha256];

    /// <summary>Digests the archive as it is stored, too, in the same pass.</summary>
    [Parameter]
    public SwitchParameter IncludeArchive { get; set; }

    /// <summary>A folder for a scratch file, where clusters come far out of order in a pipe or a compressed archive.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SpillPath { get; set; }

    /// <summary>Gives lines that sha256sum -c and its like read, of the files that Export-VmaDevice would write.</summary>
    [Parameter]
    public SwitchParameter AsChecksumLine { get; set; }

    /// <summary>Template for the files' names in such lines, as Export-VmaDevice has it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string FileName { get; set; } = "{device}";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            _names = new OutputNames(string.Empty, FileName, ImageFormat.Raw, isSingleFile: false);
        }
        catch (FormatException exception)
        {
            ThrowTerminatingError(ErrorRecords.InvalidTemplate(FileName, exception.Message));
        }

        if (SpillPath is not null)
        {
            SpillPath = ResolveFile(SpillPath);
            if (!Directory.Exists(SpillPath))
            {
                ThrowTerminatingError(ErrorRecords.PathNotFound(SpillPath));
            }
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        DeviceFilter filter = Filter;
        if (InputStream is { } stream)
        {
            Attempt(stream, () => Write(RunWithProgress(
                "Digesting stream", (progress, token) => VmaHashing.Run(stream, filter.Includes, Options(), progress, token))));
            return;
        }

        foreach (DeviceInput input in Inputs())
        {
            if (_batchPath is not null && input.Path != _batchPath)
            {
                Flush();
            }

            Attempt(input.Path, () => Collect(input, filter));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Flush();

    private VmaHashOptions Options() => new() { Algorithms = Algorithm, IncludeArchive = IncludeArchive, SpillPath = SpillPath, Open = OpenOptions };

    private void Collect(DeviceInput input, DeviceFilter filter)
    {
        IReadOnlyList<VmaDevice> devices = input.Select(OpenArchive(input), filter, WriteError);
        if (input.Part is { } part)
        {
            foreach (VmaDevice device in devices)
            {
                WritePart(device, part);
            }

            return;
        }

        _batchPath = input.Path;
        _batch.UnionWith(devices.Select(static d => d.DeviceId));
    }

    /// <summary>Digests what was collected, in one pass over its archive.</summary>
    private void Flush()
    {
        if (_batchPath is not { } path)
        {
            return;
        }

        HashSet<int> ids = [.. _batch];
        _batch.Clear();
        _batchPath = null;
        if (ids.Count > 0 || IncludeArchive)
        {
            Attempt(path, () => Write(RunWithProgress(
                $"Digesting {path}", (progress, token) => VmaHashing.Run(path, d => ids.Contains(d.DeviceId), Options(), progress, token))));
        }
    }

    private void Write(VmaHashResult result)
    {
        foreach (VmaException error in result.Errors)
        {
            WriteError(ErrorRecords.From(error, error.Path));
        }

        foreach (VmaHash hash in result.Hashes)
        {
            Write(hash, result.Pass.Devices.FirstOrDefault(d => d.Device.DeviceId == hash.DeviceId)?.Device, null);
        }

        // Damage elsewhere in the archive must not go unheard.
        VmaFinding? damage = result.Pass.Findings.FirstOrDefault(static f => f.Severity == VmaSeverity.Error);
        if (result.Errors.Count == 0 && damage is not null)
        {
            WriteFinding(damage, result.Pass.ArchivePath);
        }
    }

    private void WritePart(VmaDevice device, DevicePart part)
    {
        IReadOnlyList<string> hashes = RunWithProgress($"Digesting {part.Describe(device)}", (progress, token) =>
        {
            using Stream stream = part.OpenRead(device, progress, token);
            return VmaHashing.Digest(stream, Algorithm, token);
        });
        TellOfIndex(device.GetArchive());
        string name = part.NameOn(device);
        foreach ((string algorithm, string hash) in Algorithm.Distinct(StringComparer.OrdinalIgnoreCase).Zip(hashes, static (a, h) => (a.ToUpperInvariant(), h)))
        {
            Write(new VmaHash(algorithm, hash, device.ArchivePath, name, device.DeviceId, part.Size), device, part);
        }
    }

    private void Write(VmaHash hash, VmaDevice? device, DevicePart? part)
    {
        if (!AsChecksumLine)
        {
            WriteObject(hash);
            return;
        }

        string file = device is null
            ? hash.ArchivePath is { } path ? VmaAddresses.FileNameOf(path) : "-"
            : _names!.Expand(device, part).Replace('\\', '/');
        WriteObject(hash.ToChecksumLine(file, withAlgorithm: Algorithm.Length > 1));
    }
}
