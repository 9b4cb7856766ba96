using System;
using System.Collections.Generic;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>A volume: its files lie below it, or the partitions of an array.</summary>
internal sealed class VolumeItem : DriveItem
{
    private readonly DriveSession _session;
    private readonly object _value;
    private readonly Lazy<DiskVolume?> _volume;
    private readonly Func<DriveContent?> _open;

    /// <param name="session">The archive.</param>
    /// <param name="value">The object that stands for it.</param>
    /// <param name="volume">Finds it among the guest's volumes; null where it is none of them.</param>
    /// <param name="open">Opens its bytes.</param>
    public VolumeItem(DriveSession session, object value, Func<DiskVolume?> volume, Func<DriveContent?> open)
    {
        _session = session;
        _value = value;
        _volume = new Lazy<DiskVolume?>(volume);
        _open = open;
    }

    /// <param name="session">The archive.</param>
    /// <param name="volume">A volume that is put together from others, or lies on such.</param>
    public VolumeItem(DriveSession session, DiskVolume volume)
        : this(session, session.FactsOf(volume), () => volume, () => Open(volume))
    {
    }

    /// <summary>True also for a volume whose files cannot be read: who looks below it gets the reason.</summary>
    public override bool IsContainer => _volume.Value is DiskVolume volume && (FilesOf(volume, out _) is not null || volume.MayHoldFiles || HasVolumes);

    public override PSObject Value => AsItem(_value);

    private bool HasVolumes => _volume.Value is DiskVolume volume && _session.HasVolumesBelow(volume.Id);

    public override IEnumerable<(string Name, DriveItem Item)> Children(DriveListing listing)
    {
        if (_volume.Value is not DiskVolume volume)
        {
            return [];
        }

        if (HasVolumes)
        {
            return _session.VolumesBelow(volume.Id);
        }

        if (FilesOf(volume, out VmaException? failure) is not null)
        {
            return AsDirectory()!.Children(listing);
        }

        if (volume.MayHoldFiles)
        {
            listing.OnError(failure!);
        }

        return [];
    }

    public override DriveItem? Find(string name) => HasVolumes ? base.Find(name) : AsDirectory()?.Find(name);

    public override FileItem? AsDirectory()
    {
        if (_volume.Value is not DiskVolume volume || HasVolumes)
        {
            return null;
        }

        if (FilesOf(volume, out VmaException? failure) is FileSystem files)
        {
            return new FileItem(_session, volume.Id, files.DefaultRoot);
        }

        return volume.MayHoldFiles ? throw failure! : null;
    }

    public override DriveContent? OpenContent(string? stream) => stream is not null ? null
        : _volume.Value is { IsDecrypted: true } volume ? Open(volume)
        : _open();

    private FileSystem? FilesOf(DiskVolume volume, out VmaException? failure)
    {
        failure = null;
        try
        {
            return _session.Guest.OpenFileSystem(volume.Id);
        }
        catch (VmaException exception)
        {
            failure = exception;
            return null;
        }
    }

    private static DriveContent Open(DiskVolume volume)
    {
        System.IO.Stream content = volume.OpenRead();
        return new DriveContent(content, 0, content.Length, MayBeText: false);
    }
}
