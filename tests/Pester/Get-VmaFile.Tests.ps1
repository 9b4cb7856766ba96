BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/GuestSample.ps1"
    $truth = Get-GuestTruth 'disk0p2'
}

Describe 'Get-VmaFile' {
    It 'lists what the kernel listed' {
        $files = @(Get-VmaFile $Guest / -Volume p2 -Recurse -Force)
        $wanted = @($truth.files | Where-Object path -NE '/')
        @($files.FullName | Sort-Object -CaseSensitive) -join "`n" | Should -BeExactly (@($wanted.path | Sort-Object -CaseSensitive) -join "`n")
        $byPath = @{}
        foreach ($file in $files) { $byPath[$file.FullName] = $file }
        foreach ($entry in $wanted | Where-Object type -EQ file) {
            $byPath[$entry.path].Length | Should -Be $entry.size
            '{0:0000}' -f [int][Convert]::ToString($byPath[$entry.path].UnixMode, 8) | Should -BeExactly $entry.mode
        }
    }

    It 'binds archive and path in each way' {
        $names = (Get-VmaFile $Guest /basics -Volume p2).Name
        (Get-VmaVolume $Guest -Volume p2 | Get-VmaFile /basics).Name | Should -Be $names
        (Get-Item $Guest | Get-VmaFile -FilePath /basics -Volume p2).Name | Should -Be $names
        (Get-VmaPartition $Guest | Where-Object Index -EQ 2 | Get-VmaFile \basics).Name | Should -Be $names
        @(Get-VmaVolume $Guest -WarningAction SilentlyContinue | Get-VmaFile -ErrorAction Stop -WarningAction SilentlyContinue | Group-Object Volume).Count | Should -BeGreaterThan 2
        { Get-Item $Guest | Get-VmaFile -Path /basics } | Should -Throw -ErrorId 'TwoSources,*'
        { Get-VmaFile } | Should -Throw -ErrorId 'SourceMissing,*'
    }

    It 'finds every path by each door' {
        $paths = @($truth.files | Where-Object { $_.path -like '/names/*' -and $_.type -eq 'file' }).path
        (Get-VmaFile $Guest -LiteralFilePath $paths -Volume p2 -Force).FullName | Should -Be $paths
    }

    It 'expands wildcards and filters' {
        (Get-VmaFile $Guest '/basics/len-10?' -Volume p2).Name | Should -Be 'len-100'
        (Get-VmaFile $Guest '/bas*/len-5*' -Volume p2).Count | Should -Be @($truth.files | Where-Object path -Like '/basics/len-5*').Count
        (Get-VmaFile $Guest / -Volume p2 -Recurse -Filter big.txt).FullName | Should -BeExactly '/basics/big.txt'
        @(Get-VmaFile $Guest / -Volume p2 -Depth 1).FullName | Should -Not -BeLike '/*/*/*'
    }

    It 'lists a link itself, and what is in the directory that one leads to' {
        (Get-VmaFile $Guest /links/dangling -Volume p2).LinkTarget | Should -BeLike 'no-such-*'
        (Get-VmaFile $Guest -LiteralFilePath /links/fast -Volume p2).FullName | Should -BeExactly '/links/fast'
        (Get-VmaFile $Guest /links/to-dir -Volume p2).FullName | Should -Be (Get-VmaFile $Guest /links/dir -Volume p2).FullName
    }

    It 'asks for a volume where several have the path' {
        Get-VmaFile $Guest /basics -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'VolumeAmbiguous,*'
        $problem[0].Exception.Message | Should -BeLike '*drive-scsi0/p2*'
    }

    It 'tells what is not there, and goes on' {
        $found = @(Get-VmaFile $Guest /nothing, /basics/one -Volume p2 -ErrorVariable problem -ErrorAction SilentlyContinue)
        $found.FullName | Should -BeExactly '/basics/one'
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'FileNotFound,*'
    }

    It 'tells without reading that a file is whole' {
        (Get-VmaFile $Guest /basics/big.txt -Volume p2 -Health).Health | Should -BeExactly 'Whole'
    }

    It 'gives objects that no command for the host takes for a path' {
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive 'host')
        Push-Location $folder
        try {
            $file = Get-VmaFile $Guest /basics/one -Volume p2
            foreach ($name in @($file.PSObject.Properties | ForEach-Object { [string]$_.Value }) + "$file" | Where-Object { $_ -and $_ -notmatch '[/\\:]' } | Select-Object -Unique) {
                Set-Content -LiteralPath (Join-Path $folder $name) 'mine'
            }

            $before = Get-ChildItem $folder | Get-FileHash | ForEach-Object Hash
            $archive = (Get-FileHash $Guest).Hash
            foreach ($line in { $file | Remove-Item -Force }, { $file | Copy-Item -Destination x }, { $file | Get-FileHash }, { $file | Get-Content }) {
                try { & $line 2>&1 | Out-Null } catch { $null = $_ }
            }

            Get-ChildItem $folder | Get-FileHash | ForEach-Object Hash | Should -Be $before
            (Get-FileHash $Guest).Hash | Should -BeExactly $archive
        } finally {
            Pop-Location
        }
    }

    It 'lists what was deleted, reads it and copies it out' {
        $file = [IO.File]::OpenRead((Join-Path $Fixtures 'disks/ntfs-small.truth.json.gz'))
        $reader = [IO.StreamReader]::new([IO.Compression.GZipStream]::new($file, [IO.Compression.CompressionMode]::Decompress))
        $wanted = ($reader.ReadToEnd() | ConvertFrom-Json).deleted
        $reader.Dispose()
        $backup = Join-Path $Fixtures 'disks/ntfs-small.vma.zst'
        $found = @(Get-VmaFile $backup / -Deleted | Where-Object Type -EQ File)
        $found.Count | Should -Be @($wanted.PSObject.Properties).Count
        foreach ($item in $found) {
            $truth = $wanted.($item.FullName)
            $item.Length | Should -Be $truth.size
            $item.Recovery | Should -BeExactly Whole
            $item.IsDeleted | Should -BeTrue
            $item.IsPathCertain | Should -BeTrue
            Get-BytesDigest ($item | Read-VmaFile) | Should -BeExactly $truth.sha256
        }

        # A folder bounds the search; what was deleted one after the other under one name is all copied.
        @(Get-VmaFile $backup / -Deleted -Filter lost4*).FullName | Should -BeExactly '/gone/lost4.txt'
        $found + $found | Export-VmaFile $TestDrive/undeleted
        foreach ($item in $found) {
            (Get-FileHash -LiteralPath "$TestDrive/undeleted$($item.FullName)").Hash | Should -Be $wanted.($item.FullName).sha256
        }

        @(Get-ChildItem $TestDrive/undeleted -Recurse -File).Count | Should -Be $found.Count
        @(Get-VmaFile $backup / -Recurse -Force | Where-Object IsDeleted).Count | Should -Be 0
    }

    It 'warns of a deleted file whose place others have, and names what is not searched' {
        $floppy = Join-Path $Fixtures 'disks/fat12-floppy.vma.zst'
        $taken = Get-VmaFile $floppy /gone -Deleted | Where-Object Recovery -EQ Partial
        $taken.OverwrittenRanges.Count | Should -BeGreaterThan 0
        $null = $taken | Read-VmaFile -WarningVariable warned -WarningAction SilentlyContinue
        $warned | Should -BeLike "*$($taken.FullName)*OverwrittenRanges*"
        @(Get-VmaFile $floppy /gone -Deleted).FullName | Should -Not -Contain '/_ILL2.BIN'
        Get-VmaFile $Guest / -Volume p3 -Deleted -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'FileSystemNotSupported,*'
        { Get-VmaFile $Guest / -Deleted -Stream * } | Should -Throw -ErrorId 'InvalidRange,*'
    }
}
