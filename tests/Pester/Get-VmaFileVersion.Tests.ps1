BeforeAll {
    . "$PSScriptRoot/Common.ps1"

    # A floppy disk as somebody else's tools wrote it, five times: as it was, again, with another file's data, without the file, and as at first.
    $store = (New-Item -ItemType Directory (Join-Path $TestDrive 'store')).FullName
    Get-Item "$Fixtures/disks/fat12-floppy.vma.zst" | Export-VmaDevice "$TestDrive/floppy.raw"
    $first = [IO.File]::ReadAllBytes("$TestDrive/floppy.raw")
    $text = [Text.Encoding]::GetEncoding(28591).GetString($first)
    $random = Read-VmaFile "$Fixtures/disks/fat12-floppy.vma.zst" /random.bin
    $data = $text.IndexOf([Text.Encoding]::GetEncoding(28591).GetString($random, 0, 512), [StringComparison]::Ordinal)
    $entry = $text.IndexOf('README  TXT', [StringComparison]::Ordinal)
    $changed = $first.Clone()
    $changed[$data + 100] = $changed[$data + 100] -bxor 1
    $changed[$entry + 22] = $changed[$entry + 22] -bxor 1
    $without = $first.Clone()
    $without[$entry] = 0xE5
    $day = [datetime]::new(2026, 11, 20, 2, 0, 0, [DateTimeKind]::Utc)
    foreach ($bytes in $first, $first, $changed, $without, $first) {
        [IO.File]::WriteAllBytes("$TestDrive/floppy.raw", $bytes)
        New-VmaArchive "$store/vzdump-qemu-101-$($day.ToString('yyyy_MM_dd-HH_mm_ss')).vma" -InputObject "$TestDrive/floppy.raw" -CreationTime $day -WarningAction Ignore
        $day = $day.AddDays(1)
    }

    $archives = @((Get-ChildItem $store -Filter *.vma | Sort-Object Name).FullName)
}

Describe 'Get-VmaFileVersion' {
    It 'tells of each backup what the file was, in the order of the backups' {
        $rows = @(Get-VmaFileVersion ($archives[4..0]) /README.TXT)
        $rows.Change | Should -Be 'New', 'Same', 'Changed', 'Missing', 'New'
        $rows.ArchivePath | Should -Be $archives
        $rows.BackupTimeUtc | ForEach-Object { $_.Day } | Should -Be 20, 21, 22, 23, 24
        $rows.VMId | Select-Object -Unique | Should -Be 101
        $rows[0].Length | Should -Be (Get-VmaFile $archives[0] /README.TXT).Length
        $rows[2].LastWriteTimeUtc | Should -Be (Get-VmaFile $archives[2] /README.TXT).LastWriteTimeUtc
        $rows[3].Length | Should -BeNullOrEmpty
        $rows[0].Sha256 | Should -BeNullOrEmpty
        "$($rows[0])" | Should -BeExactly 'VmaFileVersion: /README.TXT at 2026-11-20 02:00:00Z'
    }

    It 'sees with -Content what neither length nor time tells' {
        @(Get-VmaFileVersion $archives /random.bin).Change | Should -Be 'New', 'Same', 'Same', 'Same', 'Same'
        $rows = @(Get-VmaFileVersion $archives /random.bin -Content)
        $rows.Change | Should -Be 'New', 'Same', 'Changed', 'Changed', 'Same'
        $rows.Sha256 | Should -BeExactly @($archives | ForEach-Object { (Get-VmaFileHash $_ /random.bin).Hash.ToLowerInvariant() })
        @(Get-VmaFileVersion $archives /README.TXT -Content).Change | Should -Be 'New', 'Same', 'Same', 'Missing', 'New'
    }

    It 'takes backups of a folder, and files that were found' {
        $rows = @(Get-VmaBackup $store -VMId 101 | Get-VmaFileVersion /README.TXT)
        $rows.Change | Should -Be 'New', 'Same', 'Changed', 'Missing', 'New'

        # A pattern that nothing matches is an error, as it is elsewhere; what a backup before had is compared all the same.
        $found = @($archives | Get-VmaFile -FilePath '/READ*.TXT' -ErrorAction SilentlyContinue | Get-VmaFileVersion)
        $found.Change | Should -Be 'New', 'Same', 'Changed', 'Changed'
        @(Get-VmaFileVersion $archives -FilePath '/READ*' -Volume drive-* -ErrorAction SilentlyContinue).Change | Should -Be 'New', 'Same', 'Changed', 'Changed'
    }

    It 'keeps VMs apart' {
        Copy-Item $archives[2] "$store/vzdump-qemu-100-2026_11_22-02_00_03.vma"
        try {
            $rows = @(Get-VmaFileVersion "$store/*.vma" /README.TXT)
            $rows.VMId | Should -Be 100, 101, 101, 101, 101, 101
            $rows.Change | Should -Be 'New', 'New', 'Same', 'Changed', 'Missing', 'New'
        } finally {
            Remove-Item "$store/vzdump-qemu-100-*"
        }
    }

    It 'tells what is no file, and goes on' {
        $rows = @(Get-VmaFileVersion $archives[0, 1] /, /README.TXT -ErrorVariable problem -ErrorAction SilentlyContinue)
        $rows.Change | Should -Be 'New', 'Same'
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'FileTypeMismatch,*'
        $problem.Count | Should -Be 2
    }
}
