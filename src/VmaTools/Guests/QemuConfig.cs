using System;
using System.Collections.Generic;
using System.Text;
using VmaTools.Bytes;
using VmaTools.Guests;

namespace VmaTools;

/// <summary>
/// A VM configuration (<c>qemu-server.conf</c>) without loss: every byte stays, and on top stands what Proxmox would
/// understand of it. Any bytes parse.
/// </summary>
public sealed class QemuConfig
{
    private QemuConfig(List<QemuConfigLine> lines, List<QemuConfigSection> sections, List<QemuConfigMap> maps)
    {
        Lines = lines.AsReadOnly();
        Sections = sections.AsReadOnly();
        Maps = maps.AsReadOnly();
    }

    /// <summary>All lines of the file, in order.</summary>
    public IReadOnlyList<QemuConfigLine> Lines { get; }

    /// <summary>The main section, then the others in order; names may occur twice.</summary>
    public IReadOnlyList<QemuConfigSection> Sections { get; }

    /// <summary>The map lines, wherever they stand in the file.</summary>
    public IReadOnlyList<QemuConfigMap> Maps { get; }

    /// <summary>The section that describes the VM as it is.</summary>
    public QemuConfigSection Main => Sections[0];

    /// <summary>Reads a configuration. Never fails: what is not understood is a line of kind <see cref="QemuConfigLineKind.Unknown"/>.</summary>
    /// <param name="bytes">The bytes of the file; they are copied.</param>
    public static QemuConfig Parse(ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        List<QemuConfigLine> lines = [];
        List<QemuConfigMap> maps = [];
        List<SectionDraft> drafts = [new SectionDraft(string.Empty, QemuConfigSectionKind.Main, 0)];
        for (int start = 0; start < copy.Length;)
        {
            int feed = Array.IndexOf(copy, (byte)'\n', start);
            int end = feed < 0 ? copy.Length : feed + 1;
            QemuConfigLine line = Classify(lines.Count + 1, copy.AsMemory(start, end - start));
            lines.Add(line);
            switch (line.Kind)
            {
                case QemuConfigLineKind.Section:
                    drafts.Add(new SectionDraft(line.Key!, KindOf(line.Key!), line.LineNumber));
                    break;
                case QemuConfigLineKind.Map:
                    maps.Add(QemuConfigMap.TryParse(line.LineNumber, line.Text)!);
                    break;
                default:
                    drafts[drafts.Count - 1].Add(line);
                    break;
            }

            start = end;
        }

        List<QemuConfigSection> sections = new(drafts.Count);
        foreach (SectionDraft draft in drafts)
        {
            sections.Add(draft.Finish());
        }

        return new QemuConfig(lines, sections, maps);
    }

    /// <summary>The bytes of the file, put together from its lines again.</summary>
    public byte[] ToArray()
    {
        int length = 0;
        foreach (QemuConfigLine line in Lines)
        {
            length += line.Bytes.Length;
        }

        byte[] bytes = new byte[length];
        int at = 0;
        foreach (QemuConfigLine line in Lines)
        {
            line.Bytes.Span.CopyTo(bytes.AsSpan(at));
            at += line.Bytes.Length;
        }

        return bytes;
    }

    private static QemuConfigLine Classify(int number, ReadOnlyMemory<byte> bytes)
    {
        ReadOnlySpan<byte> body = bytes.Span;
        if (body.Length > 0 && body[body.Length - 1] == '\n')
        {
            body = body.Slice(0, body.Length - 1);
        }

        if (body.Length > 0 && body[body.Length - 1] == '\r')
        {
            body = body.Slice(0, body.Length - 1);
        }

        string text = GuestText.Utf8(body);
        QemuConfigLineKind kind;
        string? key = null;
        string? value = null;
        if (IsBlank(text))
        {
            kind = QemuConfigLineKind.Blank;
        }
        else if (text[0] == '#')
        {
            kind = QemuConfigMap.TryParse(number, text) is not null ? QemuConfigLineKind.Map
                : text.StartsWith("#qmdump#", StringComparison.Ordinal) || text.StartsWith("#vzdump#", StringComparison.Ordinal)
                    ? QemuConfigLineKind.Hint
                    : QemuConfigLineKind.Description;
        }
        else if (TrySection(text, out key))
        {
            kind = QemuConfigLineKind.Section;
        }
        else
        {
            kind = TryEntry(text, out key, out value) ? QemuConfigLineKind.Entry : QemuConfigLineKind.Unknown;
        }

        return new QemuConfigLine(number, bytes, kind, text, key, value);
    }

    private static bool IsBlank(string text)
    {
        foreach (char c in text)
        {
            if (!GuestText.IsSpace(c))
            {
                return false;
            }
        }

        return true;
    }

    // [name], then nothing but white space
    private static bool TrySection(string text, out string? name)
    {
        name = null;
        int close = text[0] == '[' ? text.IndexOf(']') : -1;
        if (close < 0 || !IsBlank(text.Substring(close + 1)))
        {
            return false;
        }

        name = text.Substring(1, close - 1);
        return true;
    }

    // letters, '_', '-', then digits, ':', white space, value: ^([a-z][a-z_\-]*\d*):\s*(.+?)\s*$
    private static bool TryEntry(string text, out string? key, out string? value)
    {
        key = null;
        value = null;
        int at = 0;
        while (at < text.Length && (text[at] is >= 'a' and <= 'z' || (at > 0 && text[at] is '_' or '-')))
        {
            at++;
        }

        bool hasName = at > 0 && text[0] is >= 'a' and <= 'z';
        while (at < text.Length && text[at] is >= '0' and <= '9')
        {
            at++;
        }

        if (!hasName || at >= text.Length || text[at] != ':')
        {
            return false;
        }

        int first = at + 1;
        int last = text.Length - 1;
        while (first <= last && GuestText.IsSpace(text[first]))
        {
            first++;
        }

        while (last >= first && GuestText.IsSpace(text[last]))
        {
            last--;
        }

        if (first > last)
        {
            return false;
        }

        key = text.Substring(0, at);
        value = text.Substring(first, last - first + 1);
        return true;
    }

    private static QemuConfigSectionKind KindOf(string name)
    {
        if (string.Equals(name, "PENDING", StringComparison.OrdinalIgnoreCase))
        {
            return QemuConfigSectionKind.Pending;
        }

        if (name.StartsWith("special:", StringComparison.OrdinalIgnoreCase))
        {
            return QemuConfigSectionKind.Special;
        }

        bool isSnapshot = name.Length >= 2 && IsLetter(name[0]);
        foreach (char c in name)
        {
            isSnapshot &= IsLetter(c) || c is (>= '0' and <= '9') or '_' or '-';
        }

        return isSnapshot ? QemuConfigSectionKind.Snapshot : QemuConfigSectionKind.Unknown;
    }

    private static bool IsLetter(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z');

    private sealed class SectionDraft(string name, QemuConfigSectionKind kind, int lineNumber)
    {
        private readonly List<QemuConfigLine> _entries = [];
        private StringBuilder? _description;

        public void Add(QemuConfigLine line)
        {
            if (line.Kind is QemuConfigLineKind.Description)
            {
                (_description ??= new StringBuilder()).Append(PercentText.Decode(line.Text.Substring(1))).Append('\n');
            }
            else if (line.Kind is QemuConfigLineKind.Entry)
            {
                _entries.Add(line);
                if (line.Key == "description")
                {
                    // The old form, which Proxmox still reads.
                    (_description ??= new StringBuilder()).Append(PercentText.Decode(line.Value!)).Append('\n');
                }
            }
        }

        public QemuConfigSection Finish() =>
            new(name, kind, lineNumber, _description?.ToString().TrimEnd(), _entries.AsReadOnly());
    }
}
