using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.GuestFiles;

/// <summary>What stands behind the ends of files, beside what The Sleuth Kit reads there.</summary>
public sealed class SlackTests : IDisposable
{
    private static readonly Tool Icat = new("icat");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("gpt-linux", "p2", "/basics")]
    [InlineData("gpt-linux", "p6", "/")]
    public void It_goes_on_where_the_content_ends(string image, string volume, string path)
    {
        Icat.SkipIfMissing();
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path($"disks/{image}.vma.zst"));
        using VmaGuest guest = VmaGuest.Open(archive);
        string raw = _folder.File("raw");
        using (Stream content = guest.GetVolume(volume).OpenRead())
        using (FileStream target = File.Create(raw))
        {
            content.CopyTo(target);
        }

        int withSlack = 0;
        foreach (VmaFile file in guest.ReadDirectory(guest.GetFile(path, volume), depth: 8).Where(static f => f.Type == "File" && f.Length < 1 << 20 && f.ReparseTag is null))
        {
            using Stream content = guest.OpenRead(file);
            using MemoryStream bytes = new();
            content.CopyTo(bytes);
            bool isStoredOtherwise = guest.OpenFileSystem(volume).ReadAllocation(file.GetEntry()).Any(static e => e.Kind is FileExtentKind.Inline or FileExtentKind.Encoded or FileExtentKind.Unwritten);
            byte[] slack = guest.ReadSlack(file);
            bytes.Write(slack);
            withSlack += slack.Length > 0 ? 1 : 0;
            if (!isStoredOtherwise)
            {
                Assert.Equal(Icat.Filter([], "-s", raw, file.FileId.ToString(CultureInfo.InvariantCulture)), bytes.ToArray());
            }
        }

        Assert.True(withSlack > 0);
    }
}
