using System;

namespace VmaTools.GuestFiles;

/// <summary>A volume of a guest while its backup is open: its file system, opened when it is first wanted, and its places in the guest.</summary>
internal sealed class GuestVolume : IDisposable
{
    private readonly object _gate = new();
    private readonly Func<FileSystem> _open;
    private FileSystem? _files;
    private VmaException? _failure;
    private bool _isOpened;

    public GuestVolume(DiskVolume volume, FileSystemOptions options)
    {
        Volume = volume;
        Id = volume.Id;
        _open = () => volume.OpenFileSystem(options);
    }

    /// <summary>A subvolume, as a volume of its own.</summary>
    /// <param name="whole">The volume that it is on.</param>
    /// <param name="name">What tells it apart on that volume.</param>
    /// <param name="subvolume">Its path from the top of the volume.</param>
    /// <param name="open">Opens it.</param>
    public GuestVolume(GuestVolume whole, string name, string subvolume, Func<FileSystem> open)
    {
        Volume = whole.Volume;
        Id = whole.Id + "/" + name;
        Subvolume = subvolume;
        _open = open;
    }

    /// <summary>The volume on the disks; of a subvolume that which it is on.</summary>
    public DiskVolume Volume { get; }

    public string Id { get; }

    /// <summary>Of a subvolume its path from the top of its volume; null for anything else.</summary>
    public string? Subvolume { get; }

    /// <summary>True for what holds no files of its own: space for swapping, a part of something else, or nothing that is known.</summary>
    public bool IsNoFileSystem => !Volume.MayHoldFiles;

    /// <summary>Where the guest itself mounts it, by the fstab of its root; null where that is not known.</summary>
    public string? MountPoint { get; set; }

    /// <summary>The letter that a Windows guest gives it, or null.</summary>
    public char? Letter { get; set; }

    /// <summary>Its file system, or null where it has none that can be read.</summary>
    public FileSystem? TryGetFiles(out VmaException? failure)
    {
        lock (_gate)
        {
            if (!_isOpened)
            {
                _isOpened = true;
                try
                {
                    _files = _open();
                }
                catch (VmaException exception)
                {
                    _failure = GuestErrors.At(exception, this, filePath: null);
                }
            }

            failure = _failure;
            return _files;
        }
    }

    /// <summary>Its file system.</summary>
    /// <exception cref="VmaException">It has none that can be read: the error says why.</exception>
    public FileSystem GetFiles() => TryGetFiles(out VmaException? failure) ?? throw failure!;

    public void Dispose() => _files?.Dispose();
}
