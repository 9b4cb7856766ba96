using System.Text;
using VmaTools.Disks.FileSystems.Ext.Folding;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>Folding by Unicode 12.1; what is expected comes from its tables as Python 3.8 has them.</summary>
public sealed class NameFoldingTests
{
    [Theory]
    [InlineData("ABC xyz_-9", "abc xyz_-9")]
    [InlineData("\u00C4\u00D6\u00DC", "a\u0308o\u0308u\u0308")]
    [InlineData("\u00DF", "ss")]
    [InlineData("\u1E9E", "ss")]
    [InlineData("\u03A3\u03C2\u03C3", "\u03C3\u03C3\u03C3")]
    [InlineData("\u0130", "i\u0307")]
    [InlineData("\u0149", "\u02BCn")]
    [InlineData("\u1F80", "\u03B1\u0313\u03B9")]
    [InlineData("\u0390", "\u03B9\u0308\u0301")]
    [InlineData("\uFB03", "ffi")]
    [InlineData("\u13A0\uAB70", "\u13A0\u13A0")]
    [InlineData("\u10A0", "\u2D00")]
    [InlineData("\U00010400", "\U00010428")]
    [InlineData("\U0001E900", "\U0001E922")]
    [InlineData("\uAC01", "\u1100\u1161\u11A8")]
    [InlineData("\uAC00", "\u1100\u1161")]
    [InlineData("\uF900", "\u8C48")]
    [InlineData("a\u0301\u0323", "a\u0323\u0301")]
    [InlineData("a\u0323\u0301\u0300", "a\u0323\u0301\u0300")]
    [InlineData("x\u200D\uFE0Fy\u00AD", "xy")]
    [InlineData("\U0001F600", "\U0001F600")]
    public void Names_fold_as_the_tables_say(string name, string folded) =>
        Assert.Equal(folded, Encoding.UTF8.GetString(NameFolding.Fold(RawName.Parse(name))!));

    [Theory]
    [InlineData("a\\xff")]
    [InlineData("\\xed\\xa0\\x80")]
    [InlineData("\U0001FAE0")]
    [InlineData("\u0378")]
    public void Names_that_are_not_valid_or_not_assigned_have_no_folded_form(string name) => Assert.Null(NameFolding.Fold(RawName.Parse(name)));
}
