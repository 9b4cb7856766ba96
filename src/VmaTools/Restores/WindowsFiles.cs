using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using VmaTools.Disks.Systems;
using VmaTools.GuestFiles;

namespace VmaTools.Restores;

/// <summary>What a Windows starts from: a boot manager, its kernel, and the hives of its registry.</summary>
internal sealed class WindowsFiles : SystemFiles
{
    private const string Config = "/Windows/System32/config/";
    private const string Kernel = "/Windows/System32/ntoskrnl.exe";

    private static readonly string[] BootManagers = ["/bootmgr", "/EFI/Microsoft/Boot/bootmgfw.efi"];

    private readonly VmaGuest _guest;

    private WindowsFiles(VmaGuest guest, GuestVolume volume, CancellationToken cancellationToken)
        : base(volume.Id, cancellationToken) => _guest = guest;

    /// <summary>The Windows on a volume, or null where there is none. One for recovery alone has no registry's folder.</summary>
    public static WindowsFiles? Find(VmaGuest guest, GuestVolume volume, CancellationToken cancellationToken)
    {
        if (volume.Volume.FileSystemKind != "ntfs" || PathResolver.IsRecovery(volume.Volume) || volume.TryGetFiles(out _) is null)
        {
            return null;
        }

        WindowsFiles files = new(guest, volume, cancellationToken);
        return files.Find("/Windows/System32/config") is { Entry.Type: FileEntryType.Directory } ? files : null;
    }

    public VmaInstalledSystem Judge(GradeLog log)
    {
        string? name = null;
        Read("SYSTEM", log, "Select");
        if (Read("SOFTWARE", log, "Microsoft", "Windows NT", "CurrentVersion") is { } values)
        {
            name = TextOf(values, "ProductName");
        }

        bool hasKernel = FindFile(Kernel) is not null;
        if (!hasKernel)
        {
            log.Fail(VmaCodes.SystemFileMissing, $"The Windows on {Volume} has no {Kernel} that can be read.");
        }

        if (!_guest.GuestVolumes.Any(HasBootManager))
        {
            log.Fail(VmaCodes.SystemFileMissing, "No volume has the boot manager of Windows (/bootmgr, or /EFI/Microsoft/Boot/bootmgfw.efi).");
        }

        return new VmaInstalledSystem(VmaInstalledSystem.Windows, Volume, name, hasKernel ? Kernel : null);
    }

    protected override GuestPlace? Find(string path) => Find(_guest, Volume, path);

    private static GuestPlace? Find(VmaGuest guest, string volume, string path)
    {
        try
        {
            return guest.Resolve(GuestPath.ParseExact(path), volume, followLast: true);
        }
        catch (VmaException)
        {
            return null;
        }
    }

    private bool HasBootManager(GuestVolume volume) => volume.Volume.FileSystemKind is "ntfs" or "vfat"
        && BootManagers.Any(p => Find(_guest, volume.Id, p) is { Entry.Type: FileEntryType.File } place && IsReadable(place));

    /// <summary>The values of a key of a hive. A hive, or key, that is not there or cannot be read is told.</summary>
    private IReadOnlyList<KeyValuePair<string, byte[]>>? Read(string hive, GradeLog log, params string[] key)
    {
        string path = Config + hive;
        try
        {
            if (Find(path) is { Entry.Type: FileEntryType.File } place && IsReadable(place))
            {
                using Stream stream = place.Files.OpenRead(place.Entry);
                if (RegistryHive.Open(stream)?.ReadValues(key) is { } values)
                {
                    return values;
                }

                log.Fail(VmaCodes.SystemFileMissing, $"The registry's hive {path} on {Volume} is none, or has no {string.Join("\\", key)}.");
                return null;
            }
        }
        catch (System.Exception exception) when (exception is VmaException or IOException)
        {
            // Told as what cannot be read.
        }

        log.Fail(VmaCodes.SystemFileMissing, $"The Windows on {Volume} has no {path} that can be read.");
        return null;
    }

    private static string? TextOf(IReadOnlyList<KeyValuePair<string, byte[]>> values, string name) =>
        values.Where(v => string.Equals(v.Key, name, System.StringComparison.OrdinalIgnoreCase))
            .Select(static v => Encoding.Unicode.GetString(v.Value).TrimEnd('\0'))
            .FirstOrDefault(static t => t.Length > 0);
}
