BeforeAll {
    . "$PSScriptRoot/Common.ps1"
}

Describe 'Lists in results' {
    BeforeAll {
        $script:Archive = Join-Path $Corpus 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
    }

    It 'can be indexed: <Name>' -ForEach @(
        @{ Name = 'devices'; List = { (Get-VmaArchive $Archive).Devices } }
        @{ Name = 'configs'; List = { (Get-VmaArchive $Archive).Configs } }
        @{ Name = 'clusters'; List = { (Get-VmaExtent $Archive | Select-Object -First 1).Clusters } }
        @{ Name = 'findings'; List = { (Test-VmaArchive $Archive).Findings } }
        @{ Name = 'tested devices'; List = { (Test-VmaArchive $Archive).Devices } }
        @{ Name = 'structure tested'; List = { (Test-VmaArchive $Archive -StructureOnly).Devices } }
        @{ Name = 'disks'; List = { (Get-VmaVM $Archive).Disks } }
        @{ Name = 'networks'; List = { (Get-VmaVM $Archive).Networks } }
        @{ Name = 'cells of a map'; List = { (Get-VmaDevice $Archive -Name drive-scsi0 | Measure-VmaDevice).Cells } }
    ) {
        $list = & $List
        $expected = @(foreach ($item in $list) { $item })
        $expected.Count | Should -BeGreaterThan 0
        for ($i = 0; $i -lt $expected.Count; $i++) {
            [object]::ReferenceEquals($list[$i], $expected[$i]) | Should -BeTrue
        }
    }
}
