using System;
using System.Buffers.Binary;
using System.IO;

namespace VmaTools.Files;

/// <summary>
/// Tells which ranges of a file take no room, and so are zeros without reading. Where the system does not say, everything is
/// data. It has a handle of its own, since asking moves positions.
/// </summary>
internal sealed class FileHoles : IDisposable
{
    private const uint FsctlQueryAllocatedRanges = 0x000940CF;

    private readonly FileStream _file;
    private readonly long _length;
    private bool _canTell;

    public FileHoles(string path, long length)
    {
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        _length = length;
        _canTell = WindowsControl.IsWindows || UnixSeek.IsAvailable;
    }

    /// <summary>Whether a hole is at <paramref name="offset"/>, and how far that, or the data there, goes at least.</summary>
    public (bool IsHole, long Length) Find(long offset)
    {
        long rest = _length - offset;
        if (!_canTell || rest <= 0)
        {
            return (false, rest);
        }

        (bool isHole, long length) = WindowsControl.IsWindows ? AskWindows(offset) : AskUnix(offset);
        return (isHole, Math.Max(1, Math.Min(length, rest)));
    }

    public void Dispose() => _file.Dispose();

    private (bool IsHole, long Length) AskUnix(long offset)
    {
        long data = UnixSeek.ToData(_file, offset, out int error);
        if (data < 0)
        {
            _canTell = error == UnixSeek.NoMore;
            return (_canTell, long.MaxValue);
        }

        if (data > offset)
        {
            return (true, data - offset);
        }

        long hole = UnixSeek.ToHole(_file, offset, out _);
        return (false, hole > offset ? hole - offset : long.MaxValue);
    }

    private (bool IsHole, long Length) AskWindows(long offset)
    {
        // In and out: pairs of offset and length.
        byte[] query = new byte[16];
        byte[] answer = new byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(query, offset);
        BinaryPrimitives.WriteInt64LittleEndian(query.AsSpan(8), _length - offset);
        bool isAll = WindowsControl.Send(_file, FsctlQueryAllocatedRanges, query, answer, out int returned);
        if (returned < answer.Length)
        {
            _canTell = isAll;
            return (isAll, long.MaxValue);
        }

        long start = BinaryPrimitives.ReadInt64LittleEndian(answer);
        return start > offset
            ? (true, start - offset)
            : (false, start + BinaryPrimitives.ReadInt64LittleEndian(answer.AsSpan(8)) - offset);
    }
}
