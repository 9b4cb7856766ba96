using System;
using System.Collections.Generic;
using System.Text;

namespace VmaTools;

/// <summary>
/// A pattern of names, as PowerShell has them: <c>*</c> stands for anything, <c>?</c> for one character, <c>[a-c]</c> for one of some, a
/// backtick takes the meaning from what follows. Upper and lower case are the same. A text such as <c>a[b</c>, which is no pattern, stands
/// for itself.
/// </summary>
public sealed class NamePattern
{
    private readonly List<Part> _parts = [];

    private NamePattern(string text) => Text = text;

    private enum PartKind
    {
        Character,
        One,
        Any,
        Set,
    }

    /// <summary>The pattern as it was given.</summary>
    public string Text { get; }

    /// <summary>
    /// Bytes that the UTF-8 of every name that matches has, in lower case, with a slash before a name that begins with them and behind one
    /// that ends with them; empty where there are none.
    /// </summary>
    internal byte[] Needle { get; private set; } = [];

    /// <summary>Whether every name with these bytes matches.</summary>
    internal bool IsDecidedByNeedle { get; private set; }

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">The pattern.</param>
    public static NamePattern Parse(string text)
    {
        NamePattern pattern = new(text ?? throw new ArgumentNullException(nameof(text)));
        if (!pattern.TryRead(text))
        {
            pattern.TakeLiterally(text);
        }

        pattern.FindNeedle();
        return pattern;
    }

    /// <summary>The pattern that only one name matches, whatever it has in it.</summary>
    internal static NamePattern Exactly(string name)
    {
        NamePattern pattern = new(name);
        pattern.TakeLiterally(name);
        pattern.FindNeedle();
        return pattern;
    }

    /// <summary>Whether two texts are the same but for case.</summary>
    internal static bool AreAlike(string left, string right)
    {
        if (left.Length != right.Length)
        {
            return false;
        }

        for (int i = 0; i < left.Length; i++)
        {
            if (left[i] != right[i] && Fold(left[i]) != Fold(right[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a name matches.</summary>
    /// <param name="name">The name.</param>
    public bool IsMatch(string name)
    {
        if (name is null)
        {
            throw new ArgumentNullException(nameof(name));
        }

        // What the last star takes grows until the rest fits; an earlier one never needs to take more.
        int at = 0;
        int part = 0;
        int star = -1;
        int taken = 0;
        while (at < name.Length)
        {
            if (part < _parts.Count && _parts[part].Kind == PartKind.Any)
            {
                star = part++;
                taken = at;
            }
            else if (part < _parts.Count && _parts[part].Takes(name[at]))
            {
                part++;
                at++;
            }
            else if (star >= 0)
            {
                part = star + 1;
                at = ++taken;
            }
            else
            {
                return false;
            }
        }

        while (part < _parts.Count && _parts[part].Kind == PartKind.Any)
        {
            part++;
        }

        return part == _parts.Count;
    }

    /// <summary>The pattern as it was given.</summary>
    public override string ToString() => Text;

    // A letter of ASCII is like no other character: what is looked for among bytes finds all that match.
    private static char Fold(char c)
    {
        if (c < 0x80)
        {
            return c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c;
        }

        char upper = char.ToUpperInvariant(c);
        return upper < 0x80 ? c : upper;
    }

    private void TakeLiterally(string text)
    {
        _parts.Clear();
        foreach (char c in text)
        {
            _parts.Add(new Part(PartKind.Character, Fold(c)));
        }
    }

    private bool TryRead(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '*':
                    _parts.Add(new Part(PartKind.Any, default));
                    break;
                case '?':
                    _parts.Add(new Part(PartKind.One, default));
                    break;
                case '[':
                    if (!TryReadSet(text, ref i, out List<(char First, char Last)> set))
                    {
                        return false;
                    }

                    _parts.Add(new Part(PartKind.Set, default, set));
                    break;
                default:
                    i += text[i] == '`' && i + 1 < text.Length ? 1 : 0;
                    _parts.Add(new Part(PartKind.Character, Fold(text[i])));
                    break;
            }
        }

        return true;
    }

    private static bool TryReadSet(string text, ref int at, out List<(char First, char Last)> set)
    {
        set = [];
        for (int i = at + 1; i < text.Length; i++)
        {
            if (text[i] == ']' && set.Count > 0)
            {
                at = i;
                return true;
            }

            i += text[i] == '`' && i + 1 < text.Length ? 1 : 0;
            char first = text[i];
            char last = first;
            if (i + 2 < text.Length && text[i + 1] == '-' && text[i + 2] != ']')
            {
                i += 2;
                i += text[i] == '`' && i + 1 < text.Length ? 1 : 0;
                last = text[i];
            }

            if (last < first)
            {
                return false;
            }

            set.Add((first, last));
        }

        return false;
    }

    /// <summary>Finds the longest piece of ASCII in the pattern that has no wildcard.</summary>
    private void FindNeedle()
    {
        int start = 0;
        for (int i = 0; i <= _parts.Count; i++)
        {
            if (i < _parts.Count && _parts[i] is { Kind: PartKind.Character, Character: < (char)0x80 })
            {
                continue;
            }

            string before = start == 0 ? "/" : string.Empty;
            string behind = i == _parts.Count ? "/" : string.Empty;
            StringBuilder piece = new(before);
            for (int k = start; k < i; k++)
            {
                piece.Append(_parts[k].Character);
            }

            piece.Append(behind);
            if (i > start && piece.Length >= Needle.Length)
            {
                Needle = Encoding.ASCII.GetBytes(piece.ToString());
            }

            start = i + 1;
        }

        // One piece, and nothing but stars around it.
        int length = 0;
        bool isOnePiece = true;
        bool isEnded = false;
        foreach (Part part in _parts)
        {
            bool isStar = part.Kind == PartKind.Any;
            isEnded |= isStar && length > 0;
            isOnePiece &= isStar || (part is { Kind: PartKind.Character, Character: < (char)0x80 } && part.Character != '/' && !isEnded);
            length += isStar ? 0 : 1;
        }

        IsDecidedByNeedle = isOnePiece && length > 0;
    }

    private readonly struct Part(PartKind kind, char character, List<(char First, char Last)>? set = null)
    {
        public PartKind Kind { get; } = kind;

        public char Character { get; } = character;

        public bool Takes(char c)
        {
            switch (Kind)
            {
                case PartKind.Character:
                    return c == Character || Fold(c) == Character;
                case PartKind.One:
                    return true;
                case PartKind.Set:
                    char upper = char.ToUpperInvariant(c);
                    char lower = char.ToLowerInvariant(c);
                    return set!.Exists(r => (c >= r.First && c <= r.Last) || (upper >= r.First && upper <= r.Last) || (lower >= r.First && lower <= r.Last));
                default:
                    return false;
            }
        }
    }
}
