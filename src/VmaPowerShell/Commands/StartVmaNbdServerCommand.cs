using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Security;
using System.Threading;

namespace VmaTools.PowerShell;

/// <summary>Offers the devices and partitions of archives as read-only network disks.</summary>
[Cmdlet(
    VerbsLifecycle.Start,
    "VmaNbdServer",
    DefaultParameterSetName = PathSet,
    SupportsShouldProcess = true,
    HelpUri = HelpLinks.Base + "Start-VmaNbdServer.md")]
[OutputType(typeof(VmaNbdServer))]
public sealed class StartVmaNbdServerCommand : DeviceListCmdlet
{
    private readonly List<(VmaArchive Archive, List<int> Ids, List<(VmaDevice Device, DevicePart Part)> Parts)> _chosen = [];

    /// <summary>Path of the Unix socket to make; one in a new folder of the user's own unless given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SocketPath { get; set; }

    /// <summary>The address to listen on for TCP; the loopback address where only Port is given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Address { get; set; }

    /// <summary>The TCP port; 0 for a free one.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int? Port { get; set; }

    /// <summary>Clients served at a time; more are turned away.</summary>
    [Parameter]
    [ValidateRange(1, 10000)]
    public int MaxConnections { get; set; } = new VmaNbdServerOptions().MaxConnections;

    /// <summary>Passphrases of encrypted volumes, of which what they open to is offered.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString[]? Passphrase { get; set; }

    /// <summary>Recovery keys of encrypted volumes: BitLocker's 48 digits, or what systemd printed for LUKS.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString[]? RecoveryKey { get; set; }

    /// <summary>Files with keys of encrypted volumes: LUKS's key files, BitLocker's startup keys (.BEK).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? KeyFile { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (SocketPath is not null && (Address is not null || Port is not null))
        {
            ThrowTerminatingError(ErrorRecords.InvalidEndPoint("A server listens on a Unix socket or on TCP, not both.", SocketPath));
        }
    }

    private protected override void ProcessDevices(VmaArchive archive, IReadOnlyList<VmaDevice> devices, DevicePart? part, bool areAll)
    {
        if (areAll || ParameterSetName != InputObjectSet)
        {
            Serve(archive, areAll ? null : [.. devices.Select(static d => d.DeviceId)], []);
            return;
        }

        // Devices of one archive meet in one server, also where they were listed by several commands.
        int place = _chosen.FindIndex(c => c.Archive == archive || (archive.ArchivePath is { } path && c.Archive.ArchivePath == path));
        if (place < 0)
        {
            place = _chosen.Count;
            _chosen.Add((archive, [], []));
        }

        // What is on a device without partitions is the device.
        if (part is null or PartitionPart { Index: 0 })
        {
            _chosen[place].Ids.AddRange(devices.Select(static d => d.DeviceId).Except(_chosen[place].Ids));
        }
        else if (devices.Count > 0)
        {
            _chosen[place].Parts.Add((devices[0], part));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach ((VmaArchive archive, List<int> ids, List<(VmaDevice Device, DevicePart Part)> parts) in _chosen)
        {
            Attempt(archive.ArchivePath, () => Serve(archive, ids, parts));
        }
    }

    private void Serve(VmaArchive archive, List<int>? ids, List<(VmaDevice Device, DevicePart Part)> parts)
    {
        if (ids is { Count: 0 } && parts.Count == 0)
        {
            // What was chosen is not there, which was told.
            return;
        }

        using VolumeSecrets? secrets = KeyFunctions.Secrets(this, Passphrase, RecoveryKey, KeyFile);
        string what = parts.Count == 0 ? $"{ids?.Count ?? archive.Devices.Count} device(s)" : $"{ids?.Count ?? 0} device(s) and {parts.Count} volume(s)";
        if (!ShouldProcess(archive.ArchivePath ?? "stream", $"Serve {what} as read-only network disks"))
        {
            return;
        }

        try
        {
            VmaNbdServer server = RunWithProgress(
                $"Indexing {archive.ArchivePath ?? "stream"}",
                (progress, token) =>
                {
                    VmaNbdServerOptions options = new()
                    {
                        SocketPath = SocketPath is null ? null : ResolveFile(SocketPath),
                        Address = Address,
                        Port = Port,
                        DeviceIds = ids,
                        VolumeIds = parts.Count == 0 ? null : VolumesOf(archive, parts, progress, token),
                        MaxConnections = MaxConnections,
                        Secrets = secrets,
                    };
                    return VmaNbdServer.Start(archive, options, progress, token);
                });
            TellOfIndex(archive);
            RunningServers.Add(server);
            WriteObject(server);
        }
        catch (Exception exception) when (exception is ArgumentException or PlatformNotSupportedException)
        {
            WriteError(ErrorRecords.InvalidEndPoint(exception.Message, (object?)SocketPath ?? Address));
        }
    }

    private static string[] VolumesOf(
        VmaArchive archive, List<(VmaDevice Device, DevicePart Part)> parts, IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        using VmaGuest guest = VmaGuest.Open(archive, null, progress, cancellationToken);
        return [.. parts.Select(p => p.Part is AssembledPart assembled
            ? assembled.Volume.Id
            : string.Format(CultureInfo.InvariantCulture, "{0}/p{1}", guest.GetDiskName(p.Device), ((PartitionPart)p.Part).Index))];
    }
}
