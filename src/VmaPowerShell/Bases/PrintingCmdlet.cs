using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>
/// The doors through which a cmdlet's texts reach the terminal. Names in archives are written by who made them, and may hold sequences that
/// move the cursor or turn lines around: whatever goes through here is printable.
/// </summary>
public abstract class PrintingCmdlet : PSCmdlet
{
    private protected PrintingCmdlet()
    {
    }

    internal new void WriteWarning(string text) => base.WriteWarning(Printable.Text(text));

    internal new void WriteVerbose(string text) => base.WriteVerbose(Printable.Text(text));

    internal new void WriteProgress(ProgressRecord record)
    {
        record.Activity = Printable.Text(record.Activity);
        base.WriteProgress(record);
    }

    internal new bool ShouldProcess(string target, string action) => base.ShouldProcess(Printable.Text(target), Printable.Text(action));

    internal new bool ShouldContinue(string query, string caption) => base.ShouldContinue(Printable.Text(query), Printable.Text(caption));

    internal new bool ShouldContinue(string query, string caption, ref bool yesToAll, ref bool noToAll) =>
        base.ShouldContinue(Printable.Text(query), Printable.Text(caption), ref yesToAll, ref noToAll);
}
