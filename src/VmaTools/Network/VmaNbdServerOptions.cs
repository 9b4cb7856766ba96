using System;
using System.Collections.Generic;

namespace VmaTools;

/// <summary>Where a server listens, and what it allows.</summary>
public sealed class VmaNbdServerOptions
{
    private readonly int _maxConnections = 128;

    /// <summary>
    /// Path of the Unix socket to make; nothing may be there. Where neither this nor <see cref="Address"/> nor
    /// <see cref="Port"/> is given, the socket comes to lie in a new folder that only the user can enter; on Windows, where
    /// clients of NBD know TCP only, the server listens on the loopback address instead.
    /// </summary>
    public string? SocketPath { get; init; }

    /// <summary>The address to listen on for TCP; the loopback address where only <see cref="Port"/> is given.</summary>
    public string? Address { get; init; }

    /// <summary>The TCP port; 0 or null for a free one.</summary>
    public int? Port { get; init; }

    /// <summary>Numbers of the devices to offer, with their partitions; null for all, and for the volumes that are put together from them.</summary>
    public IReadOnlyCollection<int>? DeviceIds { get; init; }

    /// <summary>
    /// Ids of volumes to offer (<see cref="VmaVolume.Id"/>), partitions among them, besides the devices of <see cref="DeviceIds"/>: where that
    /// is null nothing but these. Null for none by its id. One that is not there or cannot be read fails the start
    /// (<see cref="VmaCodes.VolumeNotFound"/>).
    /// </summary>
    public IReadOnlyCollection<string>? VolumeIds { get; init; }

    /// <summary>
    /// What locked volumes are opened with, whose decrypted content is offered then, under the same names; null where they are offered as they
    /// are. The server has a copy until it stops, and makes keys of it for every client.
    /// </summary>
    public VolumeSecrets? Secrets { get; init; }

    /// <summary>Clients served at a time; more are turned away. Each takes a thread, a file handle and about 300 KiB.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public int MaxConnections
    {
        get => _maxConnections;
        init => _maxConnections = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    /// <summary>How long a client that has not chosen an export may keep silent.</summary>
    internal TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a client may leave what it asked for lying.</summary>
    internal TimeSpan SendTimeout { get; init; } = TimeSpan.FromMinutes(5);
}
