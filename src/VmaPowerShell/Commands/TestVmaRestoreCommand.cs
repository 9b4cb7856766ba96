using System;
using System.Management.Automation;
using System.Threading;

namespace VmaTools.PowerShell;

/// <summary>Tests how far a restore would come: archive, volumes, system, and with Boot whether the guest starts.</summary>
[Cmdlet(VerbsDiagnostic.Test, "VmaRestore", DefaultParameterSetName = PathSet, HelpUri = HelpLinks.Base + "Test-VmaRestore.md")]
[OutputType(typeof(VmaRestoreTestResult), typeof(bool))]
public sealed class TestVmaRestoreCommand : ArchiveReaderCmdlet
{
    /// <summary>Starts the guest in qemu, without a window and without a network; what it writes goes to a file for the time.</summary>
    [Parameter]
    public SwitchParameter Boot { get; set; }

    /// <summary>How many seconds the guest may take to start.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int TimeoutSec { get; set; } = (int)new VmaBootOptions().Timeout.TotalSeconds;

    /// <summary>What the guest writes on its first serial port when it has started; a prompt to log in (login:) unless given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Until { get; set; }

    /// <summary>The emulator; qemu-system-x86_64 on the PATH unless given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? EmulatorPath { get; set; }

    /// <summary>The firmware of guests that start by UEFI (OVMF.fd); the one in a usual place unless given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? FirmwarePath { get; set; }

    /// <summary>A manifest to hold the archive against, as New-VmaManifest wrote it. It is only read.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ManifestPath { get; set; }

    /// <summary>Gives a bool instead of a result.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>The pass that proves the archive leaves the index by which its files are read.</summary>
    private protected override string? NewIndexOfPass => string.Empty;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        foreach (string name in new[] { nameof(TimeoutSec), nameof(Until), nameof(EmulatorPath), nameof(FirmwarePath) })
        {
            if (!Boot && MyInvocation.BoundParameters.ContainsKey(name))
            {
                ThrowTerminatingError(ErrorRecords.InvalidRange($"{name} says how the guest is started; that is done with Boot only.", name));
            }
        }

        ManifestPath = ManifestPath is null ? null : ResolveFile(ManifestPath);
        EmulatorPath = EmulatorPath is null ? null : ResolveFile(EmulatorPath);
        FirmwarePath = FirmwarePath is null ? null : ResolveFile(FirmwarePath);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputStream is { } stream)
        {
            Test(null, (progress, token) => VmaRestoreTest.Run(stream, Options(), progress, token));
            return;
        }

        foreach (string file in NamedFiles())
        {
            if (!IsPassedOver(file))
            {
                ProcessFile(file);
            }
        }
    }

    private protected override void ProcessFile(string file) => Test(file, (progress, token) => VmaRestoreTest.Run(file, Options(), progress, token));

    private protected override void ProcessArchive(VmaArchive archive) => throw new NotSupportedException();

    private VmaRestoreTestOptions Options() => new()
    {
        Open = OpenOptions,
        Manifest = ManifestPath is null ? null : VmaManifest.Load(ManifestPath),
        Boot = !Boot ? null : new VmaBootOptions
        {
            Timeout = TimeSpan.FromSeconds(TimeoutSec),
            Until = Until,
            EmulatorPath = EmulatorPath,
            FirmwarePath = FirmwarePath,
        },
    };

    private void Test(string? file, Func<IProgress<VmaProgress>, CancellationToken, VmaRestoreTestResult> test)
    {
        bool hasVerdict = false;
        Attempt(file, () =>
        {
            TellThreads(file ?? "stream");
            VmaRestoreTestResult result = RunWithProgress($"Testing {file ?? "stream"}", test);
            hasVerdict = true;
            WriteObject(Quiet ? result.IsPassed : (object)result);
        });
        if (!hasVerdict && Quiet)
        {
            WriteObject(false);
        }
    }
}
