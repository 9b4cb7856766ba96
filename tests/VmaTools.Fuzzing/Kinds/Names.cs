using System;
using System.Buffers;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using Xunit;

namespace VmaTools.Fuzzing;

/// <summary>Names from outside: what becomes of them is one file in the folder it is meant for, on any system, and nothing a terminal acts on.</summary>
internal sealed class Names : Kind
{
    private static readonly string[] Pieces =
    [
        "..", ".", "/", "\\", ":", "CON", "nul", "COM1", "LPT\u00b2", "aux.", "a", "drive-scsi0", " ", "\0", "\u0007", "\u001b[2J", "\u202e", "\ud800", "\udc00",
        "\ud83d\ude00", "\u00e9", "~", "-", "*", "?", "\"", "<", ">", "|", "\u2028", "\ufeff", "\uffff", "CONIN$", ".raw", "vzdump-qemu-101-2026_11_20-02_00_03", ".vma", ".zst",
        ".notes", ".log", ".protected", "vzdump-", "qemu", "-99999999999-", "2026_02_30", "-25_61_61", new string('x', 155), new string('\u4e2d', 60),
    ];

    private static readonly SearchValues<char> Forbidden = SearchValues.Create("/\\:*?\"<>|");

    public override int Usual => 50_000;

    public override IReadOnlyList<string> Reached => ["kept", "changed"];

    public override string Try(int seed)
    {
        string name = Mutator.Text(Pieces, 12, new Random(seed));
        string safe = SafeFileName.From(name);
        Assert.Equal(safe, SafeFileName.From(safe));
        Assert.InRange(Encoding.UTF8.GetByteCount(safe), 1, 160);
        Assert.False(safe.AsSpan().ContainsAny(Forbidden), safe);
        Assert.False(safe[0] is '.' or ' ' or '-' || safe[^1] is '.' or ' ', safe);
        Assert.True(IsHarmless(safe), safe);
        string folder = Path.GetFullPath("folder");
        Assert.Equal(folder, Path.GetDirectoryName(Path.GetFullPath(Path.Combine(folder, safe))));
        Assert.True(IsHarmless(Printable.Text(name)), name);
        Assert.True(IsHarmless(Printable.Short(name)), name);
        BackupFileName backup = BackupFileName.Parse(name);
        Assert.Equal(name, backup.FileName);
        if (backup is { VMId: int id, Time: DateTime time } && id > 0)
        {
            Assert.Equal((id, time), (BackupFileName.Parse(BackupFileName.Create(id, time)).VMId, BackupFileName.Parse(BackupFileName.Create(id, time)).Time));
        }

        return safe == name ? "kept" : "changed";
    }

    private static bool IsHarmless(string text) => text.EnumerateRunes().All(static r =>
        Rune.GetUnicodeCategory(r) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator));
}
