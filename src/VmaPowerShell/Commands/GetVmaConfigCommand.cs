using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Gets the config texts of archives, such as qemu-server.conf.</summary>
[Cmdlet(VerbsCommon.Get, "VmaConfig", DefaultParameterSetName = PathSet, HelpUri = HelpLinks.Base + "Get-VmaConfig.md")]
[OutputType(typeof(VmaConfig), typeof(string), typeof(byte[]))]
public sealed class GetVmaConfigCommand : ArchiveReaderCmdlet
{
    /// <summary>Names of configs; wildcards are allowed.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConfigNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Gives each config's text as one string.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>Gives each config's bytes as one array.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Raw && AsByteStream)
        {
            ThrowTerminatingError(ErrorRecords.InvalidRange("Raw and AsByteStream exclude each other.", "Raw"));
        }
    }

    private protected override void ProcessArchive(VmaArchive archive)
    {
        foreach (VmaConfig config in Select(archive))
        {
            if (Raw)
            {
                WriteObject(config.Text);
            }
            else if (AsByteStream)
            {
                WriteObject(config.GetBytes(), enumerateCollection: false);
            }
            else
            {
                WriteObject(config);
            }
        }
    }

    private IEnumerable<VmaConfig> Select(VmaArchive archive)
    {
        foreach (string name in Name ?? [])
        {
            if (!Patterns.IsOne(name) && !archive.Configs.Any(c => Matches(c, name)))
            {
                WriteError(ErrorRecords.ConfigNotFound(archive.ArchivePath, name));
            }
        }

        return archive.Configs.Where(c => Name is null || Name.Any(n => Matches(c, n)));
    }

    private static bool Matches(VmaConfig config, string name) =>
        string.Equals(config.Name, name, StringComparison.OrdinalIgnoreCase)
        || Patterns.Get(name, WildcardOptions.IgnoreCase).IsMatch(config.Name);
}
