BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $archive = Join-Path $Corpus 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
    Export-VmaDevice $TestDrive -InputObject $archive -Name drive-scsi0
    $raw = Join-Path $TestDrive 'drive-scsi0.raw'
    $edited = Join-Path $TestDrive 'edited.raw'
    $bytes = [System.IO.File]::ReadAllBytes($raw)
    $bytes[5000] = $bytes[5000] -bxor 1
    $bytes[8000000] = 7
    [System.IO.File]::WriteAllBytes($edited, $bytes)
}

Describe 'Compare-VmaDevice' {
    It 'finds nothing between equal disks' {
        Get-VmaDevice $archive -Name drive-scsi0 | Compare-VmaDevice $raw | Should -BeNullOrEmpty
        Compare-VmaDevice $archive $raw -Name drive-scsi0 -Quiet | Should -BeTrue
        Compare-VmaDevice $archive (Join-Path $Corpus 'shuffled.vma') -Name drive-scsi0 -Quiet | Should -BeTrue
    }

    It 'finds the ranges that differ' {
        $found = Compare-VmaDevice (Get-VmaDevice $archive -Name drive-scsi0) (Get-Item $edited)
        $found.Kind | Should -Be @('Content', 'Content')
        $found.Offset | Should -Be @(4096, 7999488)
        $found.Size | Should -Be @(4096, 4096)
        Compare-VmaDevice $archive $edited -Name drive-scsi0 -Quiet | Should -BeFalse
    }

    It 'tells what only one of them has' {
        $devices = Get-VmaDevice $archive
        $last = Compare-VmaDevice $devices[1] $devices[0] | Select-Object -Last 1
        $last.Kind | Should -BeExactly 'ReferenceOnly'
        $last.Offset + $last.Size | Should -Be $devices[1].Size
    }

    It 'asks which device of several is meant' {
        { Compare-VmaDevice $archive $raw -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
    }

    It 'cannot compare what is lost' {
        [System.IO.File]::WriteAllBytes("$TestDrive/cut.vma", [System.IO.File]::ReadAllBytes($archive)[0..600000])
        { Compare-VmaDevice $TestDrive/cut.vma $raw -Name drive-scsi0 -ErrorAction Stop } | Should -Throw -ErrorId 'ClusterMissing,*'
    }
}
