BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $plain = Join-Path $RepositoryRoot 'samples/vzdump-qemu-101-2026_11_20-02_00_03.vma'

    function Join-Chunk($Chunks) {
        $stream = [IO.MemoryStream]::new()
        foreach ($chunk in $Chunks) { $stream.Write($chunk, 0, $chunk.Length) }
        [Convert]::ToBase64String($stream.ToArray())
    }
}

Describe 'New-VmaIndex' {
    BeforeEach { . "$PSScriptRoot/IndexSample.ps1" }

    AfterEach { $env:XDG_CACHE_HOME = $savedCache }

    It 'keeps the index in the cache folder, and nothing beside the archive' {
        $index = Get-Item $archive | New-VmaIndex
        $index.ArchivePath | Should -Be $archive
        $index.IndexPath | Should -BeLike (Join-Path $env:XDG_CACHE_HOME '*')
        (Get-Item $index.IndexPath).Length | Should -Be $index.Size
        $index.DecodedLength | Should -Be (Get-Item $plain).Length
        $index.IsArchiveWhole | Should -BeTrue
        (Get-ChildItem $folder).Count | Should -Be 1
    }

    It 'writes it beside the archive when asked' {
        $index = $archive | New-VmaIndex -Beside
        $index.IndexPath | Should -Be "$archive.vmaindex"
        Test-Path $env:XDG_CACHE_HOME | Should -BeFalse
    }

    It 'writes it where asked, and over a file only with -Force' {
        $target = Join-Path $folder 'my.index'
        ($archive | New-VmaIndex -Path $target).IndexPath | Should -Be $target
        $archive | New-VmaIndex -Path $target -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'TargetExists*'
        ($archive | New-VmaIndex -Path $target -Force).IndexPath | Should -Be $target
    }

    It 'leaves alone what lies beside the archive and is something else' {
        Set-Content "$archive.vmaindex" 'mine'
        Set-Content "$archive.vmafiles" 'mine'
        foreach ($isForeseen in $true, $false) {
            { $archive | New-VmaIndex -Beside -WhatIf:$isForeseen -ErrorAction Stop } | Should -Throw -ErrorId 'TargetExists,*'
            { $archive | New-VmaIndex -Beside -Files -Force -WhatIf:$isForeseen -ErrorAction Stop } | Should -Throw -ErrorId 'TargetExists,*'
            Get-Content "$archive.vmaindex", "$archive.vmafiles" | Should -BeExactly 'mine', 'mine'
        }

        ($archive | New-VmaIndex -Beside -Force).IndexPath | Should -Be "$archive.vmaindex"
    }

    It 'writes nothing with -WhatIf' {
        $archive | New-VmaIndex -Beside -WhatIf
        (Get-ChildItem $folder).Count | Should -Be 1
    }

    It 'builds one index for all devices of an archive, and none twice' {
        @(Get-VmaDevice $archive | New-VmaIndex -Beside).Count | Should -Be 1
        $written = (Get-Item "$archive.vmaindex").LastWriteTimeUtc
        ($archive | New-VmaIndex -Beside).IndexPath | Should -Be "$archive.vmaindex"
        (Get-Item "$archive.vmaindex").LastWriteTimeUtc | Should -Be $written
    }

    It 'notes of an archive that is not compressed where its extents are' {
        $index = Get-Item $plain | New-VmaIndex -Beside
        $index.IndexPath | Should -Be "$plain.vmaindex"
        $index.Checkpoints | Should -Be 0
        $index.State | Should -BeExactly 'Current'
        $index.Size | Should -BeLessThan ((Get-Item $plain).Length / 100)
        $devices = Get-VmaDevice $plain
        (Test-VmaArchive $plain).IsValid | Should -BeTrue
        $told = Read-VmaDevice -InputObject $devices[0] -Count 1 -Verbose 4>&1
        "$told" | Should -BeLike "*$plain.vmaindex*"
        Remove-Item -LiteralPath $index.IndexPath
    }
}

Describe 'Reading compressed archives' {
    BeforeEach { . "$PSScriptRoot/IndexSample.ps1" }

    AfterEach { $env:XDG_CACHE_HOME = $savedCache }

    It 'gives the bytes of the plain one' {
        foreach ($device in Get-VmaDevice $plain) {
            $expected = Join-Chunk (Read-VmaDevice $plain -Id $device.DeviceId)
            Join-Chunk (Read-VmaDevice $archive -Id $device.DeviceId) | Should -Be $expected
        }
    }

    It 'reads at any offset' {
        $device = @(Get-VmaDevice $plain)[0]
        $expected = Join-Chunk (Read-VmaDevice $plain -Id $device.DeviceId -Offset 4096 -Count 5000)
        Join-Chunk (Read-VmaDevice $archive -Id $device.DeviceId -Offset 4096 -Count 5000) | Should -Be $expected
    }

    It 'warns of an index that is not of this archive, and reads all the same' {
        [IO.File]::WriteAllText("$archive.vmaindex", 'nothing of the kind')
        $device = @(Get-VmaDevice $plain)[0]
        $bytes = Read-VmaDevice $archive -Id $device.DeviceId -Count 512 -WarningVariable warnings -WarningAction SilentlyContinue
        Join-Chunk $bytes | Should -Be (Join-Chunk (Read-VmaDevice $plain -Id $device.DeviceId -Count 512))
        $warnings.Count | Should -Be 1
        "$warnings" | Should -BeLike '*is not used*'
    }
}

Describe 'An index by the way' {
    BeforeEach { . "$PSScriptRoot/IndexSample.ps1" }

    AfterEach { $env:XDG_CACHE_HOME = $savedCache }

    It 'is left by Test-VmaArchive -NewIndex, once' {
        (Test-VmaArchive $archive -NewIndex).NewIndex.IndexPath | Should -BeLike (Join-Path $env:XDG_CACHE_HOME '*')
        $index = Get-Item $archive | Get-VmaIndex
        $index.State | Should -Be 'Current'
        (Get-Item $index.IndexPath).LastWriteTimeUtc = [datetime]'2020-01-01'
        (Test-VmaArchive $archive -NewIndex).IsValid | Should -BeTrue
        (Get-Item $index.IndexPath).LastWriteTimeUtc | Should -Be ([datetime]'2020-01-01')
        (Get-ChildItem $folder).Count | Should -Be 1
    }

    It 'is left by Export-VmaDevice -NewIndexPath, in a folder under the name that is found again' {
        Get-VmaDevice $archive | Export-VmaDevice $TestDrive/byTheWay -NewIndexPath $folder -Force
        (Get-Item $archive | Get-VmaIndex).IndexPath | Should -Be "$archive.vmaindex"
        Get-VmaDevice $archive | Export-VmaDevice $TestDrive/byTheWay -NewIndexPath "$folder/my.index" -Force -Verbose 4>&1 |
            ForEach-Object Message | Should -Contain "The index is $(Join-Path $folder 'my.index')."
    }

    It 'is not made of what is damaged, nor over what is none' {
        Set-Content "$folder/notes.txt" 'kept'
        Export-VmaDevice $TestDrive/notes -InputObject $archive -NewIndexPath "$folder/notes.txt" -WarningVariable told -WarningAction SilentlyContinue
        "$told" | Should -BeLike '*TargetExists*'
        Get-Content "$folder/notes.txt" | Should -Be 'kept'

        $bytes = [IO.File]::ReadAllBytes($archive)
        $bytes[$bytes.Length / 2] = $bytes[$bytes.Length / 2] -bxor 16
        [IO.File]::WriteAllBytes($archive, $bytes)
        $result = Test-VmaArchive $archive -NewIndex -WarningVariable told -WarningAction SilentlyContinue
        $result.IsValid | Should -BeFalse
        $result.NewIndex | Should -BeNullOrEmpty
        "$told" | Should -BeLike 'No index was made: *'
        Get-Item $archive | Get-VmaIndex -ErrorAction Ignore | Should -BeNullOrEmpty
    }
}
