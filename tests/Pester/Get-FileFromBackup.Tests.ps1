BeforeDiscovery {
    $tool = @('7z', '7zz', '7za') | Where-Object { Get-Command $_ -ErrorAction Ignore } | Select-Object -First 1
    $makers = @(
        @{ FileSystem = 'ext4'; Make = 'mke2fs'; Size = 8MB }
        @{ FileSystem = 'FAT'; Make = 'mkfs.vfat'; Size = 8MB }
        @{ FileSystem = 'NTFS'; Make = 'mkntfs'; Size = 8MB }
    ) | ForEach-Object { $_.Missing = -not $tool -or -not (Get-Command $_.Make -ErrorAction Ignore); $_ }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/ArchiveMaker.ps1"
    $script = Join-Path $RepositoryRoot 'examples/Get-FileFromBackup.ps1'
}

Describe 'Get-FileFromBackup.ps1' {
    It 'gets a file out of <FileSystem>' -ForEach $makers {
        if ($Missing) { Set-ItResult -Skipped -Because "7-Zip or $Make was not found" }
        $image = Join-Path $TestDrive "$FileSystem.img"
        $null = New-Item -ItemType Directory $TestDrive/$FileSystem/etc
        Set-Content $TestDrive/$FileSystem/etc/hostname 'guest-of-the-backup'
        [System.IO.File]::WriteAllBytes($image, [byte[]]::new($Size))
        switch ($Make) {
            'mke2fs' { mke2fs -q -F -t ext4 -d "$TestDrive/$FileSystem" $image 2>&1 | Out-Null }
            'mkfs.vfat' {
                if (-not (Get-Command mcopy -ErrorAction Ignore)) { Set-ItResult -Skipped -Because 'mcopy was not found' }
                mkfs.vfat $image | Out-Null
                mcopy -s -i $image "$TestDrive/$FileSystem/etc" ::
            }
            'mkntfs' {
                if (-not (Get-Command ntfscp -ErrorAction Ignore)) { Set-ItResult -Skipped -Because 'ntfscp was not found' }
                mkntfs -q -F $image 2>&1 | Out-Null
                ntfscp $image "$TestDrive/$FileSystem/etc/hostname" hostname 2>&1 | Out-Null
            }
        }
        $archive = Join-Path $TestDrive "vzdump-qemu-103-2026_11_20-02_00_03.$FileSystem.vma"
        Write-TestArchive $archive ([ordered]@{ 'drive-scsi0' = [System.IO.File]::ReadAllBytes($image) })
        $listed = & $script -Archive $archive -Device drive-scsi0 -List
        $path = $listed | Where-Object { $_ -match 'hostname$' }
        $path | Should -Not -BeNullOrEmpty
        $found = & $script -Archive $archive -Device drive-scsi0 -File $path -Destination $TestDrive/found-$FileSystem
        Get-Content ($found | Where-Object Name -EQ hostname) | Should -BeExactly 'guest-of-the-backup'
    }
}
