using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Gets the VMs that archives hold: hardware, disks and where each is in the archive, networks.</summary>
[Cmdlet(VerbsCommon.Get, "VmaVM", DefaultParameterSetName = PathSet, HelpUri = HelpLinks.Base + "Get-VmaVM.md")]
[OutputType(typeof(VmaVM))]
public sealed class GetVmaVMCommand : ArchiveReaderCmdlet
{
    private const string ConfigPathSet = "ConfigPath";

    /// <summary>Configuration files such as 101.conf; wildcards are expanded.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ConfigPathSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] ConfigPath { get; set; } = [];

    /// <summary>A config of Get-VmaConfig. Those that describe no VM, such as firewall rules, are passed over.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputObjectSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public VmaConfig? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case InputObjectSet:
                ProcessConfig(InputObject!);
                break;
            case ConfigPathSet:
                foreach (string file in SourcePaths.Files.Resolve(SessionState, ConfigPath, areLiteral: false, WriteError))
                {
                    Attempt(file, () => WriteObject(VmaVM.Load(file)));
                }

                break;
            default:
                base.ProcessRecord();
                break;
        }
    }

    private protected override void ProcessArchive(VmaArchive archive)
    {
        if (VmaVM.From(archive) is { } machine)
        {
            WriteObject(machine);
        }
        else
        {
            WriteError(ErrorRecords.ConfigNotFound(archive.ArchivePath, VmaVM.ConfigName));
        }
    }

    private void ProcessConfig(VmaConfig config)
    {
        if (config.Name != VmaVM.ConfigName)
        {
            WriteVerbose($"'{config.Name}' describes no VM.");
        }
        else if (config.ArchivePath is { } path)
        {
            ProcessFile(path);
        }
        else
        {
            WriteObject(VmaVM.From(config.GetBytes()));
        }
    }
}
