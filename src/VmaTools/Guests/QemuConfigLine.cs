using System;

namespace VmaTools;

/// <summary>One line of a VM configuration: its bytes as they are, and what they were understood to be.</summary>
public sealed class QemuConfigLine
{
    internal QemuConfigLine(int number, ReadOnlyMemory<byte> bytes, QemuConfigLineKind kind, string text, string? key, string? value)
    {
        LineNumber = number;
        Bytes = bytes;
        Kind = kind;
        Text = text;
        Key = key;
        Value = value;
    }

    /// <summary>Number of the line in the file, from 1.</summary>
    public int LineNumber { get; }

    /// <summary>The bytes of the line with its line ending, if it has one.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>What the line is.</summary>
    public QemuConfigLineKind Kind { get; }

    /// <summary>The line as text without its ending; bytes that are no UTF-8 show as U+FFFD.</summary>
    public string Text { get; }

    /// <summary>The key of an entry or the name of a section; null for other lines.</summary>
    public string? Key { get; }

    /// <summary>The value of an entry without the white space around it; null for other lines.</summary>
    public string? Value { get; }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
