using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation.Provider;
using System.Text;

namespace VmaTools.PowerShell;

/// <summary>Reads a text by lines, as they are asked for, or as a whole. Positions count lines.</summary>
internal sealed class TextContentReader : IContentReader
{
    private readonly Stream _stream;
    private readonly Encoding _encoding;
    private readonly bool _isRaw;
    private readonly Action _throwIfChanged;
    private StreamReader _reader;
    private long _position;

    /// <param name="stream">The text's bytes, which must allow seeking.</param>
    /// <param name="encoding">The encoding, before which a byte order mark counts; null for UTF-8.</param>
    /// <param name="isRaw">Whether all of it is one piece.</param>
    /// <param name="throwIfChanged">Asked before lines are delivered.</param>
    public TextContentReader(Stream stream, Encoding? encoding, bool isRaw, Action throwIfChanged)
    {
        _stream = stream;
        _encoding = encoding ?? new UTF8Encoding(false);
        _isRaw = isRaw;
        _throwIfChanged = throwIfChanged;
        _reader = NewReader();
    }

    /// <summary>Up to that many lines, or all that are left; an empty list at the end.</summary>
    public IList Read(long readCount)
    {
        List<string> lines = [];
        while ((readCount <= 0 || lines.Count < readCount) && Next() is string line)
        {
            lines.Add(line);
        }

        _throwIfChanged();
        return lines.ToArray();
    }

    /// <summary>Moves to a line of the text.</summary>
    public void Seek(long offset, SeekOrigin origin)
    {
        long target = offset + (origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => _position,
            _ => Count(),
        });
        if (target < 0)
        {
            throw new IOException("An attempt was made to move the position before the beginning of the content.");
        }

        if (target < _position)
        {
            Restart();
        }

        while (_position < target && Next() is not null)
        {
        }
    }

    public void Close()
    {
        _reader.Dispose();
        _stream.Dispose();
    }

    public void Dispose() => Close();

    private long Count()
    {
        while (Next() is not null)
        {
        }

        return _position;
    }

    private string? Next()
    {
        string? line;
        if (_isRaw)
        {
            line = _position == 0 ? _reader.ReadToEnd() : null;
        }
        else
        {
            line = _reader.ReadLine();
        }

        _position += line is null ? 0 : 1;
        return line;
    }

    private void Restart()
    {
        _reader.Dispose();
        _stream.Position = 0;
        _position = 0;
        _reader = NewReader();
    }

    private StreamReader NewReader() => new(_stream, _encoding, detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16, leaveOpen: true);
}
