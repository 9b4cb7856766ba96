BeforeAll {
    . "$PSScriptRoot/Common.ps1"
}

Describe 'Get-VmaIndex and Remove-VmaIndex' {
    BeforeEach { . "$PSScriptRoot/IndexSample.ps1" }

    AfterEach { $env:XDG_CACHE_HOME = $savedCache }

    It 'lists nothing where nothing was kept' {
        Get-VmaIndex | Should -BeNullOrEmpty
        Get-VmaIndex "$folder/*.zst" -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'says of an archive that it has none' {
        { Get-VmaIndex $archive -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*' -ExpectedMessage '*New-VmaIndex makes one*'
        { Get-Item $archive | Get-VmaIndex -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
        { Get-VmaIndex $Sample -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
        Set-Content "$folder/x.vma" 'no archive'
        { Get-VmaIndex "$folder/x.vma" -ErrorAction Stop } | Should -Throw -ErrorId 'NotAnArchive,*'
    }

    It 'lists what is kept, with its archive' {
        $made = $archive | New-VmaIndex
        $found = @(Get-VmaIndex)
        $found.Count | Should -Be 1
        $found[0] | Should -BeOfType VmaTools.VmaIndex
        foreach ($name in 'ArchivePath', 'IndexPath', 'Size', 'State', 'Reason', 'StoredLength', 'DecodedLength', 'Checkpoints', 'IsArchiveWhole') {
            $found[0].$name | Should -Be $made.$name
        }
        $found[0].State | Should -BeExactly 'Current'
        $found[0].ArchivePath | Should -Be $archive
        $found[0].Reason | Should -BeNullOrEmpty
    }

    It 'lists those of an archive, beside it and in the cache folder' {
        $archive | New-VmaIndex | Out-Null
        $archive | New-VmaIndex -Beside | Out-Null
        Copy-Item -LiteralPath $archive -Destination "$archive.other.vma.zst"
        "$archive.other.vma.zst" | New-VmaIndex -Beside | Out-Null
        (Get-VmaIndex $archive).IndexPath | Should -Be @("$archive.vmaindex", @(Get-VmaIndex)[0].IndexPath)
        @(Get-VmaDevice $archive | Get-VmaIndex).Count | Should -Be 2
        @(Get-Item $archive | Get-VmaIndex).Count | Should -Be 2
        @(Get-VmaIndex "$folder/*.zst").Count | Should -Be 3
        @(Get-VmaIndex -LiteralPath $archive).Count | Should -Be 2
        { Get-VmaIndex "$folder/none" -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
    }

    It 'tells of an archive that <Name>' -ForEach @(
        @{ Name = 'changed'; Change = { (Get-Item $archive).LastWriteTimeUtc = [datetime]::UtcNow.AddHours(-3) }; Reason = '*has changed*' }
        @{ Name = 'is gone'; Change = { Remove-Item $archive }; Reason = '*' }
        @{ Name = 'is another one'; Change = { Copy-Item (Join-Path $Corpus 'small-64m-long27-nocheck.vma.zst') $archive -Force }; Reason = '*has changed*' }
    ) {
        $archive | New-VmaIndex | Out-Null
        & $Change
        $found = Get-VmaIndex
        $found.State | Should -BeExactly 'Outdated'
        $found.Reason | Should -BeLike $Reason
        $found.Reason | Should -Match '^[A-Z].*\.$'
        $found.ArchivePath | Should -Be $archive
    }

    It 'tells of an index that is <Name>' -ForEach @(
        @{ Name = 'cut'; State = 'Damaged'; Change = { param($path) [IO.File]::WriteAllBytes($path, [IO.File]::ReadAllBytes($path)[0..400]) } }
        @{ Name = 'nothing of the kind'; State = 'Damaged'; Change = { param($path) [IO.File]::WriteAllText($path, 'nothing') } }
        @{ Name = 'of another version'; State = 'Outdated'; Change = { param($path) $b = [IO.File]::ReadAllBytes($path); $b[8] = 1; [IO.File]::WriteAllBytes($path, $b) } }
        @{ Name = 'unfinished'; State = 'Unfinished'; Change = { param($path) Move-Item $path "$path.partial" } }
    ) {
        & $Change (($archive | New-VmaIndex).IndexPath)
        $found = @(Get-VmaIndex)
        $found.Count | Should -Be 1
        $found.State | Should -BeExactly $State
        $found.Reason | Should -Match '^[A-Z].*\.$'
        @(Get-VmaIndex $archive).IndexPath | Should -Be $found[0].IndexPath
        $found | Remove-VmaIndex
        Get-VmaIndex | Should -BeNullOrEmpty
    }

    It 'shows one table, also after a job' {
        $index = $archive | New-VmaIndex
        $there = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($index))
        foreach ($object in $index, $there) {
            $text = $object | Out-String -Width 200
            $text | Should -Match 'Current'
            $text | Should -Match 'KiB'
        }
    }

    It 'deletes indexes and nothing else' {
        $archive | New-VmaIndex | Out-Null
        $archive | New-VmaIndex -Beside | Out-Null
        Get-VmaIndex $archive | Remove-VmaIndex -WhatIf
        @(Get-VmaIndex $archive).Count | Should -Be 2
        Get-VmaIndex $archive | Remove-VmaIndex | Should -BeNullOrEmpty
        Get-VmaIndex "$archive*" | Should -BeNullOrEmpty
        (Get-ChildItem $folder).Name | Should -Be (Split-Path $archive -Leaf)
    }

    It 'leaves an index alone that is being built' {
        $index = $archive | New-VmaIndex
        Move-Item $index.IndexPath "$($index.IndexPath).partial"
        $partial = (Get-VmaIndex).IndexPath
        $lock = [IO.File]::Open($partial, 'Open', 'ReadWrite', 'None')
        try {
            $found = Get-VmaIndex
            $found.State | Should -BeExactly 'Unfinished'
            { $found | Remove-VmaIndex -ErrorAction Stop } | Should -Throw -ErrorId 'TargetWriteFailed,*'
            Test-Path $partial | Should -BeTrue
        }
        finally { $lock.Dispose() }
    }
}
