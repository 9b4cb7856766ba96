BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    function New-Disk([string] $Name, [int] $Length = 9000960) {
        $bytes = [byte[]]::new($Length)
        [Random]::new($Length).NextBytes($bytes)
        if ($Length -gt 5000000) { [Array]::Clear($bytes, 100000, 4000000) }
        $path = Join-Path $TestDrive $Name
        [System.IO.File]::WriteAllBytes($path, $bytes)
        $path
    }

    $disk = New-Disk 'server.raw'
    $config = Join-Path $TestDrive 'qemu-server.conf'
    [System.IO.File]::WriteAllText($config, "name: made`n#qmdump#map:scsi0:drive-scsi0::raw:`n")
}

Describe 'New-VmaArchive' {
    It 'names the archive as vzdump does, compresses it, and gives it' {
        $archive = Get-Item $disk | New-VmaArchive $TestDrive/store -Config $config -VMId 101 -Time '2026-11-20 02:00:03' -PassThru -WarningVariable warning
        $warning | Should -BeNullOrEmpty
        $archive.ArchivePath | Should -BeExactly (Join-Path (Join-Path $TestDrive 'store') 'vzdump-qemu-101-2026_11_20-02_00_03.vma.zst')
        $archive.Compression | Should -Be 'Zstd'
        (Get-VmaConfig $archive.ArchivePath).Text | Should -BeExactly (Get-Content -Raw $config)
        (Get-VmaDeviceHash $archive.ArchivePath).Hash | Should -Be (Get-FileHash $disk).Hash
        (Test-VmaArchive $archive.ArchivePath).IsValid | Should -BeTrue
        (Get-VmaDevice $archive.ArchivePath).Name | Should -Be 'drive-scsi0'
    }

    It 'writes no archive where nothing comes through the pipe' {
        { @() | New-VmaArchive $TestDrive/nothing.vma -Config $config } | Should -Throw -ErrorId 'SourceMissing,*'
        Test-Path $TestDrive/nothing.vma | Should -BeFalse
    }

    It 'gives the same bytes for the same input' {
        $common = @{ Config = $config; Uuid = '22abf1e3-5743-45a7-aeac-d58493588a63'; CreationTime = [DateTime]::new(2026, 11, 20, 2, 0, 3, [DateTimeKind]::Utc) }
        foreach ($name in 'a.vma', 'b.vma', 'a.vma.gz', 'b.vma.gz', 'a.vma.zst', 'b.vma.zst') {
            New-VmaArchive $TestDrive/$name $disk @common -WarningAction SilentlyContinue
        }

        foreach ($extension in 'vma', 'vma.gz', 'vma.zst') {
            (Get-FileHash $TestDrive/a.$extension).Hash | Should -Be (Get-FileHash $TestDrive/b.$extension).Hash
            (Get-VmaArchive $TestDrive/a.$extension).Uuid | Should -BeExactly $common.Uuid
            (Get-VmaArchive $TestDrive/a.$extension).CreationTime | Should -Be $common.CreationTime
        }
    }

    It 'takes devices, partitions, files, streams and a whole archive, in order' {
        $stream = [System.IO.MemoryStream]::new([byte[]](1..200) * 100)
        $small = New-Disk 'disk-drive-virtio3.raw' 70000
        $items = @(Get-VmaDevice $Sample -Id 1) + @(Get-Item $small) + @($stream)
        ,$items | ForEach-Object { $_ } | New-VmaArchive $TestDrive/all.vma -WarningAction SilentlyContinue
        $made = Get-VmaDevice $TestDrive/all.vma
        $made.Name | Should -Be 'drive-efidisk0', 'drive-virtio3', 'drive-scsi0'
        $made.DeviceId | Should -Be 1, 2, 3
        (Get-VmaDeviceHash $TestDrive/all.vma -Id 1).Hash | Should -Be (Get-VmaDeviceHash $Sample -Id 1).Hash
        $stream.CanRead | Should -BeTrue
        New-VmaArchive $TestDrive/copy.vma (Get-VmaArchive $Sample) -Config (Get-VmaConfig $Sample) -WarningAction SilentlyContinue
        (Get-VmaDeviceHash $TestDrive/copy.vma).Hash | Should -Be (Get-VmaDeviceHash $Sample).Hash
        (Get-VmaConfig $TestDrive/copy.vma).Name | Should -Be (Get-VmaConfig $Sample).Name
    }

    It 'takes the disks in images, and files as they are where it is told so' {
        New-VmaArchive $TestDrive/plain.vma $disk -WarningAction SilentlyContinue
        foreach ($format in 'Qcow2', 'Vhdx', 'Vhd', 'Vmdk', 'Vdi') {
            $image = (Export-VmaDevice "$TestDrive/moved.$format" -InputObject $TestDrive/plain.vma -Format $format -PassThru).FullName
            New-VmaArchive $TestDrive/$format.vma $image -WarningAction SilentlyContinue
            (Get-VmaDeviceHash $TestDrive/$format.vma).Hash | Should -Be (Get-FileHash $disk).Hash
            Compare-VmaDevice $TestDrive/plain.vma $image -Quiet | Should -BeTrue
            New-VmaArchive $TestDrive/$format.raw.vma $image -Format Raw -WarningAction SilentlyContinue
            (Get-VmaDevice $TestDrive/$format.raw.vma).Size | Should -Not -Be (Get-Item $disk).Length
        }

        { New-VmaArchive $TestDrive/none.vma $disk -Format Vhdx } | Should -Throw -ErrorId 'ImageDamaged,*'
    }

    It 'gives devices the names that it is told' {
        New-VmaArchive $TestDrive/named.vma $disk, $disk -Name drive-sata0, drive-sata1 -WarningAction SilentlyContinue
        (Get-VmaDevice $TestDrive/named.vma).Name | Should -Be 'drive-sata0', 'drive-sata1'
    }

    It 'makes an archive without disks' {
        New-VmaArchive $TestDrive/none.vma -Config $config -WarningAction SilentlyContinue
        (Get-VmaArchive $TestDrive/none.vma).Devices.Count | Should -Be 0
        (Test-VmaArchive $TestDrive/none.vma).IsValid | Should -BeTrue
    }

    It 'warns of what a restore would refuse or leave out' {
        New-VmaArchive $TestDrive/mine.vma $disk -WarningVariable warning -WarningAction SilentlyContinue
        "$warning" | Should -Match "refuses a file named 'mine.vma'"
        "$warning" | Should -Match 'no qemu-server.conf'
    }

    It 'never writes over a file' {
        $before = Get-Digest $disk
        Set-Content $TestDrive/there.vma 'x'
        { New-VmaArchive $TestDrive/there.vma $disk -ErrorAction Stop } | Should -Throw -ErrorId 'TargetExists,*'
        Get-Content $TestDrive/there.vma | Should -Be 'x'
        Get-Digest $disk | Should -Be $before
    }

    It 'writes nothing where a disk is missing or is none' {
        { New-VmaArchive $TestDrive/bad.vma $disk, "$TestDrive/nothing.raw" } | Should -Throw -ErrorId 'ItemNotFound,*'
        { New-VmaArchive $TestDrive/bad.vma $Sample } | Should -Throw -ErrorId 'NotADisk,*'
        { New-VmaArchive $TestDrive/bad.vma $disk -Name drive-scsi0, drive-scsi1 -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
        { New-VmaArchive $TestDrive/bad.vma $disk, $disk -Name drive-scsi0, drive-scsi0 } | Should -Throw -ErrorId 'NameDuplicate,*'
        { New-VmaArchive $TestDrive/bad.vma $disk -Compression Zstd } | Should -Throw -ErrorId 'InvalidRange,*'
        { New-VmaArchive $TestDrive/bad.vma $disk -Level 3 } | Should -Throw -ErrorId 'InvalidRange,*'
        { New-VmaArchive $TestDrive $disk } | Should -Throw -ErrorId 'InvalidRange,*'
        { New-VmaArchive $TestDrive/bad.vma -Config $disk } | Should -Throw -ErrorId 'ArchiveLimitExceeded,*'
        { New-VmaArchive $TestDrive/bad.vma $disk -Config 5 -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidConfig,*'
        { New-VmaArchive $TestDrive/bad.vma $disk -Uuid x } | Should -Throw -ErrorId 'ArchiveNameInvalid,*'
        Test-Path $TestDrive/bad.vma | Should -BeFalse
    }

    It 'writes nothing with WhatIf' {
        New-VmaArchive $TestDrive/whatif.vma $disk -WhatIf -WarningAction SilentlyContinue
        Test-Path $TestDrive/whatif.vma | Should -BeFalse
    }

    It 'tells what compresses' {
        $verbose = New-VmaArchive $TestDrive/verbose.vma.zst $disk -Level 1 -Verbose -WarningAction SilentlyContinue 4>&1
        "$verbose" | Should -Match 'zstd.*, level 1|Zstd.*, level 1'
    }
}
