using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Lists the servers that this PowerShell runs.</summary>
[Cmdlet(VerbsCommon.Get, "VmaNbdServer", HelpUri = HelpLinks.Base + "Get-VmaNbdServer.md")]
[OutputType(typeof(VmaNbdServer))]
public sealed class GetVmaNbdServerCommand : VmaCmdlet
{
    /// <summary>Numbers of servers.</summary>
    [Parameter(Position = 0)]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(ServerIdCompleter))]
    public int[]? Id { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Id is null)
        {
            WriteObject(RunningServers.All(), enumerateCollection: true);
            return;
        }

        foreach (int id in Id)
        {
            if (RunningServers.Find(id) is { } server)
            {
                WriteObject(server);
            }
            else
            {
                WriteError(ErrorRecords.ServerNotFound(id));
            }
        }
    }
}
