using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;

namespace VmaTools.Cli;

/// <summary><c>vma extract</c></summary>
internal static class ExtractCommand
{
    private const string VmstateFile = "vmstate.bin";

    public static Command Create()
    {
        Argument<string> file = Arguments.File();
        Option<long> maxWindow = Arguments.MaxWindow();
        Argument<string> folder = new("dir") { Description = "The folder to extract to; it must not exist." };
        Option<bool> verbose = Arguments.Verbose();
        Option<string?> drives = new("-d") { Description = "Only these devices, separated by commas.", HelpName = "drive-list" };
        Option<string?> map = new("-r")
        {
            Description = "A file or fifo that tells, after the list is printed, which existing file or block device each device is written over: "
                + "lines '{0|1}:<device>=<path>' (1: write zeros too) or 'skip=<device>', then 'done'.",
            HelpName = "map",
        };
        Option<ImageFormat> format = new("--format") { Description = "The kind of image to write.", DefaultValueFactory = _ => ImageFormat.Raw };
        Option<bool> isFixed = new("--fixed") { Description = "Allocate every block of a VHD or VHDX in advance." };
        Option<VmdkSubformat> subformat = new("--subformat") { Description = "The layout of a VMDK." };
        Option<bool> salvage = new("--salvage")
        {
            Description = "Get what is left out of a damaged archive: files <device>.incomplete.raw, zeros where data is lost, and a report beside each.",
        };
        Option<bool> allowUnproven = new("--allow-unproven")
        {
            Description = "Extract disks that came whole although the compressed stream is damaged and no checksum of it covers them.",
        };
        Option<bool> index = Arguments.NewIndex();
        Command command = new("extract", "Extracts configs and disks. A disk gets its name only when it came whole.")
        {
            file, folder, verbose, drives, map, format, isFixed, subformat, salvage, allowUnproven, index, maxWindow,
        };
        Arguments.Validate(command, result =>
        {
            // Numbers are taken for kinds, too.
            if (!Enum.IsDefined(result.GetValue(format)) || !Enum.IsDefined(result.GetValue(subformat)))
            {
                result.AddError("There is no such kind of image.");
            }

            if (result.GetValue(map) is not null && result.GetValue(format) != ImageFormat.Raw)
            {
                result.AddError("-r writes raw only; --format does not go with it.");
            }

            if (result.GetValue(map) is "")
            {
                result.AddError("-r needs the name of a file.");
            }

            if (result.GetValue(salvage) && (result.GetValue(map) is not null || result.GetValue(format) != ImageFormat.Raw))
            {
                result.AddError("--salvage writes raw files to a folder; -r and --format do not go with it.");
            }

            if (result.GetValue(salvage) && result.GetValue(index))
            {
                result.AddError("What is damaged gets no index by the way; --index does not go with --salvage.");
            }
        });
        Arguments.TakeOneFromInput(command, file);
        command.SetAction(parsed => Terminal.Run(
            token =>
            {
                if (parsed.GetValue(salvage))
                {
                    return Salvaging.Run(
                        parsed.GetRequiredValue(file),
                        parsed.GetRequiredValue(folder),
                        Names(parsed.GetValue(drives)),
                        parsed.GetValue(maxWindow),
                        token);
                }

                Extraction extraction = new(
                    parsed.GetRequiredValue(folder),
                    Names(parsed.GetValue(drives)),
                    parsed.GetValue(map),
                    parsed.GetValue(index),
                    new VmaExportOptions
                    {
                        Format = parsed.GetValue(format),
                        IsFixed = parsed.GetValue(isFixed),
                        VmdkSubformat = parsed.GetValue(subformat),
                        AllowUnproven = parsed.GetValue(allowUnproven),
                    });
                return extraction.Run(parsed.GetRequiredValue(file), parsed.GetValue(maxWindow), parsed.GetValue(verbose), token);
            }));
        return command;
    }

    private static string[]? Names(string? list) => list?.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private sealed class Extraction(string folder, string[]? names, string? mapPath, bool makesIndex, VmaExportOptions options)
    {
        private readonly TargetNames<string> _files = new();

        public int Run(string file, long maxWindow, bool isVerbose, CancellationToken cancellationToken)
        {
            using VmaArchive archive = OpenOrHint(file, maxWindow, cancellationToken);
            List<VmaDevice> devices = Select(archive);
            Dictionary<VmaConfig, string> configFiles = archive.Configs.ToDictionary(c => c, c => Claim(c.Name, SafeFileName.From(c.Name)));
            foreach (VmaDevice device in devices)
            {
                Claim(device.Name, TemporaryFile(device));
                Claim(device.Name, DiskFile(device));
            }

            OutputFolder.Create(folder, archive);
            foreach (VmaConfig config in archive.Configs)
            {
                config.Save(Path.Combine(folder, configFiles[config]));
            }

            VmaExport export = new(archive, options);
            if (mapPath is null)
            {
                AddFiles(export, devices);
            }
            else
            {
                AddMapped(export, archive, devices, cancellationToken);
            }

            foreach (string warning in export.CheckRoom())
            {
                Terminal.PrintError($"warning: {warning}");
            }

            VmaExportResult result = export.Run(isVerbose ? new Report(archive) : null, null, cancellationToken);
            if (isVerbose)
            {
                Report.PrintTotals(result.Pass);
            }

            Report.PrintNewIndex(result.Pass);
            int code = PrintOutcome(result);
            if (result.Outputs.Any(static o => o.Error is not null && o.Result.IsOnlyUnproven) && !options.AllowUnproven)
            {
                Terminal.PrintError("to take unproven disks as they are: --allow-unproven");
            }

            if (result.Outputs.Any(static o => o.Error is not null && !o.Result.IsWhole) && Salvaging.IsFor(file))
            {
                Terminal.PrintError($"to salvage what is left: {Salvaging.CommandFor(file, folder, names)}");
            }

            return code;
        }

        private VmaArchive OpenOrHint(string file, long maxWindow, CancellationToken cancellationToken)
        {
            try
            {
                return Terminal.OpenArchive(file, maxWindow, cancellationToken, makesIndex ? string.Empty : null);
            }
            catch (VmaException exception) when (VmaSalvage.MayHelp(exception) && Salvaging.IsFor(file))
            {
                throw new VmaException(
                    exception.Code,
                    $"{exception.Sentence} To salvage what is left: {Salvaging.CommandFor(file, folder, null)}",
                    exception.Path,
                    exception.Offset,
                    exception.Device,
                    exception);
            }
        }

        private static int PrintOutcome(VmaExportResult result)
        {
            int code = Report.PrintFindings(result.Pass);
            foreach (VmaExportOutput output in result.Outputs)
            {
                foreach (string note in output.Notes)
                {
                    Terminal.PrintError($"{output.Path}: {note}");
                }

                if (output.Error is { } error)
                {
                    Terminal.PrintError($"{error.Code}: {error.Message}");
                    code = ExitCodes.Failure;
                }
            }

            return code;
        }

        /// <summary>The devices asked for. A guest's memory always comes along, as Proxmox has it.</summary>
        private List<VmaDevice> Select(VmaArchive archive)
        {
            foreach (string name in names ?? [])
            {
                if (archive.FindDevice(name) is null)
                {
                    throw new VmaException(VmaCodes.ItemNotFound, $"The archive has no device '{name}'.", archive.ArchivePath);
                }
            }

            return [.. archive.Devices.Where(d => names is null || d.IsVmstate || names.Contains(d.Name))];
        }

        private void AddFiles(VmaExport export, List<VmaDevice> devices)
        {
            foreach (VmaDevice device in devices)
            {
                string path = Path.Combine(folder, DiskFile(device));
                if (device.IsVmstate)
                {
                    export.Add(device, path);
                    continue;
                }

                string temporary = Path.Combine(folder, TemporaryFile(device));
                Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"DEVINFO {temporary} {device.Size}"));
                export.Add(device, path, temporary);
            }
        }

        private Dictionary<string, RestoreTarget> ReadMap()
        {
            using StreamReader reader = new(mapPath!);
            return RestoreMap.Read(reader);
        }

        private void AddMapped(VmaExport export, VmaArchive archive, List<VmaDevice> devices, CancellationToken cancellationToken)
        {
            Listing.Print(archive);
            Dictionary<string, RestoreTarget> map = Terminal.Await(ReadMap, cancellationToken);

            foreach (VmaDevice device in devices)
            {
                if (device.IsVmstate)
                {
                    export.Add(device, Path.Combine(folder, VmstateFile));
                    continue;
                }

                if (!map.TryGetValue(device.Name, out RestoreTarget? target))
                {
                    throw new VmaException(VmaCodes.MapInvalid, $"no device name mapping for {device.Name}", mapPath);
                }

                if (target.Path is not null)
                {
                    export.AddExisting(device, target.Path, target.WritesZeros, target.BytesPerSecond);
                }
            }
        }

        /// <summary>Takes a file name in the folder; names from an archive must not get into each other's way, nor into a disk's.</summary>
        private string Claim(string name, string fileName)
        {
            if (_files.Claim(Path.Combine(Path.GetFullPath(folder), fileName), name) is { } other)
            {
                throw new VmaException(
                    VmaCodes.OutputNameCollision,
                    $"'{Printable.Text(other)}' and '{Printable.Text(name)}' would both be extracted to '{fileName}'.");
            }

            return fileName;
        }

        private string DiskFile(VmaDevice device) =>
            device.IsVmstate ? VmstateFile : $"disk-{SafeFileName.From(device.Name)}{options.Extension}";

        private string TemporaryFile(VmaDevice device) => $"tmp-{DiskFile(device)}";
    }
}
