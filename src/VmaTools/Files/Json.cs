using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;

namespace VmaTools.Files;

/// <summary>An object of JSON: its members in order.</summary>
internal sealed class JsonObject : List<KeyValuePair<string, object?>>
{
    public void Add(string name, object? value) => Add(new KeyValuePair<string, object?>(name, value));

    /// <summary>The value of a member, or null where there is none or it is of another kind.</summary>
    public T? Get<T>(string name)
        where T : class => Find(m => m.Key == name).Value as T;

    public long? GetNumber(string name) => Find(m => m.Key == name).Value as long?;
}

/// <summary>
/// As much of JSON as this program's own files need: objects, arrays, text, whole numbers, true, false, null. The framework
/// for Windows PowerShell has no JSON reader of its own.
/// </summary>
internal static class Json
{
    /// <summary>Deeper than any file written here; a bound for the stack.</summary>
    private const int MaxDepth = 32;

    /// <summary>Writes a value, indented, with a line feed at the end.</summary>
    /// <param name="value">A <see cref="JsonObject"/>, a list, text, a whole number, a bool, or null.</param>
    public static string Write(object? value)
    {
        using StringWriter text = new(CultureInfo.InvariantCulture);
        Write(text, value);
        return text.ToString();
    }

    /// <summary>The same, as it is made: items of a list are asked for one after the other.</summary>
    public static void Write(TextWriter text, object? value)
    {
        Write(text, value, 0);
        text.Write('\n');
    }

    /// <summary>Reads a value and nothing after it.</summary>
    /// <exception cref="FormatException">The text is no JSON, or of a kind that is not read here.</exception>
    public static object? Parse(string text)
    {
        Reader reader = new(text);
        object? value = reader.ReadValue(0);
        reader.ExpectEnd();
        return value;
    }

    private static void Write(TextWriter text, object? value, int depth)
    {
        switch (value)
        {
            case null:
                text.Write("null");
                break;
            case string words:
                WriteText(text, words);
                break;
            case bool flag:
                text.Write(flag ? "true" : "false");
                break;
            case int or long:
                text.Write(Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture));
                break;
            case JsonObject members:
                WriteItems(text, '{', '}', members.Count, depth, i =>
                {
                    WriteText(text, members[i].Key);
                    text.Write(": ");
                    Write(text, members[i].Value, depth + 1);
                });
                break;
            case IReadOnlyList<object?> items:
                WriteItems(text, '[', ']', items.Count, depth, i => Write(text, items[i], depth + 1));
                break;
            default:
                throw new ArgumentException($"A value of type {value.GetType()} has no form in JSON here.");
        }
    }

    private static void WriteItems(TextWriter text, char open, char close, int count, int depth, Action<int> write)
    {
        text.Write(open);
        for (int i = 0; i < count; i++)
        {
            text.Write(i == 0 ? "\n" : ",\n");
            text.Write(Indent(depth + 1));
            write(i);
        }

        if (count > 0)
        {
            text.Write('\n');
            text.Write(Indent(depth));
        }

        text.Write(close);
    }

    private static string Indent(int depth) => new(' ', 2 * depth);

    private static void WriteText(TextWriter text, string words)
    {
        text.Write('"');
        for (int i = 0; i < words.Length; i++)
        {
            char c = words[i];
            bool isPair = char.IsHighSurrogate(c) && i + 1 < words.Length && char.IsLowSurrogate(words[i + 1]);
            if (isPair)
            {
                text.Write(c);
                text.Write(words[++i]);
            }
            else if (c is '"' or '\\')
            {
                text.Write('\\');
                text.Write(c);
            }
            else if (char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029')
            {
                text.Write("\\u");
                text.Write(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                text.Write(c);
            }
        }

        text.Write('"');
    }

    private sealed class Reader
    {
        private readonly string _text;
        private int _at;

        public Reader(string text) => _text = text;

        public object? ReadValue(int depth)
        {
            if (depth > MaxDepth)
            {
                throw Error("it is nested too deeply");
            }

            switch (Peek())
            {
                case '{':
                    return ReadObject(depth);
                case '[':
                    return ReadArray(depth);
                case '"':
                    return ReadText();
                case 't':
                    return ReadWord("true", true);
                case 'f':
                    return ReadWord("false", false);
                case 'n':
                    return ReadWord("null", null);
                default:
                    return ReadNumber();
            }
        }

        public void ExpectEnd()
        {
            if (Peek() != '\0' || _at < _text.Length)
            {
                throw Error("something follows its end");
            }
        }

        private JsonObject ReadObject(int depth)
        {
            JsonObject members = [];
            _at++;
            if (Peek() == '}')
            {
                _at++;
                return members;
            }

            HashSet<string> names = new(StringComparer.Ordinal);
            do
            {
                if (Peek() != '"')
                {
                    throw Error("a name is missing");
                }

                string name = ReadText();
                if (!names.Add(name))
                {
                    throw Error($"the name '{name}' comes twice");
                }

                Expect(':');
                members.Add(name, ReadValue(depth + 1));
            }
            while (Continues('}'));
            return members;
        }

        private List<object?> ReadArray(int depth)
        {
            List<object?> items = [];
            _at++;
            if (Peek() == ']')
            {
                _at++;
                return items;
            }

            do
            {
                items.Add(ReadValue(depth + 1));
            }
            while (Continues(']'));
            return items;
        }

        private bool Continues(char close)
        {
            char c = Peek();
            _at++;
            return c == ',' || (c == close ? false : throw Error($"',' or '{close}' is missing"));
        }

        private string ReadText()
        {
            StringBuilder words = new();
            _at++;
            while (true)
            {
                char c = Next();
                if (c == '"')
                {
                    return words.ToString();
                }

                if (c < ' ')
                {
                    throw Error("text holds a control character");
                }

                words.Append(c == '\\' ? ReadEscape() : c);
            }
        }

        private char ReadEscape()
        {
            char c = Next();
            switch (c)
            {
                case '"' or '\\' or '/':
                    return c;
                case 'b':
                    return '\b';
                case 'f':
                    return '\f';
                case 'n':
                    return '\n';
                case 'r':
                    return '\r';
                case 't':
                    return '\t';
                case 'u' when _at + 4 <= _text.Length
                    && ushort.TryParse(_text.Substring(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code):
                    _at += 4;
                    return (char)code;
                default:
                    throw Error("an escape is not known");
            }
        }

        private long ReadNumber()
        {
            int start = _at;
            while (_at < _text.Length && _text[_at] is '-' or (>= '0' and <= '9'))
            {
                _at++;
            }

            bool isWhole = long.TryParse(_text.Substring(start, _at - start), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
                && (_at == _text.Length || _text[_at] is not ('.' or 'e' or 'E'));
            return isWhole ? number : throw Error("a value is missing or of a kind not known");
        }

        private object? ReadWord(string word, object? value)
        {
            if (string.CompareOrdinal(_text, _at, word, 0, word.Length) != 0)
            {
                throw Error("a value is of a kind not known");
            }

            _at += word.Length;
            return value;
        }

        private void Expect(char c)
        {
            if (Peek() != c)
            {
                throw Error($"'{c}' is missing");
            }

            _at++;
        }

        /// <summary>The next character that is no white space, or NUL at the end.</summary>
        private char Peek()
        {
            while (_at < _text.Length && _text[_at] is ' ' or '\t' or '\n' or '\r')
            {
                _at++;
            }

            return _at < _text.Length ? _text[_at] : '\0';
        }

        private char Next() => _at < _text.Length ? _text[_at++] : throw Error("it ends within text");

        private FormatException Error(string what) => new($"The text is no JSON: at character {_at} {what}.");
    }
}
