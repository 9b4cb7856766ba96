using System;
using System.Globalization;
using System.Linq;

namespace VmaTools.Cli;

/// <summary>What an archive holds, in the lines that scripts know.</summary>
internal static class Listing
{
    public static void Print(VmaArchive archive)
    {
        foreach (VmaConfig config in archive.Configs)
        {
            Print($"CFG: size: {config.Size} name: {Printable.Text(config.Name)}");
        }

        foreach (VmaDevice device in archive.Devices)
        {
            Print(device.IsVmstate
                ? $"VMSTATE: dev_id={device.DeviceId} memory: {device.Size}"
                : (FormattableString)$"DEV: dev_id={device.DeviceId} size: {device.Size} devname: {Printable.Text(device.Name)}");
        }

        // As ctime(3) has it: local time, the day padded with a space.
        DateTime time = archive.CreationTime.ToLocalTime();
        string day = time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2);
        Terminal.Out.WriteLine(time.ToString($"'CTIME: 'ddd MMM '{day}' HH:mm:ss yyyy", CultureInfo.InvariantCulture));
    }

    /// <summary>Prints what is wrong with the header.</summary>
    /// <returns>The exit code that this alone makes.</returns>
    public static int PrintHeaderFindings(VmaArchive archive)
    {
        foreach (VmaFinding finding in archive.HeaderFindings)
        {
            Terminal.PrintFinding(finding);
        }

        return archive.HeaderFindings.Any(static f => f.Severity == VmaSeverity.Error) ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static void Print(FormattableString line) => Terminal.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
