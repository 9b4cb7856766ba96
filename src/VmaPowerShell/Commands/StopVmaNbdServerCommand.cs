using System.Globalization;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Stops servers: hangs up on their clients and removes their sockets.</summary>
[Cmdlet(
    VerbsLifecycle.Stop,
    "VmaNbdServer",
    DefaultParameterSetName = InputObjectSet,
    SupportsShouldProcess = true,
    HelpUri = HelpLinks.Base + "Stop-VmaNbdServer.md")]
[OutputType(typeof(void))]
public sealed class StopVmaNbdServerCommand : VmaCmdlet
{
    private const string IdSet = "Id";

    /// <summary>Servers that Start-VmaNbdServer or Get-VmaNbdServer gave.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = InputObjectSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public VmaNbdServer[] InputObject { get; set; } = [];

    /// <summary>Numbers of servers.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdSet)]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(ServerIdCompleter))]
    public int[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (VmaNbdServer server in InputObject)
        {
            Stop(server);
        }

        foreach (int id in Id)
        {
            if (RunningServers.Find(id) is { } server)
            {
                Stop(server);
            }
            else
            {
                WriteError(ErrorRecords.ServerNotFound(id));
            }
        }
    }

    private void Stop(VmaNbdServer server)
    {
        string target = string.Format(CultureInfo.InvariantCulture, "Server {0} at {1}", server.ServerId, server.Uri);
        if (ShouldProcess(target, "Stop"))
        {
            server.Stop();
            RunningServers.Remove(server);
        }
    }
}
