using System;
using System.IO;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Automation = System.Management.Automation.PowerShell;

namespace VmaTools.PowerShell.Tests.Hosting;

/// <summary>A runspace with the staged module's cmdlets, and a folder, for one test.</summary>
public abstract class Host : IDisposable
{
    private readonly Runspace _runspace;
    private readonly TempFolder _folder = new();

    protected Host()
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.ThrowOnRunspaceOpenError = true;
        foreach (Type type in new[] { typeof(GetVmaArchiveCommand), typeof(GetVmaDeviceCommand), typeof(ExportVmaDeviceCommand), typeof(ReadVmaDeviceCommand), typeof(TestVmaArchiveCommand), typeof(GetVmaExtentCommand) })
        {
            CmdletAttribute cmdlet = (CmdletAttribute)Attribute.GetCustomAttribute(type, typeof(CmdletAttribute))!;
            state.Commands.Add(new SessionStateCmdletEntry($"{cmdlet.VerbName}-{cmdlet.NounName}", type, null));
        }

        _runspace = RunspaceFactory.CreateRunspace(state);
        _runspace.Open();
    }

    protected string Folder => _folder.FullName;

    protected string Out => Path.Combine(Folder, "out");

    private protected Automation Shell()
    {
        Automation shell = Automation.Create();
        shell.Runspace = _runspace;
        return shell;
    }

    public void Dispose()
    {
        _runspace.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
