using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation.Provider;
using System.Text;

namespace VmaTools.PowerShell;

/// <summary>Reads the text of a config, by lines or as a whole. Positions count lines.</summary>
internal sealed class TextContentReader : IContentReader
{
    private readonly List<string> _lines = [];
    private long _position;

    public TextContentReader(byte[] bytes, Encoding? encoding, bool isRaw)
    {
        using StreamReader reader = new(new MemoryStream(bytes), encoding ?? new UTF8Encoding(false), detectEncodingFromByteOrderMarks: true);
        if (isRaw)
        {
            _lines.Add(reader.ReadToEnd());
            return;
        }

        while (reader.ReadLine() is { } line)
        {
            _lines.Add(line);
        }
    }

    /// <summary>Up to that many lines, or all that are left; an empty list at the end.</summary>
    public IList Read(long readCount)
    {
        long left = Math.Max(0, _lines.Count - _position);
        int count = (int)(readCount <= 0 ? left : Math.Min(readCount, left));
        List<string> lines = count == 0 ? [] : _lines.GetRange((int)_position, count);
        _position += count;
        return lines.ToArray();
    }

    /// <summary>Moves to a line of the text.</summary>
    public void Seek(long offset, SeekOrigin origin)
    {
        long target = offset + (origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => _position,
            _ => _lines.Count,
        });
        _position = target >= 0 ? target : throw new IOException("An attempt was made to move the position before the beginning of the content.");
    }

    public void Close()
    {
    }

    public void Dispose() => Close();
}
