using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace VmaTools.Disks.Volumes.Lvm;

/// <summary>
/// Reads the text of LVM's metadata: <c>name = value</c>, <c>name { … }</c>, lists in brackets, comments from <c>#</c> to the end
/// of the line.
/// </summary>
internal sealed class LvmText
{
    private const int MaxDepth = 16;
    private const int MaxItems = 500_000;

    private readonly byte[] _text;
    private int _at;
    private int _items;

    private LvmText(byte[] text) => _text = text;

    /// <exception cref="VmaFileSystemException">It is no such text.</exception>
    public static LvmSection Parse(byte[] text)
    {
        LvmText parser = new(text);
        LvmSection root = new("metadata");
        parser.ReadItems(root, 0);
        return root;
    }

    private void ReadItems(LvmSection section, int depth)
    {
        if (depth > MaxDepth)
        {
            throw Broken("is nested too deep");
        }

        while (true)
        {
            SkipSpace();
            if (_at == _text.Length)
            {
                if (depth > 0)
                {
                    throw Broken("ends within a section");
                }

                return;
            }

            if (_text[_at] == '}')
            {
                if (depth == 0)
                {
                    throw Broken("closes a section that was not opened");
                }

                _at++;
                return;
            }

            string name = ReadName();
            SkipSpace();
            char next = Take();
            if (next == '{')
            {
                LvmSection inner = new(name);
                ReadItems(inner, depth + 1);
                section.Add(name, inner);
            }
            else if (next == '=')
            {
                SkipSpace();
                section.Add(name, ReadValue(isInList: false));
            }
            else
            {
                throw Broken("has neither a value nor a section behind a name");
            }

            Count();
        }
    }

    private object ReadValue(bool isInList)
    {
        Count();
        char first = Peek();
        if (first == '"')
        {
            return ReadQuoted();
        }

        if (first == '[' && !isInList)
        {
            return ReadList();
        }

        int start = _at;
        while (_at < _text.Length && _text[_at] is (>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'+' or (byte)'.')
        {
            _at++;
        }

        string number = Encoding.ASCII.GetString(_text, start, _at - start);
        if (long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
        {
            return value;
        }

        // Numbers with a point are written nowhere that is read here.
        return number.Length > 0 ? number : throw Broken("has a value of no known kind");
    }

    private List<object> ReadList()
    {
        _at++;
        List<object> values = [];
        while (true)
        {
            SkipSpace();
            if (Peek() == ']')
            {
                _at++;
                return values;
            }

            if (Peek() == ',')
            {
                _at++;
                continue;
            }

            values.Add(ReadValue(isInList: true));
        }
    }

    private string ReadQuoted()
    {
        _at++;
        List<byte> bytes = [];
        while (true)
        {
            char c = Take();
            if (c == '"')
            {
                return Encoding.UTF8.GetString(bytes.ToArray());
            }

            bytes.Add((byte)(c == '\\' ? Take() : c));
        }
    }

    private string ReadName()
    {
        int start = _at;
        while (_at < _text.Length && _text[_at] is not ((byte)'{' or (byte)'}' or (byte)'=' or (byte)'#' or <= (byte)' '))
        {
            _at++;
        }

        return _at > start ? Encoding.UTF8.GetString(_text, start, _at - start) : throw Broken("has an item without a name");
    }

    private void SkipSpace()
    {
        bool isComment = false;
        for (; _at < _text.Length; _at++)
        {
            byte b = _text[_at];
            isComment = isComment ? b != '\n' : b == '#';

            // The text ends with a NUL.
            if (!isComment && b is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or 0))
            {
                return;
            }
        }
    }

    private void Count()
    {
        if (++_items > MaxItems)
        {
            throw Broken("has more items than any volume group needs");
        }
    }

    private char Peek() => _at < _text.Length ? (char)_text[_at] : throw Broken("ends too early");

    private char Take()
    {
        char c = Peek();
        _at++;
        return c;
    }

    private VmaFileSystemException Broken(string what) =>
        new(VmaCodes.VolumeDamaged, string.Format(CultureInfo.InvariantCulture, "The text of LVM's metadata {0} (at byte {1} of it).", what, _at));
}
