BeforeAll { . "$PSScriptRoot/Common.ps1" }

Describe 'Test-VmaArchive' {
    It 'finds nothing wrong with <_>' -ForEach @('vzdump-qemu-101-2026_11_20-02_00_03', 'shuffled', 'gaps-between-slots', 'vmstate', 'allzero-1g', 'nodisk') {
        $result = Test-VmaArchive (Join-Path $Corpus "$_.vma")
        $result | Should -BeOfType 'VmaTools.VmaTestResult'
        $result.IsValid | Should -BeTrue
        @($result.Findings | Where-Object Severity -EQ 'Error').Count | Should -Be 0
        @($result.Devices | Where-Object { -not $_.IsWhole }).Count | Should -Be 0
        $result.ArchivePath | Should -Be (Join-Path $Corpus "$_.vma")
        Test-VmaArchive (Join-Path $Corpus "$_.vma") -Quiet | Should -BeExactly $true
    }

    It 'finds <Code> in <Name>' -ForEach @(
        @{ Name = 'blockcount-plus1.vma'; Code = 'ExtentBlockCountMismatch'; Whole = @() }
        @{ Name = 'cluster-far-beyond.vma'; Code = 'ClusterOutOfRange'; Whole = 2, 3, 4 }
        @{ Name = 'cut-at-extent.vma'; Code = 'ClusterMissing'; Whole = 1, 3 }
        @{ Name = 'cut-in-data.vma'; Code = 'ExtentTruncated'; Whole = 1 }
        @{ Name = 'extent-bitflip.vma'; Code = 'ExtentChecksumMismatch'; Whole = 1 }
        @{ Name = 'extent-removed.vma'; Code = 'ClusterMissing'; Whole = 1 }
        @{ Name = 'extent-twice.vma'; Code = 'ClusterDuplicate'; Whole = @() }
    ) {
        $path = Save-DamagedArchive $Name $TestDrive
        $result = Test-VmaArchive $path -ErrorAction Stop
        $result.IsValid | Should -BeFalse
        $result.Findings.Code | Should -Contain $Code
        @($result.Devices | Where-Object IsWhole).DeviceId | Should -Be $Whole
        Test-VmaArchive $path -Quiet | Should -BeExactly $false
    }

    It 'gives a verdict on <Name> as well, whose header is broken' -ForEach @(
        @{ Name = 'cut-in-header.vma'; Code = 'HeaderTruncated' }
        @{ Name = 'header-md5.vma'; Code = 'HeaderChecksumMismatch' }
        @{ Name = 'headersize-2g.vma'; Code = 'HeaderSizeInvalid' }
    ) {
        $path = Save-DamagedArchive $Name $TestDrive
        $result = Test-VmaArchive $path -ErrorAction SilentlyContinue -ErrorVariable problems
        @($result.Findings.Code) + @($problems | ForEach-Object { ($_.FullyQualifiedErrorId -split ',')[0] }) | Should -Contain $Code
        Test-VmaArchive $path -Quiet -ErrorAction SilentlyContinue | Should -BeExactly $false
    }

    It 'reads headers only with -StructureOnly' {
        $structure = Test-VmaArchive $Sample -StructureOnly
        $structure.IsValid | Should -BeTrue
        $structure.DataProof | Should -Be 'None'
        ($structure.Devices | Where-Object IsWhole).Count | Should -Be 4
        Test-VmaArchive (Save-DamagedArchive 'extent-removed.vma' $TestDrive) -StructureOnly -Quiet | Should -BeExactly $false
    }

    It 'gives one verdict an archive' {
        @(Get-ChildItem "$Corpus/*.vma" | Test-VmaArchive -Quiet).Count | Should -Be 6
        @('absent1.vma', 'absent2.vma' | Test-VmaArchive -ErrorAction SilentlyContinue -ErrorVariable problems).Count | Should -Be 0
        $problems.Count | Should -Be 2
    }

    It 'passes over what stands beside archives, and tests it where it is asked for' {
        $folder = (New-Item -ItemType Directory "$TestDrive/store").FullName
        $name = 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
        Copy-Item $Sample "$folder/$name"
        foreach ($more in 'vzdump-qemu-101-2026_11_20-02_00_03.log', "$name.notes", "$name.protected", "$name.vmaindex", "$name.manifest.json") {
            Set-Content "$folder/$more" 'notes'
        }

        (Get-ChildItem $folder | Test-VmaArchive).FileName | Should -Be $name
        (Test-VmaArchive "$folder/*").FileName | Should -Be $name
        $result = Test-VmaArchive "$folder/$name.notes"
        $result.Verdict | Should -Be 'NO ARCHIVE'
        $result.IsValid | Should -BeFalse
    }

    It 'reads a stream' {
        $stream = [IO.MemoryStream]::new([IO.File]::ReadAllBytes($Sample))
        (Test-VmaArchive -InputStream $stream).IsValid | Should -BeTrue
    }

    It 'says false of what is no archive with -Quiet' {
        Set-Content "$TestDrive/no.vma" 'text'
        Test-VmaArchive "$TestDrive/no.vma" -Quiet -ErrorAction SilentlyContinue | Should -BeExactly $false
    }
}
