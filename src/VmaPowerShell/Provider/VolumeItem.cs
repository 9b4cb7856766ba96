using System;
using System.Collections.Generic;
using System.Management.Automation;
using VmaTools.Disks;
using VmaTools.GuestFiles;

namespace VmaTools.PowerShell;

/// <summary>A volume: its files lie below it, or the partitions of an array.</summary>
internal sealed class VolumeItem : DriveItem
{
    private readonly DriveSession _session;
    private readonly object _value;
    private readonly Lazy<GuestVolume?> _volume;
    private readonly Func<DriveContent?> _open;

    /// <param name="session">The archive.</param>
    /// <param name="value">The object that stands for it.</param>
    /// <param name="volume">Finds it among the guest's volumes; null where it is none of them.</param>
    /// <param name="open">Opens its bytes.</param>
    public VolumeItem(DriveSession session, object value, Func<GuestVolume?> volume, Func<DriveContent?> open)
    {
        _session = session;
        _value = value;
        _volume = new Lazy<GuestVolume?>(volume);
        _open = open;
    }

    /// <param name="session">The archive.</param>
    /// <param name="volume">A volume that is put together from others, or lies on such.</param>
    public VolumeItem(DriveSession session, GuestVolume volume)
        : this(session, session.FactsOf(volume), () => volume, () => Open(volume))
    {
    }

    /// <summary>True also for a volume whose files cannot be read: who looks below it gets the reason.</summary>
    public override bool IsContainer => _volume.Value is GuestVolume volume && (volume.TryGetFiles(out _) is not null || !volume.IsNoFileSystem || HasVolumes);

    public override PSObject Value => AsItem(_value);

    private bool HasVolumes => _volume.Value is GuestVolume volume && _session.HasVolumesBelow(volume.Id);

    public override IEnumerable<(string Name, DriveItem Item)> Children(DriveListing listing)
    {
        if (_volume.Value is not GuestVolume volume)
        {
            return [];
        }

        if (HasVolumes)
        {
            return _session.VolumesBelow(volume.Id);
        }

        if (volume.TryGetFiles(out VmaException? failure) is not null)
        {
            return AsDirectory()!.Children(listing);
        }

        if (!volume.IsNoFileSystem)
        {
            listing.OnError(failure!);
        }

        return [];
    }

    public override DriveItem? Find(string name) => HasVolumes ? base.Find(name) : AsDirectory()?.Find(name);

    public override FileItem? AsDirectory()
    {
        if (_volume.Value is not GuestVolume volume || HasVolumes)
        {
            return null;
        }

        if (volume.TryGetFiles(out VmaException? failure) is FileSystem files)
        {
            return new FileItem(_session, new GuestPlace(volume, files.DefaultRoot), null);
        }

        return volume.IsNoFileSystem ? null : throw failure!;
    }

    public override DriveContent? OpenContent(string? stream) => stream is null ? _open() : null;

    private static DriveContent Open(GuestVolume volume)
    {
        System.IO.Stream content = volume.Volume.OpenRead();
        return new DriveContent(content, 0, content.Length, MayBeText: false);
    }
}
