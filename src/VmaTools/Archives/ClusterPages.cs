using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using VmaTools.Bytes;
using VmaTools.Files;

namespace VmaTools.Archives;

/// <summary>
/// Where the pages of a map are: in memory up to a bound, those beyond it in a scratch file, from which they come back when they are
/// looked at. Pages are looked at by several threads once they are filled; filled by one.
/// </summary>
internal sealed class ClusterPages
{
    /// <summary>Bytes of entries in memory: eight million stored clusters, half a TiB of them, never leave it.</summary>
    public const long MaxResident = 64 << 20;

    private readonly object _gate = new();
    private readonly long _most;
    private readonly string _folder;
    private readonly List<ClusterPage> _resident = [];
    private FileStream? _scratch;
    private long _end;
    private long _held;
    private int _hand;
    private bool _isScratchUseless;

    /// <param name="most">Bytes of entries in memory at most, unless there is no scratch file to be had.</param>
    /// <param name="folder">The folder of the scratch file; null for the system's own.</param>
    public ClusterPages(long most = MaxResident, string? folder = null)
    {
        _most = most;
        _folder = folder ?? Path.GetTempPath();
    }

    /// <summary>Bytes of entries in memory.</summary>
    public long Resident
    {
        get
        {
            lock (_gate)
            {
                return _held;
            }
        }
    }

    /// <summary>The entries of a page, from the scratch file where they are there.</summary>
    /// <exception cref="VmaException">They cannot be read back.</exception>
    public ulong[] Get(ClusterPage page)
    {
        if (page.Entries is { } known)
        {
            page.IsRecent = true;
            return known;
        }

        lock (_gate)
        {
            return page.Entries ?? Load(page);
        }
    }

    /// <summary>Sets the entries of a page that is being filled.</summary>
    public void Set(ClusterPage page, ulong[] entries)
    {
        lock (_gate)
        {
            Hold(page, entries);
            page.IsKept = false;
            MakeRoom(page);
        }
    }

    /// <summary>Sets shorter entries that are the same.</summary>
    public void Trim(ClusterPage page, ulong[] entries)
    {
        lock (_gate)
        {
            Hold(page, entries);
        }
    }

    private void Hold(ClusterPage page, ulong[] entries)
    {
        if (page.Entries is { } before)
        {
            _held -= SizeOf(before);
        }
        else
        {
            _resident.Add(page);
        }

        _held += SizeOf(entries);
        page.Entries = entries;
        page.IsRecent = true;
    }

    /// <summary>Sets pages aside that were not looked at lately, until the rest is within the bound.</summary>
    private void MakeRoom(ClusterPage current)
    {
        while (_held > _most && _resident.Count > 1 && !_isScratchUseless)
        {
            _hand = _hand >= _resident.Count ? 0 : _hand;
            ClusterPage page = _resident[_hand];
            if (page.IsRecent || page == current)
            {
                page.IsRecent = false;
                _hand++;
            }
            else if (page.IsKept || TryKeep(page))
            {
                _held -= SizeOf(page.Entries!);
                page.Entries = null;
                _resident[_hand] = _resident[_resident.Count - 1];
                _resident.RemoveAt(_resident.Count - 1);
            }
        }
    }

    /// <summary>Writes a page to the scratch file. Where there is no room for that, the map stays in memory.</summary>
    private bool TryKeep(ClusterPage page)
    {
        try
        {
            _scratch ??= NewFile.CreateScratch(_folder);
            if (page.Place < 0)
            {
                // A page may grow where it lies.
                page.Place = _end;
                _end += ClusterPage.MaxBytes;
            }

            _scratch.Position = page.Place;
            _scratch.Write(MemoryMarshal.AsBytes(page.Entries.AsSpan()));
            page.IsKept = true;
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _isScratchUseless = true;
            return false;
        }
    }

    private ulong[] Load(ClusterPage page)
    {
        ulong[] entries = new ulong[page.Count];
        try
        {
            _scratch!.Position = page.Place;
            Span<byte> target = MemoryMarshal.AsBytes(entries.AsSpan());
            while (!target.IsEmpty)
            {
                int read = _scratch.Read(target);
                target = read > 0 ? target.Slice(read) : throw new EndOfStreamException("The scratch file is shorter than it was.");
            }
        }
        catch (IOException exception)
        {
            throw new VmaException(VmaCodes.SourceReadFailed, $"What is known of the archive's clusters cannot be read back: {exception.Message}", _folder, innerException: exception);
        }

        Hold(page, entries);
        MakeRoom(page);
        return entries;
    }

    private static long SizeOf(ulong[] entries) => (long)entries.Length * sizeof(ulong);
}
