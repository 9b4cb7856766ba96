using System;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Writes an archive of disks and configs.</summary>
[Cmdlet(
    VerbsCommon.New,
    "VmaArchive",
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Low,
    HelpUri = HelpLinks.Base + "New-VmaArchive.md")]
[OutputType(typeof(VmaArchive))]
public sealed class NewVmaArchiveCommand : ArchiveWriterCmdlet
{
    private VmaCreation? _creation;
    private CreationInput? _input;
    private string _target = string.Empty;
    private bool _hasInput;

    /// <summary>Disks, in order: raw files, disk images, an OVF or a VMX for those it names, block devices, streams, devices, partitions, volumes, archives. None for a VM without disks.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>Names for the devices, in order, such as drive-scsi0.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>The format of the files given; told by their bytes unless given. Raw takes them as they are.</summary>
    [Parameter]
    public ImageFormat? Format { get; set; }

    /// <summary>Configs: files, or what Get-VmaConfig gives.</summary>
    [Parameter]
    [ValidateNotNull]
    public PSObject[] Config { get; set; } = [];

    /// <summary>The VM's number, for the name.</summary>
    [Parameter]
    [ValidateRange(100, 999_999_999)]
    public int VMId { get; set; }

    /// <summary>The time in the name: now unless given.</summary>
    [Parameter]
    public DateTime Time { get; set; } = DateTime.Now;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RefuseSource(InputObject, Path);
        string destination = ResolveFile(Path);
        string compression = CompressionFor(destination);
        bool isNamed = IsFile(destination);
        if (!isNamed && VMId == 0)
        {
            ThrowTerminatingError(ErrorRecords.InvalidRange(
                "In a folder the archive is named after the VM: give VMId, or a name that ends in .vma, .vma.zst or .vma.gz.", nameof(VMId)));
        }

        OrStop(destination, () =>
        {
            _target = isNamed ? destination : System.IO.Path.Combine(destination, BackupFileName.Create(VMId, Time, compression));
            _creation = new VmaCreation(OptionsFor(compression));
            _input = new CreationInput(_creation, SessionState, Archives, Name, OpenOptions, ThrowTerminatingError) { Format = Format };
            foreach (PSObject config in Config)
            {
                _input.AddConfig(config);
            }
        });
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _hasInput = true;
        foreach (PSObject item in InputObject)
        {
            OrStop(item.BaseObject, () => _input!.AddDisk(item));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Attempt(_target, () =>
    {
        if (MyInvocation.ExpectingInput && !_hasInput)
        {
            // Whatever was to give the disks gave none: an archive without them would pass for a backup.
            ThrowTerminatingError(ErrorRecords.NothingPiped());
        }

        if (_input!.Complete())
        {
            WriteVerbose("The config maps a disk for the variables of UEFI, and none was given: an empty one is put in.");
        }

        Write(
            _creation!,
            _target,
            $"Write an archive of {_creation!.DeviceNames.Count} device(s)",
            (progress, token) => _creation.Run(_target, progress, token));
        foreach (VmaArchive archive in _input.Archives)
        {
            TellOfIndex(archive);
        }
    });

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _creation?.Dispose();
        }

        base.Dispose(disposing);
    }
}
