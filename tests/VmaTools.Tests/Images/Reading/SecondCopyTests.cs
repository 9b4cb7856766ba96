using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Images.Reading;

/// <summary>Structures that a format keeps twice: one copy is enough, and it is told that the other is damaged.</summary>
public sealed class SecondCopyTests
{
    private static readonly Scenario Small = Scenario.Mixed(3 << 20, "ascending");

    [Theory]
    [InlineData("vhdx", 64 << 10)]
    [InlineData("vhdx", 128 << 10)]
    [InlineData("vhdx", 192 << 10)]
    [InlineData("vhdx", 256 << 10)]
    [InlineData("vhd", -512)]
    public void The_other_copy_is_used(string variant, int offset)
    {
        byte[] sound = VhdxForge.Make(variant, Small);
        byte[] image = [.. sound];
        image[(offset < 0 ? image.Length + offset : offset) + 20] ^= 1;
        VmaImage opened = VmaImage.Open(new MemoryStream(image));
        Assert.Equal([VmaCodes.ImageBackupUsed], opened.Findings.Select(static f => f.Code));
        using Stream expected = VmaImage.Open(new MemoryStream(sound)).OpenRead();
        using Stream actual = opened.OpenRead();
        ImageContents.AssertSame(expected, actual);
    }
}
