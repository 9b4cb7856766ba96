using System;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Reads archives to the end and tells everything that is wrong with them.</summary>
[Cmdlet(VerbsDiagnostic.Test, "VmaArchive", DefaultParameterSetName = "Path", HelpUri = HelpLinks.Base + "Test-VmaArchive.md")]
[OutputType(typeof(VmaTestResult), typeof(bool))]
public sealed class TestVmaArchiveCommand : ArchiveReaderCmdlet
{
    /// <summary>Gives a bool instead of a result.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>Hops from extent header to extent header and reads no data. On a compressed archive this saves nothing.</summary>
    [Parameter]
    public SwitchParameter StructureOnly { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputStream is { } stream)
        {
            Test(null, (progress, token) => VmaArchiveTest.Run(stream, StructureOnly, progress, token));
            return;
        }

        foreach (string file in Files())
        {
            ProcessFile(file);
        }
    }

    private protected override void ProcessFile(string file) =>
        Test(file, (progress, token) => VmaArchiveTest.Run(file, StructureOnly, progress, token));

    private protected override void ProcessArchive(VmaArchive archive) => throw new NotSupportedException();

    private void Test(string? file, Func<IProgress<VmaProgress>, System.Threading.CancellationToken, VmaTestResult> test)
    {
        bool hasVerdict = false;
        Attempt(file, () =>
        {
            VmaTestResult result = RunWithProgress($"Testing {file ?? "stream"}", test);
            hasVerdict = true;
            WriteObject(Quiet ? result.IsValid : (object)result);
        });
        if (!hasVerdict && Quiet)
        {
            WriteObject(false);
        }
    }
}
