using System;
using System.IO;
using Xunit;

namespace VmaTools.Tests.Reports;

/// <summary>The page as a library makes it, from what the engine gives.</summary>
public sealed class ReportTests : IDisposable
{
    private const string Name = "vzdump-qemu-101-2026_11_20-02_00_03";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_tells_of_a_test_and_of_maps()
    {
        VmaReport report = new() { Title = "Night <shift>", Time = new DateTime(2026, 11, 21, 8, 0, 0) };
        report.Add(VmaArchiveTest.Run(Corpus.PathOf(Name)));
        foreach (VmaDeviceMeasure measure in VmaDeviceMeasure.Run(VmaArchive.Open(Corpus.PathOf(Name))))
        {
            report.Add(measure);
        }

        string page = report.ToHtml();
        Assert.Contains("Night &lt;shift&gt;", page, StringComparison.Ordinal);
        Assert.Contains("Every archive is valid and complete", page, StringComparison.Ordinal);
        Assert.Contains("<dt>Backups</dt><dd>1</dd>", page, StringComparison.Ordinal);
        Assert.Contains("drive-scsi0", page, StringComparison.Ordinal);

        // Asked once more it is the same page: nothing piles up.
        Assert.Equal(page, report.ToHtml());
    }

    [Fact]
    public void A_test_meets_its_backup_by_path()
    {
        VmaReport report = new() { Time = new DateTime(2026, 11, 21, 8, 0, 0) };
        report.Add(new VmaReportBackup { ArchivePath = "/b/x.vma", FileName = "x.vma", VMId = 7, VMName = "mail" });
        string before = report.ToHtml();
        report.Add(new VmaReportTest { ArchivePath = "/b/x.vma", Findings = [new VmaFinding(VmaCodes.ArchiveDamaged, VmaSeverity.Error, "It broke here.", 4096)] });
        string after = report.ToHtml();
        Assert.Contains("<span class=\"name\">mail</span> <span class=\"dim\">7</span>", after, StringComparison.Ordinal);
        Assert.DoesNotContain("It broke here.", before, StringComparison.Ordinal);
        Assert.Contains("It broke here.", after, StringComparison.Ordinal);
        Assert.Contains("<dt>Backups</dt><dd>1</dd>", after, StringComparison.Ordinal);
    }

    [Fact]
    public void What_asks_for_more_than_is_allowed_is_not_called_damaged()
    {
        VmaReport report = new() { Time = new DateTime(2026, 11, 21, 8, 0, 0) };
        string path = Path.Combine(_folder.FullName, "vzdump-qemu-9-2026_01_02-03_04_05.vma.zst");

        // A frame of zstd with a window of 256 MiB.
        File.WriteAllBytes(path, [0x28, 0xB5, 0x2F, 0xFD, 0x00, 18 << 3, 1, 0, 0]);
        VmaTestResult result = VmaArchiveTest.Run(path);
        Assert.Equal("NOT READ", result.Verdict);
        Assert.False(result.IsValid);
        report.Add(result);
        string page = report.ToHtml();
        Assert.Contains("1 of 1 tested archive could not be read here", page, StringComparison.Ordinal);
        Assert.Contains("</b> Not read</span>", page, StringComparison.Ordinal);
        Assert.Contains("<dt>Not read</dt><dd>1</dd>", page, StringComparison.Ordinal);
        Assert.Contains("<dt>Damaged</dt><dd>0</dd>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_archive_is_not_called_damaged()
    {
        VmaReport report = new() { Time = new DateTime(2026, 11, 21, 8, 0, 0) };
        string path = Path.Combine(_folder.FullName, "vzdump-qemu-9-2026_01_02-03_04_05.vma.zst");
        File.WriteAllText(path, "<!DOCTYPE html><title>Log in</title>");
        VmaTestResult result = VmaArchiveTest.Run(path);
        Assert.True(result.IsForeign);
        report.Add(result);
        string page = report.ToHtml();
        Assert.Contains("1 of 1 tested file is no archive", page, StringComparison.Ordinal);
        Assert.Contains("</b> No archive</span>", page, StringComparison.Ordinal);
        Assert.Contains("it is an HTML page", page, StringComparison.Ordinal);
        Assert.DoesNotContain("</b> Damaged</span>", page, StringComparison.Ordinal);
        Assert.Contains("<dt>Damaged</dt><dd>0</dd>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void It_replaces_a_file_on_demand_only_and_an_archive_never()
    {
        string path = Path.Combine(_folder.FullName, "new", "report.html");
        VmaReport report = new();
        report.Save(path);
        Assert.StartsWith("<!doctype html>", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal(VmaCodes.TargetExists, Assert.Throws<VmaException>(() => report.Save(path)).Code);
        report.Save(path, force: true);

        string archive = Path.Combine(_folder.FullName, "a.vma");
        File.WriteAllBytes(archive, Corpus.Bytes(Name));
        Assert.Equal(VmaCodes.TargetIsArchive, Assert.Throws<VmaException>(() => report.Save(archive, force: true)).Code);
        Assert.Equal(Corpus.Bytes(Name), File.ReadAllBytes(archive));
    }
}
