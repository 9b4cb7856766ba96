using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace VmaTools.Restores;

/// <summary>
/// What comes from a serial port, as text: sequences for terminals are left out, and of what comes only the end is kept. Says when one of
/// the texts has come that are waited for.
/// </summary>
internal sealed class SerialText
{
    private const int MaxKept = 1 << 16;
    private const char Escape = '\u001b';

    private readonly StringBuilder _text = new();
    private readonly string[] _awaited;
    private readonly int _longest;
    private bool _isSequence;
    private bool _isControl;

    /// <param name="awaited">The texts that are waited for; those before others count where several come at once.</param>
    public SerialText(IReadOnlyList<string> awaited)
    {
        _awaited = [.. awaited];
        _longest = _awaited.Max(static a => a.Length);
    }

    /// <summary>The first text of those that are waited for that has come, or null.</summary>
    public string? Seen { get; private set; }

    public override string ToString() => _text.ToString();

    public void Add(byte[] bytes, int count)
    {
        int from = Math.Max(0, _text.Length - _longest);
        foreach (char c in Encoding.UTF8.GetString(bytes, 0, count))
        {
            Add(c);
        }

        string added = _text.ToString(from, _text.Length - from);
        Seen ??= Array.Find(_awaited, a => added.Contains(a));
        if (_text.Length > MaxKept)
        {
            _text.Remove(0, _text.Length - MaxKept);
        }
    }

    /// <summary>Takes a character of text; ESC [ … letter, and ESC with one character, are none.</summary>
    private void Add(char c)
    {
        if (_isControl)
        {
            _isControl = c is not (>= '@' and <= '~');
        }
        else if (_isSequence)
        {
            _isSequence = false;
            _isControl = c == '[';
        }
        else if (c == Escape)
        {
            _isSequence = true;
        }
        else if (c == '\n' || char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator))
        {
            _text.Append(c);
        }
    }
}
