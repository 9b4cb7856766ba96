using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.Files;

namespace VmaTools.Restores;

/// <summary>Whether the guest starts: it runs in qemu on its disks as the archive has them, and what it writes goes elsewhere.</summary>
internal static class BootGrade
{
    private const string Emulator = "qemu-system-x86_64";
    private const string Login = "login:";

    /// <summary>What boot loaders and systems say when they cannot go on.</summary>
    private static readonly string[] Ends =
    [
        "No bootable device", "Boot failed: not a bootable disk", "grub rescue>", "Kernel panic - not syncing", "You are in emergency mode",
        "Give root password for maintenance", "Missing operating system", "Operating system not found", "NTLDR is missing", "BOOTMGR is missing",
    ];

    public static string Judge(
        VmaArchive archive, VmaBootOptions options, FindingLog findings, out VmaBootRun? run, CancellationToken cancellationToken)
    {
        GradeLog log = new(findings);
        run = null;
        try
        {
            run = Run(archive, options, log, cancellationToken);
        }
        catch (VmaException exception) when (exception.Code is VmaCodes.EmulatorFailed or VmaCodes.ListenFailed)
        {
            log.Doubt(exception.Code, exception.Sentence);
        }

        return log.Outcome;
    }

    private static VmaBootRun Run(VmaArchive archive, VmaBootOptions options, GradeLog log, CancellationToken cancellationToken)
    {
        VmaVM? vm = VmaVM.From(archive);
        if (vm?.Architecture is not (null or "x86_64"))
        {
            throw new VmaException(VmaCodes.EmulatorFailed, $"The guest is for {Printable.Short(vm!.Architecture)}; only x86_64 is started.");
        }

        string program = options.EmulatorPath ?? Programs.Find(Emulator)
            ?? throw new VmaException(VmaCodes.EmulatorFailed, $"{Emulator} is not on the PATH: the guest was not started.");
        string? firmware = vm?.Bios != "ovmf" ? null : options.FirmwarePath ?? EmulatedMachine.FindFirmware()
            ?? throw new VmaException(VmaCodes.EmulatorFailed, "The guest starts by UEFI, and the firmware for that (OVMF.fd) is not in a usual place.");
        using VmaNbdServer server = VmaNbdServer.Start(archive, cancellationToken: cancellationToken);
        IReadOnlyList<string> accelerators = EmulatedMachine.Accelerators();
        foreach (string accelerator in accelerators)
        {
            IReadOnlyList<string> arguments = EmulatedMachine.Arguments(archive, vm, server.Exports, firmware, accelerator);
            VmaBootRun run = Run(program, arguments, options, out int? exitCode, out string errors, cancellationToken);
            if (run.Marker is null && exitCode is int and not 0 && accelerator != accelerators[accelerators.Count - 1])
            {
                // Hosts say that they can run guests, and then cannot.
                continue;
            }

            Tell(run, exitCode, errors, options.Until ?? Login, log);
            return run;
        }

        throw new InvalidOperationException("There is no accelerator.");
    }

    private static VmaBootRun Run(
        string program, IReadOnlyList<string> arguments, VmaBootOptions options, out int? exitCode, out string errors, CancellationToken cancellationToken)
    {
        string awaited = options.Until ?? Login;
        SerialText serial = new([awaited, .. Ends]);
        string folder = Path.Combine(Path.GetTempPath(), "vmatools-boot-" + Guid.NewGuid().ToString("N"));
        NewFile.CreateFolder(folder, isPrivate: true);
        try
        {
            Stopwatch watch = Stopwatch.StartNew();
            string picture = Path.Combine(folder, "screen.png");
            using (EmulatorProcess process = EmulatorProcess.Start(program, arguments, serial))
            {
                process.Wait(options.Timeout, cancellationToken);
                exitCode = process.ExitCode;
                watch.Stop();
                process.End(picture);
                errors = process.Errors;
            }

            return new VmaBootRun(
                program, serial.Seen == awaited, serial.Seen, serial.ToString(), File.Exists(picture) ? File.ReadAllBytes(picture) : null, watch.Elapsed);
        }
        finally
        {
            NewFile.RemoveScratchFolder(folder);
        }
    }

    private static void Tell(VmaBootRun run, int? exitCode, string errors, string awaited, GradeLog log)
    {
        string time = $"{run.Duration.TotalSeconds:F0} s";
        if (run.HasStarted)
        {
            return;
        }

        if (run.Marker is string end)
        {
            log.Fail(VmaCodes.BootFailed, $"After {time} the guest wrote \"{end}\".");
        }
        else if (exitCode is int and not 0)
        {
            log.Doubt(VmaCodes.EmulatorFailed, $"The emulator ended with exit code {exitCode}{(errors.Length > 0 ? ": " + errors : ".")}");
        }
        else if (exitCode is not null && string.IsNullOrWhiteSpace(run.SerialText))
        {
            // Every firmware writes something on the port before it starts anything.
            log.Doubt(
                VmaCodes.EmulatorFailed, $"The emulator ended after {time}, and not even a firmware wrote anything until then{(errors.Length > 0 ? ": " + errors : ".")}");
        }
        else if (exitCode is not null)
        {
            log.Fail(VmaCodes.BootFailed, $"The guest ended, or began anew, by itself after {time}.");
        }
        else
        {
            log.Doubt(VmaCodes.BootNotProven, $"For {time} the guest ran and did not write \"{Printable.Short(awaited)}\" on its serial port; its screen may tell more.");
        }
    }
}
