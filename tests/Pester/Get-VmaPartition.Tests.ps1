BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/ArchiveMaker.ps1"
    $expected = Import-Csv (Join-Path $Fixtures 'guests/disks/expected.tsv') -Delimiter "`t" -Header Disk, Index, Offset, Size, TypeId, Name, Bootable, Type, Version, Label, Uuid | Where-Object Disk -NotLike '#*'
    $archive = Join-Path $TestDrive 'vzdump-qemu-102-2026_11_20-02_00_03.vma'
    Write-TestArchive $archive ([ordered]@{ gpt = Expand-TestDisk gpt; mbr = Expand-TestDisk mbr; ext4 = Expand-TestDisk ext4; ntfs = Expand-TestDisk ntfs })
}

Describe 'Get-VmaPartition' {
    It 'sees what sfdisk and blkid see' {
        foreach ($disk in 'gpt', 'mbr', 'ext4', 'ntfs') {
            $found = @(Get-VmaPartition $archive -Name $disk -WarningAction SilentlyContinue)
            $wanted = @($expected | Where-Object Disk -EQ $disk)
            $found.Index | Should -Be $wanted.Index.ForEach([int])
            $found.Offset | Should -Be $wanted.Offset.ForEach([long])
            $found.Size | Should -Be $wanted.Size.ForEach([long])
            @($found.Uuid).ForEach([string]) | Should -Be @($wanted.Uuid).ForEach([string])
        }
        (Get-VmaPartition $archive -Name ext4).FileSystem | Should -Be 'ext4'
        (Get-VmaPartition $archive -Name ntfs).FileSystem | Should -Be 'NTFS'
    }

    It 'pipes into export, reading and digesting' {
        $partition = Get-VmaPartition $archive -Name gpt -WarningAction SilentlyContinue | Select-Object -First 1
        $file = $partition | Export-VmaDevice $TestDrive/out -PassThru
        $file.Name | Should -BeExactly "gpt-p$($partition.Index).raw"
        $file.Length | Should -Be $partition.Size
        $disk = Expand-TestDisk gpt
        $wanted = [byte[]]::new($partition.Size)
        [array]::Copy($disk, $partition.Offset, $wanted, 0, $partition.Size)
        $digest = [System.BitConverter]::ToString([System.Security.Cryptography.SHA256]::Create().ComputeHash($wanted)).Replace('-', '')
        (Get-FileHash $file).Hash | Should -BeExactly $digest
        ($partition | Get-VmaDeviceHash).Hash | Should -BeExactly $digest
        $head = $partition | Read-VmaDevice -Count 4096
        [System.Linq.Enumerable]::SequenceEqual([byte[]]$head, [byte[]]$wanted[0..4095]) | Should -BeTrue
        $tail = $partition | Read-VmaDevice -Offset -512
        $tail.Length | Should -Be 512
    }

    It 'lists what is in a stream' {
        $stream = [IO.File]::OpenRead($archive)
        (Get-VmaPartition -InputStream $stream -Name mbr -WarningAction SilentlyContinue).Offset | Should -Be (Get-VmaPartition $archive -Name mbr -WarningAction SilentlyContinue).Offset
        $stream.Dispose()
    }

    It 'stands for its device' {
        $partitions = @(Get-VmaPartition $archive -Name gpt, ext4 -WarningAction SilentlyContinue)
        ($partitions[0], $partitions[-1] | Get-VmaDevice).Name | Should -Be 'gpt', 'ext4'
        $server = $partitions[-1] | Start-VmaNbdServer -Port 0
        $server.Exports.Name | Should -Be 'ext4'
        $server | Stop-VmaNbdServer
    }

    It 'exports the partitions of a disk, and the disk, in one go' {
        $all = @(Get-VmaPartition $archive -Name mbr -WarningAction SilentlyContinue) + @(Get-VmaDevice $archive -Name mbr)
        @($all | Export-VmaDevice $TestDrive/both -PassThru).Count | Should -Be $all.Count
    }

    It 'opens a stream' {
        $stream = (Get-VmaPartition $archive -Name ext4).OpenRead()
        try {
            $stream.Position = 1080
            $stream.ReadByte() | Should -Be 0x53
            $stream.Length | Should -Be (Get-VmaDevice $archive -Name ext4).Size
        }
        finally { $stream.Dispose() }
    }

    It 'works after a job' {
        $partition = Start-Job { param($module, $path) Import-Module $module; Get-VmaPartition $path -Name ext4 } -ArgumentList (Join-Path $ModuleRoot 'VmaTools.psd1'), $archive |
            Receive-Job -Wait -AutoRemoveJob
        ($partition | Get-VmaDeviceHash).Hash | Should -BeExactly (Get-VmaDeviceHash $archive -Name ext4).Hash
    }

    It 'chooses by number' {
        (Get-VmaPartition $archive -Name mbr -Index 5 -WarningAction SilentlyContinue).Index | Should -Be 5
    }
}
