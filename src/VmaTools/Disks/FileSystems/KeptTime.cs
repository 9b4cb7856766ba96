using System.Runtime.InteropServices;

namespace VmaTools.Disks.FileSystems;

/// <summary>A time, or none, in half the room of a <see cref="FileTime"/> that may be null: entries are kept by the hundred thousand.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly struct KeptTime
{
    private readonly long _seconds;

    // One more than they are; 0 where there is no time.
    private readonly int _nanoseconds;

    public KeptTime(FileTime? time)
    {
        _seconds = time?.Seconds ?? 0;
        _nanoseconds = time is FileTime known ? known.Nanoseconds + 1 : 0;
    }

    public FileTime? Time => _nanoseconds == 0 ? null : new FileTime(_seconds, _nanoseconds - 1);
}
