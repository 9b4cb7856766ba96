BeforeAll { . "$PSScriptRoot/Common.ps1" }

Describe 'Test-VmaArchive holds the configuration against the devices' {
    It 'calls a backup complete that has every disk it was meant to have' {
        $result = Test-VmaArchive (Join-Path $Corpus 'vzdump-qemu-101-2026_11_20-02_00_03.vma')
        $result.IsComplete | Should -BeTrue
        $result.Findings.Code | Should -Be 'DiskExcluded', 'DeviceSizeDiffers'
        $result.Findings.Severity | Select-Object -Unique | Should -BeExactly 'Warning'
    }

    It 'names each disk that is missing, and stays valid' {
        $result = Test-VmaArchive (Join-Path $Corpus 'vmstate.vma')
        $result.IsValid | Should -BeTrue
        $result.IsComplete | Should -BeFalse
        $result.Findings.Code | Should -Contain 'EfiDiskMissing'
        $result.Findings.Code | Should -Contain 'TpmStateMissing'
        ($result.Findings | Where-Object Code -EQ 'DiskNotInBackup').Message | Should -BeLike '*scsi0 (local-lvm:vm-101-disk-1)*'
        $result.FindingCounts['DiskNotInBackup'] | Should -Be 1
    }

    It 'says the same without reading data, and through a job' {
        $module = Join-Path $ModuleRoot 'VmaTools.psd1'
        $file = Join-Path $Corpus 'nodisk.vma'
        $result = Start-Job { Import-Module $using:module; Test-VmaArchive $using:file -StructureOnly } | Receive-Job -Wait -AutoRemoveJob
        $result.IsComplete | Should -BeFalse
        $result.Findings.Code | Should -Contain 'DiskNotInBackup'
    }
}
