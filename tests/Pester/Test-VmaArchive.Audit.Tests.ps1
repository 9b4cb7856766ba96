BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $name = 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
    $archive = Join-Path $Corpus $name
}

Describe 'Test-VmaArchive verdicts' {
    It 'says that plain data is unproven' {
        Test-VmaArchive $archive | Out-String -Width 200 | Should -Match 'Valid \(data unproven\)'
    }

    It 'names a file that a restore refuses, and calls it valid' {
        Copy-Item $archive $TestDrive/mine.vma
        $result = Test-VmaArchive $TestDrive/mine.vma
        $result.IsValid | Should -BeTrue
        $finding = @($result.Findings | Where-Object Code -EQ 'RestoreNameRefused')
        $finding.Count | Should -Be 1
        $finding.Severity | Should -Be 'Warning'
    }

    It 'keeps its findings through a job' {
        [System.IO.File]::WriteAllBytes("$TestDrive/$name", [System.IO.File]::ReadAllBytes($archive)[0..707071])
        $result = Start-Job { param($module, $path) Import-Module $module; Test-VmaArchive $path } -ArgumentList (Join-Path $ModuleRoot 'VmaTools.psd1'), "$TestDrive/$name" |
            Receive-Job -Wait -AutoRemoveJob
        $result.Findings[0].Code | Should -BeExactly 'ClusterMissing'
        $result.IsValid | Should -BeFalse
        $result.IsComplete | Should -BeFalse
        $result.Devices[0].MissingBytes | Should -Be 0
        $result.PSObject.TypeNames[0] | Should -BeExactly 'Deserialized.VmaTools.VmaTestResult'
        $row = '(?m)^Verdict +DataProof +IsComplete +ErrorCount +FileName\s+-[- ]+\s+DAMAGED +None +False +2 .*\.vma\s*$'
        $result | Out-String -Width 250 | Should -Match $row
        Test-VmaArchive "$TestDrive/$name" | Out-String -Width 250 | Should -Match $row -Because 'both look the same'
    }

    It 'shows whether every disk is there' {
        Test-VmaArchive (Join-Path $Corpus 'nodisk.vma') | Out-String -Width 250 | Should -Match '(?m)^Valid \(data unproven\) +None +False '
        Test-VmaArchive $archive | Out-String -Width 250 | Should -Match '(?m)^Valid \(data unproven\) +None +True '
        Test-VmaArchive $archive | Format-List | Out-String | Should -Match '(?m)^IsComplete +: True'
    }

    It 'says false of what cannot be read, with an error' {
        Test-VmaArchive $TestDrive/none.vma -Quiet -ErrorAction SilentlyContinue -ErrorVariable failed | Should -Be $false
        $failed.Count | Should -Be 1
    }
}
