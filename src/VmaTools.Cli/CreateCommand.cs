using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;

namespace VmaTools.Cli;

/// <summary><c>vma create</c></summary>
internal static class CreateCommand
{
    private const string FormatPrefix = "format=";

    public static Command Create()
    {
        Argument<string> file = new("file") { Description = "The archive to write; its suffix (.zst, .gz) tells how it is compressed; '-' for standard output." };
        Argument<string[]> older = new("name=path") { Description = "Disks, as older versions have them.", Arity = ArgumentArity.ZeroOrMore };
        Option<string[]> configs = new("-c") { Description = "A config file to put in, under its name.", HelpName = "config" };
        Option<string[]> drives = new("-d") { Description = "A disk to put in: a file or block device, raw or an image (qcow2, vhdx, vpc, vmdk, vdi).", HelpName = "[format=raw:]name=path" };
        Option<string?> uuid = new("--uuid") { Description = "The archive's uuid, so that the same input gives the same bytes.", HelpName = "uuid" };
        Option<string?> ctime = new("--ctime")
        {
            Description = "When it is said to have been made: seconds since 1970, or a time such as 2026-11-20T02:00:03Z.",
            HelpName = "time",
        };
        Option<int?> level = new("--level") { Description = "How hard to compress: 1 to 19 for zst (3), 1 to 9 for gz (6).", HelpName = "level" };
        Option<bool> verbose = Arguments.Verbose();
        Command command = new("create", "Makes an archive of configs and disks. It never replaces a file.")
        {
            verbose, configs, file, drives, older, uuid, ctime, level,
        };
        Arguments.Validate(command, result =>
        {
            if (result.GetValue(ctime) is { } text && ParseTime(text) is null)
            {
                result.AddError($"'{text}' is no time.");
            }

            if (result.GetValue(file) is { } target
                && Compressors.Check(target, result.GetValue(level)) is { } problem)
            {
                result.AddError(problem);
            }
        });
        command.SetAction(parsed => Terminal.Run(
            token =>
            {
                string target = parsed.GetRequiredValue(file);
                VmaCompressor? compressor = Compressors.For(target, parsed.GetValue(level));
                using VmaCreation creation = new(new VmaCreationOptions
                {
                    Uuid = parsed.GetValue(uuid),
                    CreationTime = parsed.GetValue(ctime) is { } time ? ParseTime(time) : null,
                    Compressor = compressor,
                });
                foreach (string config in parsed.GetValue(configs) ?? [])
                {
                    creation.AddConfig(Path.GetFileName(config), Terminal.Await(() => ReadConfig(config), token));
                }

                foreach (string drive in parsed.GetValue(drives) ?? [])
                {
                    AddDrive(creation, drive, token);
                }

                string[] old = parsed.GetValue(older) ?? [];
                if (old.Length > 0)
                {
                    Terminal.PrintError("warning: disks are named with -d format=raw:name=path now");
                }

                foreach (string drive in old)
                {
                    AddDisk(creation, drive, null, token);
                }

                return Run(creation, target, compressor, parsed.GetValue(verbose), token);
            }));
        return command;
    }

    private static int Run(VmaCreation creation, string target, VmaCompressor? compressor, bool isVerbose, CancellationToken cancellationToken)
    {
        CreationReport? report = isVerbose ? new CreationReport(creation) : null;
        if (isVerbose && compressor is not null)
        {
            Terminal.Error.WriteLine($"compressed by {compressor.Description}");
        }

        VmaCreationResult result;
        if (target == "-")
        {
            PrintWarnings(creation.CheckSources());
            using Stream output = StandardStreams.OpenData();

            // A pipe may be one that nobody reads from any more.
            result = Terminal.Await(() => creation.Run(output, report, cancellationToken), cancellationToken);
        }
        else
        {
            PrintWarnings(creation.CheckTarget(target));
            result = creation.Run(target, report, cancellationToken);
        }

        if (isVerbose)
        {
            CreationReport.PrintTotals(result);
        }

        return ExitCodes.Success;
    }

    private static void PrintWarnings(IEnumerable<string> warnings)
    {
        foreach (string warning in warnings)
        {
            Terminal.PrintError($"warning: {warning}");
        }
    }

    /// <summary>A config, from a file or a pipe: one byte more than fits is enough to be refused.</summary>
    private static byte[] ReadConfig(string path)
    {
        using FileStream stream = File.OpenRead(path);
        byte[] bytes = new byte[VmaCreation.MaxConfigSize + 1];
        int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..read];
    }

    /// <summary><c>[format=qcow2:]name=path</c></summary>
    private static void AddDrive(VmaCreation creation, string drive, CancellationToken cancellationToken)
    {
        ImageFormat? format = null;
        if (drive.StartsWith(FormatPrefix, StringComparison.Ordinal))
        {
            int end = drive.IndexOf(':');
            if (end < 0)
            {
                throw new VmaException(VmaCodes.MapInvalid, $"'{Printable.Short(drive)}' has a format, and no disk behind it: [format=raw:]name=path is meant.");
            }

            format = ParseFormat(drive.Substring(FormatPrefix.Length, end - FormatPrefix.Length));
            drive = drive.Substring(end + 1);
        }

        AddDisk(creation, drive, format, cancellationToken);
    }

    /// <summary><c>name=path</c>, or a path alone, whose disk is numbered.</summary>
    private static void AddDisk(VmaCreation creation, string disk, ImageFormat? format, CancellationToken cancellationToken)
    {
        int equals = disk.IndexOf('=');
        string name = equals > 0
            ? disk.Substring(0, equals)
            : string.Create(CultureInfo.InvariantCulture, $"disk{creation.DeviceNames.Count}");
        string path = disk.Substring(equals + 1);
        creation.AddImage(name, Terminal.Await(() => VmaImage.Open(format is null ? DiskOf(path) : path, format), cancellationToken));
    }

    /// <summary>The image that a path stands for: of an OVF or a VMX the one disk that it names.</summary>
    private static string DiskOf(string path)
    {
        if (!MachineDescription.IsNamedLikeOne(path))
        {
            return path;
        }

        IReadOnlyList<MachineDisk> disks = MachineDescription.Open(path).Disks;
        return disks.Count == 1
            ? disks[0].DiskPath
            : throw new VmaException(
                VmaCodes.MachineDescriptionInvalid,
                disks.Count == 0
                    ? "This describes a VM without disks."
                    : $"This describes a VM with {disks.Count} disks, and one is named here; give each by its own file: {string.Join(", ", disks.Select(static d => Printable.Short(Path.GetFileName(d.DiskPath))))}.",
                path);
    }

    /// <summary>The names that QEMU has for formats.</summary>
    private static ImageFormat ParseFormat(string name) => name switch
    {
        "raw" or "host_device" => ImageFormat.Raw,
        "qcow2" => ImageFormat.Qcow2,
        "vhdx" => ImageFormat.Vhdx,
        "vpc" or "vhd" => ImageFormat.Vhd,
        "vmdk" => ImageFormat.Vmdk,
        "vdi" => ImageFormat.Vdi,
        _ => throw new VmaException(VmaCodes.MapInvalid, $"There is no disk format '{name}' here: raw, qcow2, vhdx, vpc, vmdk and vdi are read."),
    };

    private static DateTime? ParseTime(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds))
        {
            return seconds >= -62_135_596_800 && seconds <= 253_402_300_799 ? DateTime.UnixEpoch.AddSeconds(seconds) : null;
        }

        return DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out DateTime time) ? time : null;
    }
}
