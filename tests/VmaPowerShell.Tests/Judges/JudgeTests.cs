using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using Xunit;

namespace VmaTools.PowerShell.Tests.Judges;

/// <summary>
/// What the module makes in real PowerShell, as programs that others wrote see it. Where a program is missing, its tests are skipped and
/// say so: the Pester suites need none of them.
/// </summary>
public sealed class JudgeTests : IDisposable
{
    private static readonly string Sample = Fixtures.Path("corpus/vzdump-qemu-101-2026_11_20-02_00_03.vma");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly string[] Browsers = ["chromium", "chromium-browser", "google-chrome", "msedge"];

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("sha256sum", "SHA256")]
    [InlineData("sha512sum", "SHA512")]
    [InlineData("md5sum", "MD5")]
    public async Task Lists_of_digests_hold_for_what_is_exported(string program, string algorithm)
    {
        new Tool(program).SkipIfMissing();
        foreach (string extension in new[] { ".zst", ".gz", ".lzo", ".bz2" })
        {
            string output = await Run($"""
                Export-VmaDevice out{extension} -InputObject '{Sample}{extension}'
                Get-VmaDeviceHash '{Sample}{extension}' -Algorithm {algorithm} -AsChecksumLine | Set-Content out{extension}/list
                Set-Location out{extension}
                {program} -c list
                """);
            Assert.Equal(4, output.Split('\n').Count(static l => l.EndsWith(": OK", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Zstd_takes_what_it_compressed_itself_for_Windows_PowerShell()
    {
        Tool.Zstd.SkipIfMissing();
        string disk = _folder.File("disk.raw");
        byte[] bytes = new byte[6 << 20];
        new Random(1).NextBytes(bytes.AsSpan(0, 1 << 20));
        await File.WriteAllBytesAsync(disk, bytes, TestContext.Current.CancellationToken);
        string said = await Run(
            """
            New-VmaArchive made.vma.zst disk.raw -Level 5 -WarningAction SilentlyContinue -Verbose 4>&1 | ForEach-Object Message
            (Test-VmaArchive made.vma.zst).DataProof
            (Get-VmaDeviceHash made.vma.zst).Hash -eq (Get-FileHash disk.raw).Hash
            """,
            "out/VmaTools/bin/netstandard2.0/VmaPowerShell.dll");
        Assert.Matches("Compressing by the program .*[Zz]st.*, level 5", said);
        Assert.Equal(["Checksum", "True"], said.TrimEnd().Split('\n')[^2..].Select(static l => l.Trim()));
        Tool.Zstd.Run("-tq", _folder.File("made.vma.zst"));
    }

    /// <summary>Partitions of a real guest, FAT32 and ext4, and a disk without partitions, NTFS.</summary>
    [Theory]
    [InlineData("gpt-linux", 0, 1)]
    [InlineData("gpt-linux", 1, 2)]
    [InlineData("ntfs-small", 0, 0)]
    public async Task SevenZip_gets_files_out_of_partitions(string guest, int volume, int partition)
    {
        Tool.SevenZip.SkipIfMissing();
        (string path, string digest) = FileOf(guest, volume);
        string archive = Fixtures.Path($"disks/{guest}.vma.zst");
        string output = await Run($$"""
            $from = @{ Archive = '{{archive}}'; Device = (Get-VmaDevice '{{archive}}')[0].Name; Index = {{partition}} }
            $listed = & '{{Fixtures.Root}}/examples/Get-FileFromBackup.ps1' @from -List
            $path = @($listed | Where-Object { $_.Replace('\', '/') -ceq '{{path}}' })[0]
            & '{{Fixtures.Root}}/examples/Get-FileFromBackup.ps1' @from -File $path -Destination found | ForEach-Object { (Get-FileHash -LiteralPath $_.FullName).Hash }
            """);
        Assert.Equal(digest, output.Trim(), ignoreCase: true);
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("old-ide")]
    [InlineData("windows11")]
    [InlineData("cloud-init")]
    public async Task Libvirt_s_schema_takes_the_machines_of_the_example(string name)
    {
        Tool validate = new("virt-xml-validate");
        validate.SkipIfMissing();
        string config = await File.ReadAllTextAsync(Fixtures.Path($"guests/{name}.conf"), TestContext.Current.CancellationToken);
        ArchiveForge forge = new ArchiveForge().Config("qemu-server.conf", config);
        int id = 0;
        foreach (string map in config.Split('\n').Where(static l => l.StartsWith("#qmdump#map:", StringComparison.Ordinal)))
        {
            forge.Device(++id, map.Split(':')[2], 1 << 16);
        }

        string archive = _folder.File("machine.vma");
        await File.WriteAllBytesAsync(archive, forge.Build(), TestContext.Current.CancellationToken);
        await Run($"[IO.File]::WriteAllText(\"$PWD/domain.xml\", (& '{Fixtures.Root}/examples/ConvertTo-LibvirtXml.ps1' machine.vma /images))");
        string domain = await File.ReadAllTextAsync(_folder.File("domain.xml"), TestContext.Current.CancellationToken);
        Assert.Equal(config.Split('\n').Count(static l => l.StartsWith("#qmdump#map:", StringComparison.Ordinal) && !l.Contains("efidisk", StringComparison.Ordinal) && !l.Contains("tpmstate", StringComparison.Ordinal)), domain.Split("<disk ").Length - 1);
        validate.Run(_folder.File("domain.xml"), "domain");
    }

    [Fact]
    public async Task A_browser_shows_a_report_by_day_and_by_night_maps_and_all()
    {
        Tool? browser = Browsers.Select(static b => new Tool(b)).FirstOrDefault(static b => b.Exists);
        Assert.SkipWhen(browser is null, $"{string.Join(", ", Browsers)} not found on PATH");
        await Run($$"""
            . '{{Fixtures.Root}}/tests/Pester/ReportSample.ps1'
            $sample = Get-ReportSample
            $sample | Export-VmaReport all.html -Title 'Backups of example.com' -MaxAge '1.06:00:00'
            $sample | Where-Object { -not $_.Cells } | Export-VmaReport plain.html -Title 'Backups of example.com' -MaxAge '1.06:00:00'
            """);
        (int, int, int) dayMap = (31, 95, 174);
        (int, int, int) dayLost = (179, 38, 30);
        (int, int, int) nightMap = (111, 176, 255);
        (int, int, int) nightLost = (255, 138, 128);

        // Two maps of 1024 points by eight lines of ten: about half of it is stored, and a line of one of them is missing.
        Picture day = Draw(browser!, "all", 1);
        Assert.True(day.Count(dayMap) > 40_000 && day.Count(dayLost) > 3000 && day.Count(nightMap) == 0, "The page by day has not the colours of the day.");
        Picture night = Draw(browser!, "all", 0);
        Assert.True(night.Count(nightMap) > 40_000 && night.Count(nightLost) > 3000, "The page by night has not the colours of the night.");
        Picture plain = Draw(browser!, "plain", 1);
        Assert.True(plain.Count(dayMap) == 0 && plain.Count(dayLost) < 3000, "There are maps of what was not measured.");
    }

    /// <inheritdoc/>
    [Fact]
    public async Task A_guest_starts_in_qemu()
    {
        new Tool("qemu-system-x86_64").SkipIfMissing();

        // A boot sector that writes a line on the first serial port and stops.
        byte[] disk = new byte[1 << 17];
        Convert.FromHexString("31C08ED8FCBE227CAC84C0741288C4BAFD03ECA82074FBBAF80388E0EEEBE9F4EBFD").CopyTo(disk, 0);
        "the boot sector has started\n"u8.CopyTo(disk.AsSpan(34));
        (disk[510], disk[511]) = (0x55, 0xaa);
        await File.WriteAllBytesAsync(_folder.File("disk.raw"), disk, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(_folder.File("silent.raw"), new byte[1 << 17], TestContext.Current.CancellationToken);
        string said = await Run("""
            foreach ($name in 'disk', 'silent') { Get-Item "$name.raw" | New-VmaArchive "$name.vma" -WarningAction SilentlyContinue }
            $before = (Get-FileHash disk.vma).Hash
            $result = Test-VmaRestore disk.vma -Boot -Until 'the boot sector has started'
            "$($result.Verdict), $($result.Grade), $($result.IsPassed), $($result.BootRun.Marker), $($result.BootRun.SerialText -like '*SeaBIOS*the boot sector has started*')"
            Test-VmaRestore disk.vma -Boot -Until 'the boot sector has started' -Quiet
            $result = Test-VmaRestore disk.vma -Boot -Until 'something else' -TimeoutSec 1
            "$($result.Verdict), $($result.BootOutcome), $($result.BootRun.HasStarted)"
            $result = Test-VmaRestore silent.vma -Boot
            $result.BootRun.SaveScreenshot("$PWD/screen.png")
            "$($result.Verdict), $(($result.Findings | Where-Object Severity -EQ Error).Code)"
            (Get-FileHash disk.vma).Hash -eq $before
            """);
        Assert.Equal(
            ["Boots, Boot, True, the boot sector has started, True", "True", "Not proven, Unknown, False", "DOES NOT BOOT, BootFailed", "True"],
            said.TrimEnd().Split('\n').Select(static l => l.Trim()));
        byte[] picture = await File.ReadAllBytesAsync(_folder.File("screen.png"), TestContext.Current.CancellationToken);
        Assert.True(picture.AsSpan(1, 3).SequenceEqual("PNG"u8));
    }

    [Fact]
    public async Task What_was_unlocked_is_served_as_it_is_exported()
    {
        Tool.QemuImg.SkipIfMissing();
        string said = await Run($$"""
            $pass = [securestring]::new()
            'correct horse battery'.ToCharArray() | ForEach-Object { $pass.AppendChar($_) }
            $server = Start-VmaNbdServer '{{Fixtures.Path("locked/luks.vma.zst")}}' -Passphrase $pass
            $uri = ($server.Exports | Where-Object Name -EQ 'drive-scsi0/p1').Uri
            qemu-img convert -O raw $uri nbd.raw
            $server | Stop-VmaNbdServer
            Get-VmaVolume '{{Fixtures.Path("locked/luks.vma.zst")}}' -Volume p1 | Export-VmaDevice nbd.img -Format Raw -Passphrase $pass
            (Get-FileHash nbd.raw).Hash -eq (Get-FileHash nbd.img).Hash
            """);
        Assert.Equal("True", said.Trim());
    }

    [Fact]
    public async Task An_interrupted_copy_of_files_leaves_nothing_and_the_prompt_comes_back()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "terminals are none there that a script could open");
        foreach (string program in new[] { "python3", "mke2fs", "bzip2" })
        {
            new Tool(program).SkipIfMissing();
        }

        string said = await Run($"& '{Path.Combine(Fixtures.Root, "tests/VmaPowerShell.Tests/Judges/Interrupt.ps1")}' '{Fixtures.Root}' '{_folder.FullName}'");
        Assert.Equal(["big.bin: nothing left", "files.tar: nothing left"], said.TrimEnd().Split('\n')[^2..].Select(static l => l.Trim()));
    }

    public void Dispose() => _folder.Dispose();

    private Picture Draw(Tool browser, string page, int scheme)
    {
        string picture = _folder.File($"{page}{scheme}.png");

        // A browser on a busy machine may fail to start once.
        for (int attempt = 0; attempt < 3 && !File.Exists(picture); attempt++)
        {
            browser.Try(
                "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", $"--user-data-dir={_folder.File($"profile{page}{scheme}{attempt}")}",
                $"--blink-settings=preferredColorScheme={scheme}", "--window-size=1180,1640", $"--screenshot={picture}", new Uri(_folder.File(page + ".html")).AbsoluteUri);
        }

        Assert.True(File.Exists(picture), "The browser drew nothing.");
        Picture drawn = new(File.ReadAllBytes(picture));
        Assert.Equal(1180, drawn.Width);
        return drawn;
    }

    /// <summary>Runs a script in PowerShell, in the test's folder, with the module; anything that fails in it fails the test.</summary>
    private async Task<string> Run(string script, string module = "out/VmaTools/VmaTools.psd1")
    {
        (string[] shell, string? reason) = await Shell.Command;
        Assert.SkipWhen(reason is not null, reason ?? string.Empty);
        string file = _folder.File("script.ps1");
        await File.WriteAllTextAsync(file, $"""
            $ErrorActionPreference = 'Stop'
            $ProgressPreference = 'SilentlyContinue'
            Import-Module '{Path.Combine(Fixtures.Root, module)}'
            Set-Location -LiteralPath '{_folder.FullName}'
            {script}
            """);
        (int exitCode, string output) = await Shell.Run(
            [.. shell, "-NoLogo", "-NoProfile", "-NonInteractive", "-File", file], Patience, start => start.Environment["XDG_CACHE_HOME"] = _folder.File("cache"));
        Assert.True(exitCode == 0, output);
        return output;
    }

    /// <summary>A file of some bytes in a guest, and its digest, as the file system's own implementation reads it.</summary>
    private static (string Path, string Digest) FileOf(string guest, int volume)
    {
        using GZipStream truth = new(File.OpenRead(Fixtures.Path($"disks/{guest}.truth.json.gz")), CompressionMode.Decompress);
        using JsonDocument document = JsonDocument.Parse(truth);
        JsonElement file = document.RootElement.GetProperty("volumes")[volume].GetProperty("files").EnumerateArray().First(static f =>
            f.GetProperty("type").GetString() == "file" && f.GetProperty("size").GetInt64() > 1000 && f.GetProperty("path").GetString()!.All(static c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '.'));
        return (file.GetProperty("path").GetString()![1..], file.GetProperty("sha256").GetString()!);
    }
}
