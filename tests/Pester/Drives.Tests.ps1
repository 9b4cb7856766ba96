BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:archive = Join-Path $TestDrive 'vzdump-qemu-101-2026_11_20-02_00_03.vma.zst'
    Copy-Item "$RepositoryRoot/samples/vzdump-qemu-101-2026_11_20-02_00_03.vma.zst" $archive
    $null = New-PSDrive bkd Vma $archive -Scope Global
    $script:vm = Get-VmaVM $archive

    function Get-ReadDigest($Chunks) {
        $memory = [IO.MemoryStream]::new()
        $Chunks | ForEach-Object { $memory.Write($_, 0, $_.Length) }
        Get-BytesDigest $memory.ToArray()
    }
}

AfterAll { Remove-PSDrive bkd -Force }

Describe 'A place on a drive' {
    It 'is a device where devices are asked for: <_>' -ForEach 'Read-VmaDevice', 'Measure-VmaDevice', 'Get-VmaDeviceHash', 'Get-VmaPartition' {
        @(& $_ bkd:\drive-scsi0).Count | Should -BeGreaterThan 0
        if ($_ -ne 'Read-VmaDevice') { @(& $_ bkd:\drive-scsi0 | ForEach-Object { if ($_.Device) { $_.Device } else { $_.Name } } | Sort-Object -Unique) | Should -Be 'drive-scsi0' }
    }

    It 'has the bytes of the device' {
        Get-ReadDigest (Read-VmaDevice bkd:\drive-scsi0) | Should -Be (Get-VmaDeviceHash $archive -Name drive-scsi0).Hash.ToLowerInvariant()
        Get-ReadDigest (Read-VmaDevice -LiteralPath bkd:\drive-scsi2) | Should -Be (Get-VmaDeviceHash $archive -Name drive-scsi2).Hash.ToLowerInvariant()
        Push-Location bkd:\
        try { @(Read-VmaDevice drive-scsi0 -Count 512).Length | Should -Be 1 } finally { Pop-Location }
    }

    It 'is an error where there is none' {
        Read-VmaDevice bkd:\nothing -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ItemNotFound,*'
    }
}

Describe 'A disk of a VM' {
    It 'is exported as the device that it is' {
        $disk = $vm.Disks | Where-Object DeviceName -EQ 'drive-scsi0'
        $disk.ArchivePath | Should -Be $archive
        foreach ($one in $disk, [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($disk))) {
            $out = Join-Path $TestDrive ([guid]::NewGuid())
            $files = @($one | Export-VmaDevice $out -PassThru)
            $files.Name | Should -Be 'drive-scsi0.raw'
            $files[0].PSPath | Should -Not -BeNullOrEmpty -Because 'it is what Get-Item gives'
            $files[0] | Should -BeOfType [IO.FileInfo]
        }
    }

    It 'is an error where the archive does not have it' {
        $absent = @($vm.Disks | Where-Object { -not $_.DeviceName })[0]
        foreach ($one in $absent, [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($absent))) {
            $one | Export-VmaDevice "$TestDrive/none" -ErrorAction SilentlyContinue -ErrorVariable problems
            @($problems).Count | Should -Be 1
            $problems[0].Exception.Message | Should -BeLike "*disk $($absent.Key) is not in the archive ($($absent.WhyAbsent))*"
            "$TestDrive/none" | Should -Not -Exist
        }
    }
}

Describe 'Compare-VmaDevice' {
    It 'takes the window that is allowed' {
        Compare-VmaDevice $archive $archive -Name drive-scsi0 -Quiet -MaxWindowSize 1GB | Should -BeTrue
        Compare-VmaDevice $archive $archive -Name drive-scsi0 -MaxWindowSize 1KB -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'CompressionWindowTooLarge,*'
    }
}
