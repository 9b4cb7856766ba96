using System;
using System.Collections.Generic;

namespace VmaTools.PowerShell;

/// <summary>The guests that a cmdlet has open, so that a pipeline of files opens an archive once. The oldest goes when there are many.</summary>
internal sealed class GuestSessions : IDisposable
{
    private const int MaxOpen = 4;

    private readonly List<(string Path, VmaGuest Guest)> _open = [];

    /// <summary>The guest of an archive.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="open">Opens it where it is not open yet.</param>
    public VmaGuest Get(string path, Func<VmaGuest> open)
    {
        int index = _open.FindIndex(o => o.Path == path);
        if (index >= 0)
        {
            return _open[index].Guest;
        }

        VmaGuest guest = open();
        if (_open.Count == MaxOpen)
        {
            _open[0].Guest.Dispose();
            _open.RemoveAt(0);
        }

        _open.Add((path, guest));
        return guest;
    }

    public void Dispose()
    {
        _open.ForEach(static o => o.Guest.Dispose());
        _open.Clear();
    }
}
