using System;

namespace VmaTools.GuestFiles;

/// <summary>A volume of a guest while its backup is open: its file system, opened when it is first wanted, and its places in the guest.</summary>
internal sealed class GuestVolume : IDisposable
{
    private readonly object _gate = new();
    private readonly FileSystemOptions _options;
    private FileSystem? _files;
    private VmaException? _failure;
    private bool _isOpened;

    public GuestVolume(DiskVolume volume, FileSystemOptions options)
    {
        Volume = volume;
        _options = options;
    }

    public DiskVolume Volume { get; }

    public string Id => Volume.Id;

    /// <summary>True for what holds no files of its own: space for swapping, a part of something else, or nothing that is known.</summary>
    public bool IsNoFileSystem => Volume.FileSystemKind is null or "swap" || Volume.MemberOf is not null || Volume.FileSystemKind.EndsWith("_member", StringComparison.Ordinal);

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
                    _files = Volume.OpenFileSystem(_options);
                }
                catch (VmaException exception)
                {
                    _failure = exception;
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
