BeforeAll { . "$PSScriptRoot/Common.ps1" }

Describe 'Get-VmaArchive' {
    It 'tells what an archive is' {
        $archive = Get-VmaArchive $Sample
        $archive | Should -BeOfType 'VmaTools.VmaArchive'
        $archive.ArchivePath | Should -BeExactly $Sample
        $archive.Version | Should -Be 1
        $archive.Uuid | Should -Not -BeNullOrEmpty
        $archive.CreationTime.Kind | Should -Be 'Utc'
        $archive.StoredLength | Should -Be (Get-Item $Sample).Length
        $archive.Devices.Name | Should -Be $SampleTruth.devices.PSObject.Properties.Name
        $archive.Configs.Name | Should -Be $SampleTruth.configs.PSObject.Properties.Name
    }

    It 'expands wildcards' {
        @(Get-VmaArchive "$Corpus/*.vma").Count | Should -Be @(Get-ChildItem "$Corpus/*.vma").Count
        (Get-VmaArchive "$Corpus/[sv]h*.vma").ArchivePath | Should -Be (Join-Path $Corpus 'shuffled.vma')
    }

    It 'takes several paths and goes on after one that is wrong' {
        $archives = Get-VmaArchive $Sample, "$TestDrive/absent.vma", "$Corpus/nodisk.vma" -ErrorAction SilentlyContinue -ErrorVariable problems
        $archives.Count | Should -Be 2
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ItemNotFound,*'
        $problems[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
    }

    It 'is told by <What> when nothing matches' -ForEach @(
        @{ What = 'a path'; Arguments = @{ Path = 'absent.vma' } }
        @{ What = 'a wildcard'; Arguments = @{ Path = 'absent*.vma' } }
        @{ What = 'a literal path'; Arguments = @{ LiteralPath = 'absent.vma' } }
        @{ What = 'a drive that is not there'; Arguments = @{ LiteralPath = 'nodrive:absent.vma' } }
        @{ What = 'a wildcard on such a drive'; Arguments = @{ Path = 'nodrive:*.vma' } }
    ) {
        { Get-VmaArchive @Arguments -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,VmaTools.PowerShell.GetVmaArchiveCommand'
    }

    It 'refuses what is no file' {
        { Get-VmaArchive $TestDrive -ErrorAction Stop } | Should -Throw -ErrorId 'NotAFile,*'
        { Get-VmaArchive Env:PATH -ErrorAction Stop } | Should -Throw -ErrorId 'NotAFile,*'
    }

    It 'takes names with brackets as they are' {
        $odd = Join-Path $TestDrive 'disk [1] `x.vma'
        Copy-Item -LiteralPath $Sample -Destination $odd
        (Get-VmaArchive -LiteralPath $odd).ArchivePath | Should -BeExactly $odd
        (Get-VmaArchive -LP $odd).ArchivePath | Should -BeExactly $odd
        (Get-ChildItem -LiteralPath $TestDrive -Filter 'disk*' | Get-VmaArchive).ArchivePath | Should -BeExactly $odd
        (Get-VmaArchive $odd).ArchivePath | Should -BeExactly $odd
        (Get-VmaArchive -LiteralPath $odd | Get-VmaArchive).ArchivePath | Should -BeExactly $odd
        Remove-Item -LiteralPath $odd
    }

    It 'takes paths from the pipeline by value and by property name' {
        ($Sample | Get-VmaArchive).ArchivePath | Should -Be $Sample
        (Get-Item $Sample | Get-VmaArchive).ArchivePath | Should -Be $Sample
        ([pscustomobject]@{ Path = $Sample } | Get-VmaArchive).ArchivePath | Should -Be $Sample
        ([pscustomobject]@{ LiteralPath = $Sample } | Get-VmaArchive).ArchivePath | Should -Be $Sample
        ([pscustomobject]@{ PSPath = $Sample } | Get-VmaArchive).ArchivePath | Should -Be $Sample
    }

    It 'resolves relative paths and drives of PowerShell' {
        Push-Location $Corpus
        try {
            (Get-VmaArchive nodisk.vma).ArchivePath | Should -Be (Join-Path $Corpus 'nodisk.vma')
            $null = New-PSDrive -Name VmaCorpus -PSProvider FileSystem -Root $Corpus -Scope Local
            (Get-VmaArchive VmaCorpus:/nodisk.vma).ArchivePath | Should -Be (Join-Path $Corpus 'nodisk.vma')
        }
        finally {
            Pop-Location
        }
    }

    It 'reads a stream and leaves it open' {
        $stream = [IO.File]::OpenRead($Sample)
        try {
            $archive = Get-VmaArchive -InputStream $stream
            $archive.ArchivePath | Should -BeNullOrEmpty
            $archive.Devices.Count | Should -Be 4
            $stream.CanRead | Should -BeTrue
        }
        finally {
            $stream.Dispose()
        }
    }

    It 'tells a broken header of <Name> with code, path and offset' -ForEach @(
        @{ Name = 'cut-in-header.vma'; Code = 'HeaderTruncated' }
        @{ Name = 'header-md5.vma'; Code = 'HeaderChecksumMismatch' }
        @{ Name = 'headersize-2g.vma'; Code = 'HeaderSizeInvalid' }
    ) {
        $path = Save-DamagedArchive $Name $TestDrive
        $null = Get-VmaArchive $path -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike "$Code,*"
        $problems[0].CategoryInfo.Category | Should -Be 'InvalidData'
        $problems[0].TargetObject | Should -Be $path
        $problems[0].Exception.Path | Should -Be $path
        $problems[0].Exception.Message | Should -BeLike "*$path*"
        $problems[0].Exception.Offset | Should -BeGreaterOrEqual 0
    }

    It 'tells what is no archive' {
        Set-Content "$TestDrive/text.vma" ('no archive ' * 5000)
        $null = New-Item "$TestDrive/empty.vma"
        { Get-VmaArchive "$TestDrive/text.vma" -ErrorAction Stop } | Should -Throw -ErrorId 'NotAnArchive,*'
        { Get-VmaArchive "$TestDrive/empty.vma" -ErrorAction Stop } | Should -Throw -ErrorId 'EmptyFile,*'
    }

    It 'holds no file open' {
        $copy = Join-Path $TestDrive 'held.vma'
        Copy-Item $Sample $copy
        $archive = Get-VmaArchive $copy
        $exclusive = [IO.File]::Open($copy, 'Open', 'ReadWrite', 'None')
        $exclusive.Dispose()
        $archive.Devices.Count | Should -Be 4
    }
}
