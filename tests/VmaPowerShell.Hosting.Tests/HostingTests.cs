using Xunit;

namespace VmaTools.PowerShell.Hosting.Tests;

/// <summary>Says whether the tests beside it were compiled.</summary>
public class HostingTests
{
    [Fact]
    public void Cmdlets_are_hosted_in_process()
    {
#if !POWERSHELL
        Assert.Skip(
            "Built without PowerShell's assemblies: no pwsh on PATH that fits this .NET. Build with -p:UsePowerShellSdk=true, or with -p:PowerShellHome=<folder> or VMATOOLS_POWERSHELL_HOME.");
#endif
    }
}
