using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using VmaTools.Archives;
using VmaTools.Files;
using VmaTools.Format;

namespace VmaTools;

/// <summary>Packs what is left of a damaged archive into a new one, which says of itself what in it is lost.</summary>
public static class VmaSalvagePacking
{
    /// <summary>The config of the new archive that tells what is lost.</summary>
    public const string MarkName = "vma-salvage.txt";

    /// <summary>Salvages devices, and writes an archive of them. In between they take room beside it, as sparse files.</summary>
    /// <param name="salvage">The damaged archive.</param>
    /// <param name="path">The file; its folder is created where it does not exist. Devices keep their numbers and names.</param>
    /// <param name="options">How to write; a uuid and a time that are null are those of the archive. Null for the defaults.</param>
    /// <param name="includes">Which devices to take; null for all.</param>
    /// <param name="progress">Hears how far it has come.</param>
    /// <param name="cancellationToken">Ends it early; nothing is left then.</param>
    /// <returns>What became of each device.</returns>
    /// <exception cref="VmaException">The file exists or cannot be written. Nothing is left.</exception>
    public static IReadOnlyList<VmaSalvageReport> Pack(
        VmaSalvage salvage,
        string path,
        VmaCreationOptions? options = null,
        Func<VmaDevice, bool>? includes = null,
        IProgress<VmaProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        VmaArchive archive = (salvage ?? throw new ArgumentNullException(nameof(salvage))).Archive;
        string full = Path.GetFullPath(path ?? throw new ArgumentNullException(nameof(path)));
        TargetCheck.MustBeFree(full, replace: false, advice: ", and archives are never written over; remove it first");
        string folder = NewFile.TemporaryNeighbour(full);
        try
        {
            CreateFolder(folder, full);
            List<VmaDevice> devices = [.. archive.Devices.Where(d => includes is null || includes(d))];
            IReadOnlyList<VmaSalvageReport> reports = salvage.Run(
                devices.ToDictionary(static d => d.DeviceId, d => Path.Combine(folder, $"{d.DeviceId}.incomplete.raw")), progress, cancellationToken);
            if (reports.FirstOrDefault(static r => r.Error is not null) is { } unwritten)
            {
                throw unwritten.Error!;
            }

            using VmaCreation creation = new(new VmaCreationOptions
            {
                Uuid = options?.Uuid ?? archive.Uuid,
                CreationTime = options?.CreationTime ?? archive.CreationTime,
                Compressor = options?.Compressor,
            });
            foreach (VmaConfig config in archive.Configs.Where(static c => c.Name != MarkName))
            {
                creation.AddConfig(config.Name, config.GetBytes());
            }

            creation.AddConfig(MarkName, Mark(archive, reports, archive.Configs.FirstOrDefault(static c => c.Name == MarkName)));
            foreach (VmaDevice device in devices)
            {
                creation.AddFile(device.Name, reports.First(r => r.DeviceId == device.DeviceId).File, device.DeviceId);
            }

            creation.Run(full, progress, cancellationToken);
            return reports;
        }
        catch (VmaException exception) when (exception.Path is null || exception.Path.StartsWith(folder, StringComparison.Ordinal))
        {
            // Nobody knows the files in between, which are gone in a moment.
            throw new VmaException(exception.Code, exception.Sentence, full, exception.Offset, exception.Device, exception);
        }
        finally
        {
            NewFile.RemoveScratchFolder(folder);
        }
    }

    private static void CreateFolder(string folder, string target)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw TargetErrors.Of(exception, target);
        }
    }

    /// <summary>What is lost, in words; as much of it as a config holds.</summary>
    private static byte[] Mark(VmaArchive archive, IReadOnlyList<VmaSalvageReport> reports, VmaConfig? earlier)
    {
        const string More = "More follows that has no room here.\n";
        StringBuilder text = new();
        text.Append("This archive was put together from what was left of a damaged one. What is lost reads as zeros.\n");
        text.Append($"The damaged one: {Printable.Text(Path.GetFileName(archive.ArchivePath ?? string.Empty))}, uuid {archive.Uuid}\n");
        foreach (VmaSalvageReport report in reports)
        {
            text.Append($"\nDevice {report.DeviceId}, {Printable.Text(report.Name)} (name: {report.NameSource}, size: {report.SizeSource}): ");
            text.Append($"{report.Size} bytes, {report.VerifiedBytes} verified, {report.UnverifiedBytes} unverified, {report.RecoveredBytes} recovered, {report.LostBytes} lost\n");
            foreach (VmaDeviceRange range in report.Ranges.Where(static r => r.State == VmaRangeState.Lost))
            {
                string line = $"  lost: {range.Size} bytes at {range.Offset}\n";
                if (text.Length + line.Length + More.Length > Layout.MaxBlobSize / 4)
                {
                    return Encoding.UTF8.GetBytes(text.Append(More).ToString());
                }

                text.Append(line);
            }
        }

        if (earlier is not null)
        {
            // What was lost then reads as whole now.
            text.Append("\nThe damaged one said of itself:\n\n").Append(earlier.Text);
        }

        // No character has more than three bytes, and of names there are up to 254.
        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        return bytes.Length <= Layout.MaxBlobSize ? bytes : bytes.AsSpan(0, Layout.MaxBlobSize).ToArray();
    }
}
