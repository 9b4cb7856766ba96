BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $archive = Join-Path $Corpus 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
}

Describe 'Measure-VmaDevice' {
    It 'agrees with a test of the archive' {
        $tested = (Test-VmaArchive $archive).Devices
        $measured = Measure-VmaDevice $archive
        $measured.StoredBytes | Should -Be $tested.StoredBytes
        $measured.ZeroBytes | Should -Be $tested.ZeroBytes
        $measured.MissingBytes | Should -Be $tested.MissingBytes
    }

    It 'measures an archive in a stream' {
        $stream = [IO.File]::OpenRead($archive)
        (Measure-VmaDevice -InputStream $stream).StoredBytes | Should -Be (Measure-VmaDevice $archive).StoredBytes
        $stream.Dispose()
    }

    It 'draws a map' {
        Measure-VmaDevice $archive -Name drive-efidisk0 | Out-String | Should -Match '(?s)drive-efidisk0: 528 KiB.*\u2591\u00b7\u00b7\u2591'
    }

    It 'gives ranges' {
        $ranges = Measure-VmaDevice $archive -Name drive-efidisk0 -AsRange
        ($ranges | Measure-Object Size -Sum).Sum | Should -Be 540672
        $ranges[0].State | Should -BeExactly 'Stored'
    }

    It 'writes a picture, and no second one over it' {
        Get-VmaDevice $archive | Measure-VmaDevice -SvgPath $TestDrive/map.svg | Out-Null
        $svg = [xml](Get-Content -Raw $TestDrive/map.svg)
        @($svg.svg.text).Count | Should -Be 4
        { Measure-VmaDevice $archive -SvgPath $TestDrive/map.svg } | Should -Throw -ErrorId 'TargetExists,*'
        Measure-VmaDevice $archive -SvgPath $TestDrive/whatif.svg -WhatIf | Out-Null
        Test-Path $TestDrive/whatif.svg | Should -BeFalse
    }

    It 'shows what is missing' {
        [System.IO.File]::WriteAllBytes("$TestDrive/cut.vma", [System.IO.File]::ReadAllBytes($archive)[0..600000])
        $measure = Measure-VmaDevice $TestDrive/cut.vma -Name drive-scsi0
        $measure.MissingBytes | Should -Be 7340032
        $measure.Map | Should -Match '\u00d7'
    }

    It 'survives a job' {
        $measure = Start-Job { param($module, $path) Import-Module $module; Measure-VmaDevice $path -Id 2 } -ArgumentList (Join-Path $ModuleRoot 'VmaTools.psd1'), $archive |
            Receive-Job -Wait -AutoRemoveJob
        $measure.Cells[0].Size | Should -BeGreaterThan 0
        $measure.StoredBytes | Should -Be 602112
    }
}
