using System;
using Xunit;

namespace VmaTools.Tests.Guests;

public class BackupFileNameTests
{
    [Theory]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.vma", BackupFileKind.Archive, null, "vzdump-qemu-101-2026_11_20-02_00_03")]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.vma.zst", BackupFileKind.Archive, "zst", "vzdump-qemu-101-2026_11_20-02_00_03")]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.vma.gz", BackupFileKind.Archive, "gz", "vzdump-qemu-101-2026_11_20-02_00_03")]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.vma.bz2", BackupFileKind.Archive, "bz2", "vzdump-qemu-101-2026_11_20-02_00_03")]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.vma.lzo", BackupFileKind.Archive, "lzo", "vzdump-qemu-101-2026_11_20-02_00_03")]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.vma.zst.notes", BackupFileKind.Notes, "zst", "vzdump-qemu-101-2026_11_20-02_00_03")]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.vma.protected", BackupFileKind.Protected, null, "vzdump-qemu-101-2026_11_20-02_00_03")]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.log", BackupFileKind.Log, null, "vzdump-qemu-101-2026_11_20-02_00_03")]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.vma.dat", BackupFileKind.Leftover, null, "vzdump-qemu-101-2026_11_20-02_00_03")]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.dat", BackupFileKind.Leftover, null, "vzdump-qemu-101-2026_11_20-02_00_03")]
    [InlineData("my.server.vma.zst", BackupFileKind.Archive, "zst", "my.server")]
    [InlineData("server.VMA", BackupFileKind.Archive, null, "server")]
    [InlineData("vzdump-lxc-101-2026_11_20-02_00_03.log", BackupFileKind.Other, null, "vzdump-lxc-101-2026_11_20-02_00_03.log")]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.tar.zst", BackupFileKind.Other, null, "vzdump-qemu-101-2026_11_20-02_00_03.tar.zst")]
    [InlineData("disk.dat", BackupFileKind.Other, null, "disk.dat")]
    [InlineData(".vma", BackupFileKind.Other, null, ".vma")]
    [InlineData("", BackupFileKind.Other, null, "")]
    public void Kind_compression_and_stem(string text, BackupFileKind kind, string? compression, string baseName)
    {
        BackupFileName name = BackupFileName.Parse(text);

        Assert.Equal((kind, compression, baseName), (name.Kind, name.CompressionExtension, name.BaseName));
        Assert.Equal(text, name.FileName);
        Assert.Equal(kind is BackupFileKind.Notes or BackupFileKind.Protected or BackupFileKind.Log, name.IsCompanion);
    }

    [Theory]
    [InlineData("server.vma.zst.vmaindex")]
    [InlineData("server.vma.manifest.json")]
    public void What_this_library_puts_beside_an_archive_is_its_companion(string text) => Assert.True(BackupFileName.Parse(text).IsCompanion);

    [Theory]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.vma.zst", 101, "2026-11-20T02:00:03", true, true)]
    [InlineData("vzdump-qemu-999999999-2026_02_28-23_59_59.vma", 999999999, "2026-02-28T23:59:59", true, true)]
    [InlineData("vzdump-qemu-888.vma", 888, null, false, true)]
    [InlineData("vzdump-qemu-101-before-upgrade.vma.zst", 101, null, false, true)]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03-copy.vma.zst", 101, null, false, true)]
    [InlineData("vzdump-qemu-99-2026_11_20-02_00_03.vma", 99, "2026-11-20T02:00:03", false, true)]
    [InlineData("vzdump-qemu-0101-2026_11_20-02_00_03.vma", 101, "2026-11-20T02:00:03", false, true)]
    [InlineData("vzdump-qemu-101-2026_13_20-02_00_03.vma", 101, null, false, false)]
    [InlineData("vzdump-qemu-101-2026_02_30-02_00_03.vma", 101, null, false, false)]
    [InlineData("vzdump-qemu-web.vma.gz", null, null, false, true)]
    [InlineData("vzdump-qemu-101a.vma.gz", null, null, false, true)]
    [InlineData("vzdump-qemu-99999999999999.vma", null, null, false, true)]
    [InlineData("vzdump-qemu-.vma", null, null, false, false)]
    [InlineData("VZDUMP-qemu-101-2026_11_20-02_00_03.vma", null, null, false, false)]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.VMA", 101, "2026-11-20T02:00:03", false, false)]
    [InlineData("server.vma.zst", null, null, false, false)]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.log", 101, "2026-11-20T02:00:03", true, false)]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.vma.dat", 101, "2026-11-20T02:00:03", true, false)]
    public void Facts_in_the_name(string text, int? vmId, string? time, bool isStandard, bool isRestorable)
    {
        BackupFileName name = BackupFileName.Parse(text);

        Assert.Equal((vmId, isStandard, isRestorable), (name.VMId, name.IsStandard, name.IsRestorable));
        Assert.Equal(time, name.Time?.ToString("s", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(DateTimeKind.Unspecified, name.Time?.Kind ?? DateTimeKind.Unspecified);
    }

    [Fact]
    public void Companions_of_an_archive()
    {
        BackupFileName name = BackupFileName.Parse("vzdump-qemu-101-2026_11_20-02_00_03.vma.zst");

        Assert.Equal("vzdump-qemu-101-2026_11_20-02_00_03.log", name.LogName);
        Assert.Equal("vzdump-qemu-101-2026_11_20-02_00_03.vma.zst.notes", name.NotesName);
        Assert.Equal("vzdump-qemu-101-2026_11_20-02_00_03.vma.zst.protected", name.ProtectedName);
        Assert.Equal(name.FileName, BackupFileName.Parse(name.NotesName!).ArchiveName);
        Assert.Equal(name.BaseName, BackupFileName.Parse(name.LogName!).BaseName);
    }

    [Fact]
    public void Any_text_parses()
    {
        Random random = new(1);
        const string Alphabet = "vzdump-qemu-.101_2026vmazstgzlolognotes/\\:\0 é\uD800";
        for (int i = 0; i < 5_000; i++)
        {
            char[] text = new char[random.Next(40)];
            for (int j = 0; j < text.Length; j++)
            {
                text[j] = Alphabet[random.Next(Alphabet.Length)];
            }

            string name = (i % 2 == 0 ? "vzdump-qemu-" : string.Empty) + new string(text) + (i % 3 == 0 ? ".vma" : string.Empty);
            Assert.Equal(name, BackupFileName.Parse(name).FileName);
        }
    }
}
