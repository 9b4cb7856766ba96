using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Tells how much of devices is stored, zero and missing, and where.</summary>
[Cmdlet(
    VerbsDiagnostic.Measure,
    "VmaDevice",
    DefaultParameterSetName = PathSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Low,
    HelpUri = HelpLinks.Base + "Measure-VmaDevice.md")]
[OutputType(typeof(VmaDeviceMeasure), typeof(VmaDeviceRange))]
public sealed class MeasureVmaDeviceCommand : DeviceReaderCmdlet
{
    private readonly List<VmaDeviceMeasure> _measures = [];
    private VmaArchive? _archive;
    private IReadOnlyList<VmaDeviceMeasure> _ofArchive = [];

    /// <summary>Gives the ranges that are stored, zero or missing, one by one, instead of figures.</summary>
    [Parameter]
    public SwitchParameter AsRange { get; set; }

    /// <summary>Writes a picture of all devices measured to this file, as SVG.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SvgPath { get; set; }

    /// <summary>Replaces a picture that exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        SvgPath = SvgPath is null ? null : ResolveFile(SvgPath);
        if (SvgPath is { } path)
        {
            OrStop(path, () => OutputFile.MustBeFree(path, Force));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (SvgPath is { } path && _measures.Count > 0 && ShouldProcess(path, $"Write a picture of {_measures.Count} device(s)"))
        {
            Attempt(path, () =>
            {
                VmaDeviceMeasure.SaveSvg(path, _measures, Force);
                TellWritten(path);
            });
        }
    }

    private protected override void ProcessDevice(VmaDevice device, DevicePart? part)
    {
        if (part is AssembledPart)
        {
            WriteError(ErrorRecords.InvalidInput(part.Describe(device), "is put together, and its devices are what can be measured"));
            return;
        }

        // All devices of an archive are measured at once; whoever asks for the next one gets it for nothing.
        bool isKnown = _archive is not null && (_archive == device.GetArchive() || (device.ArchivePath is not null && device.ArchivePath == _archive.ArchivePath));
        if (!isKnown)
        {
            _ofArchive = RunWithProgress($"Measuring {device.ArchivePath}", (progress, token) => VmaDeviceMeasure.Run(device.GetArchive(), progress, token));
            _archive = device.GetArchive();
            TellOfIndex(device.GetArchive());
        }

        VmaDeviceMeasure measure = _ofArchive.FirstOrDefault(m => m.DeviceId == device.DeviceId)
            ?? throw new VmaFormatException(VmaCodes.DeviceSizeInvalid, "The device claims a size that no device can have.", device.ArchivePath, null, device.Name);
        _measures.Add(measure);
        if (!AsRange)
        {
            WriteObject(measure);
            return;
        }

        foreach (VmaDeviceRange range in measure.Ranges())
        {
            CancellationToken.ThrowIfCancellationRequested();
            WriteObject(range);
        }
    }
}
