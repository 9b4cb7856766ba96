using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using System.Threading;

namespace VmaTools.Cli.Files;

/// <summary><c>vma df</c></summary>
internal static class DfCommand
{
    private static readonly string[] Heads = ["Volume", "FS", "Label", "Bytes", "Used", "Free", "On", "State"];

    public static Command Create()
    {
        Argument<string> file = GuestArguments.Archive();
        Option<bool> noReplay = GuestArguments.NoReplay();
        Option<long> maxWindow = Arguments.MaxWindow();
        Command command = new("df", "Lists the volumes of the guest, and how full they are.") { file, noReplay, maxWindow };
        SecretArguments secretArguments = SecretArguments.AddTo(command, file);
        command.SetAction(parsed => Terminal.Run(token =>
        {
            using VolumeSecrets? secrets = secretArguments.Read(parsed);
            FileSystemOptions options = new() { NoReplay = parsed.GetValue(noReplay), Secrets = secrets };
            return Print(parsed.GetRequiredValue(file), parsed.GetValue(maxWindow), options, token);
        }));
        return command;
    }

    private static int Print(string file, long maxWindow, FileSystemOptions options, CancellationToken cancellationToken)
    {
        using VmaArchive archive = Terminal.OpenArchive(file, maxWindow, cancellationToken);
        using VmaGuest guest = GuestArguments.Open(archive, options, cancellationToken);
        List<string[]> rows = [Heads];
        IReadOnlyList<VmaVolume> volumes = guest.GetVolumes();
        foreach (VmaVolume volume in volumes)
        {
            rows.Add(
            [
                Printable.Text(volume.Id),
                volume.FileSystem ?? "-",
                volume.Label is { Length: > 0 } label ? Printable.Short(label) : "-",
                Number(volume.Size),
                Number(volume.UsedBytes),
                Number(volume.FreeBytes),
                Printable.Short(volume.MountPoint ?? volume.GuestDriveLetter ?? "-"),
                volume.State ?? "-",
            ]);
        }

        int[] widths = Heads.Select((_, i) => rows.Max(r => r[i].Length)).ToArray();
        foreach (string[] row in rows)
        {
            Terminal.Out.WriteLine(string.Join("  ", row.Select((cell, i) => i is >= 3 and <= 5 ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd());
        }

        foreach (string warning in guest.Warnings.Concat(volumes.SelectMany(static v => v.Warnings.Select(w => $"{v.Id}: {w}"))))
        {
            Terminal.PrintError("warning: " + warning);
        }

        foreach (VmaVolume volume in volumes.Where(static v => v.Refusal is not null))
        {
            Terminal.PrintError($"{volume.Id}: {volume.RefusalCode}: {volume.Refusal}");
        }

        return ExitCodes.Success;
    }

    private static string Number(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
