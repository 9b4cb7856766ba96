BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:Disk = 'drive-scsi2'
    $script:Size = 1049088
    $script:Whole = Join-Path $TestDrive 'whole.raw'
    Get-VmaDevice $Sample -Name $Disk | Export-VmaDevice $Whole
    $script:Bytes = [IO.File]::ReadAllBytes($Whole)
}

Describe 'Read-VmaDevice' {
    It 'reads a whole device in chunks' {
        $chunks = @(Read-VmaDevice $Sample $Disk)
        $chunks.Count | Should -Be 2
        $chunks[0].GetType() | Should -Be ([byte[]])
        $chunks[0].Length | Should -Be 1MB
        ($chunks | Measure-Object Length -Sum).Sum | Should -Be $Size
        Get-BytesDigest ([byte[]]($chunks | ForEach-Object { $_ })) | Should -Be $SampleTruth.devices.$Disk.sha256
    }

    It 'never gives single bytes' {
        @(Read-VmaDevice $Sample $Disk -Count 1)[0].GetType() | Should -Be ([byte[]])
        (Read-VmaDevice $Sample $Disk -Count 100 -ChunkSize 40).ForEach({ $_.Length }) | Should -Be 40, 40, 20
    }

    It 'reads <Count> bytes at <Offset>' -ForEach @(
        @{ Offset = 0; Count = 512 }
        @{ Offset = 1; Count = 4097 }
        @{ Offset = 65535; Count = 2 }
        @{ Offset = 1048576; Count = 512 }
        @{ Offset = 1049087; Count = 100; Expected = 1 }
        @{ Offset = -512; Count = 512 }
        @{ Offset = -1; Count = 1 }
        @{ Offset = -1049088; Count = 16 }
        @{ Offset = 4096; Count = 0 }
        @{ Offset = 1049088; Count = 10; Expected = 0 }
    ) {
        $read = [byte[]]@(Read-VmaDevice $Sample -Name $Disk -Offset $Offset -Count $Count | ForEach-Object { $_ })
        $length = if ($null -ne $Expected) { $Expected } else { $Count }
        $start = if ($Offset -lt 0) { $Size + $Offset } else { $Offset }
        $read.Length | Should -Be $length
        if ($length) {
            [BitConverter]::ToString($read) | Should -Be ([BitConverter]::ToString($Bytes, $start, $length))
        }
    }

    It 'reads to the end from an offset' {
        (Read-VmaDevice $Sample $Disk -Offset -600 | Measure-Object Length -Sum).Sum | Should -Be 600
    }

    It 'refuses offsets outside' {
        { Read-VmaDevice $Sample $Disk -Offset ($Size + 1) -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidRange,*'
        { Read-VmaDevice $Sample $Disk -Offset (-$Size - 1) -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidRange,*'
        { Read-VmaDevice $Sample $Disk -Count -1 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Read-VmaDevice $Sample $Disk -ChunkSize 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'hands out a seekable stream' {
        $stream = Read-VmaDevice $Sample $Disk -AsStream
        try {
            $stream.CanSeek | Should -BeTrue
            $stream.Length | Should -Be $Size
            (Get-FileHash -InputStream $stream).Hash | Should -Be $SampleTruth.devices.$Disk.sha256
            $null = $stream.Seek(-4, 'End')
            $stream.ReadByte() | Should -Be $Bytes[-4]
        }
        finally {
            $stream.Dispose()
        }
    }

    It 'hands it out at the offset and refuses a count' {
        $stream = Read-VmaDevice $Sample $Disk -AsStream -Offset 4096
        $stream.Position | Should -Be 4096
        $stream.Dispose()
        { Read-VmaDevice $Sample $Disk -AsStream -Count 5 } | Should -Throw -ErrorId 'InvalidRange,*'
    }

    It 'hashes every device of the corpus through streams' {
        foreach ($device in Get-ChildItem "$Corpus/*.vma" -Exclude allzero* | Get-VmaDevice) {
            $stream = $device | Read-VmaDevice -AsStream
            try {
                (Get-FileHash -InputStream $stream).Hash | Should -Be $Truth.([IO.Path]::GetFileNameWithoutExtension($device.ArchivePath)).devices.($device.Name).sha256
            }
            finally {
                $stream.Dispose()
            }
        }
    }

    It 'takes devices, archives, files, paths and what a job left of them' {
        $expected = [BitConverter]::ToString($Bytes, 0, 8)
        $arguments = @{ Name = $Disk; Count = 8 }
        $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize((Get-VmaDevice $Sample -Name $Disk)))
        foreach ($source in (Get-VmaDevice $Sample -Name $Disk), (Get-VmaArchive $Sample), (Get-Item $Sample), $Sample, $copy) {
            [BitConverter]::ToString(($source | Read-VmaDevice @arguments)) | Should -Be $expected
        }
    }

    It 'delivers what came before damage and ends in the error' {
        $path = Save-DamagedArchive 'extent-bitflip.vma' $TestDrive
        $chunks = @(Read-VmaDevice $path drive-scsi0 -ChunkSize 65536 -ErrorAction SilentlyContinue -ErrorVariable problems)
        $problems.Count | Should -Be 1
        $problems[0].CategoryInfo.Category | Should -Be 'InvalidData'
        $problems[0].Exception.Path | Should -Be $path
        ($chunks | Measure-Object Length -Sum).Sum | Should -BeLessThan 8388608
        $whole = @(Read-VmaDevice $path drive-efidisk0 -ErrorAction Stop)
        ($whole | Measure-Object Length -Sum).Sum | Should -Be 540672
    }

    It 'tells names that are not there' {
        { Read-VmaDevice $Sample drive-no -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
        { Read-VmaDevice "$TestDrive/no*.vma" -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
        { 5 | Read-VmaDevice -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidInputObject,*'
    }

    It 'cannot reopen what came from a stream' {
        $stream = [IO.MemoryStream]::new([IO.File]::ReadAllBytes($Sample))
        $device = Get-VmaDevice -InputStream $stream -Name $Disk
        { $device | Read-VmaDevice -Count 8 -ErrorAction Stop } | Should -Throw -ErrorId 'SourceNotReopenable,*'
        $stream.Dispose()
        { $device | Read-VmaDevice -Count 8 -ErrorAction Stop } | Should -Throw -ErrorId 'SourceNotReopenable,*'
    }

    It 'reads a stream that can seek, and no other' {
        $stream = [IO.MemoryStream]::new([IO.File]::ReadAllBytes($Sample))
        Get-BytesDigest (Read-VmaDevice -InputStream $stream -Name $Disk -ChunkSize 16MB) | Should -Be $SampleTruth.devices.$Disk.sha256
        $stream.Position = 0
        $device = Read-VmaDevice -InputStream $stream -Name $Disk -AsStream
        $device.Length | Should -Be $SampleTruth.devices.$Disk.size
        (Get-FileHash -InputStream $device -Algorithm SHA256).Hash | Should -Be $SampleTruth.devices.$Disk.sha256
        $device.Dispose()
        $stream.CanRead | Should -BeTrue
        $packed = [IO.File]::OpenRead("$Sample.zst")
        { Read-VmaDevice -InputStream $packed -Count 8 -ErrorAction Stop } | Should -Throw -ErrorId 'SourceNotSeekable,*'
        $packed.CanRead | Should -BeTrue
        $packed.Dispose()
    }

    It 'completes device names' {
        Complete-Line "Read-VmaDevice '$Sample' drive-scsi2" | Should -Be 'drive-scsi2'
    }
}
