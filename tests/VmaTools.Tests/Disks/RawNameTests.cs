using System;
using System.Text;
using Xunit;

namespace VmaTools.Tests.Disks;

public class RawNameTests
{
    [Theory]
    [InlineData("616263", "abc")]
    [InlineData("c3a4c3b6", "\u00e4\u00f6")]
    [InlineData("f09f9880", "\U0001f600")]
    [InlineData("ff", "\\xff")]
    [InlineData("615c62", "a\\x5cb")]
    [InlineData("610a7f", "a\\x0a\\x7f")]
    [InlineData("eda080", "\\xed\\xa0\\x80")]
    [InlineData("c080", "\\xc0\\x80")]
    [InlineData("e282", "\\xe2\\x82")]
    [InlineData("f4908080", "\\xf4\\x90\\x80\\x80")]
    [InlineData("e0808061", "\\xe0\\x80\\x80a")]
    [InlineData("", "")]
    public void Text_is_one_to_one(string hex, string text)
    {
        RawName name = new(Convert.FromHexString(hex));

        Assert.Equal(text, name.ToString());
        Assert.Equal(name, RawName.Parse(text));
    }

    [Fact]
    public void Every_pair_of_bytes_comes_back()
    {
        for (int i = 0; i < 65536; i++)
        {
            RawName name = new([(byte)i, (byte)(i >> 8)]);

            Assert.Equal(name, RawName.Parse(name.ToString()));
        }
    }

    [Theory]
    [InlineData("\\xZZ", "5c785a5a")]
    [InlineData("\\", "5c")]
    [InlineData("a\\x4", "615c7834")]
    [InlineData("\\xFF", "5c784646")]
    public void What_is_no_escape_stands_for_itself(string text, string hex) =>
        Assert.Equal(hex, Convert.ToHexString(RawName.Parse(text).Bytes).ToLowerInvariant());

    [Fact]
    public void Utf16_comes_back_unit_by_unit()
    {
        char[] units = ['a', '\ud800', 'b', '\udc00', '\u00e4', '\ud83d', '\ude00', '\uffff', '\ud801', '\ud802'];

        RawName name = RawName.FromUtf16(units);

        Assert.Equal(new string(units), name.ToUtf16());
        Assert.StartsWith("a\\xed\\xa0\\x80b\\xed\\xb0\\x80\u00e4\U0001f600", name.ToString(), StringComparison.Ordinal);
        Assert.Equal(name, RawName.FromUtf16(Encoding.Unicode.GetBytes("x").Length == 2 ? ToBytes(units) : []));
    }

    [Fact]
    public void Bytes_that_are_no_text_have_no_utf16() => Assert.Null(new RawName([0xff]).ToUtf16());

    [Fact]
    public void A_slash_within_a_name_separates_nothing() =>
        Assert.Equal("a\\x2fb", new RawName("a/b"u8).ToPathComponent());

    private static byte[] ToBytes(char[] units)
    {
        byte[] bytes = new byte[units.Length * 2];
        Buffer.BlockCopy(units, 0, bytes, 0, bytes.Length);
        return bytes;
    }
}
