BeforeAll { . "$PSScriptRoot/Common.ps1" }

Describe 'Get-VmaExtent' {
    It 'tells where extents are and what they hold' {
        $extents = @(Get-VmaExtent $Sample)
        $extents.Count | Should -BeGreaterThan 1
        $extents[0] | Should -BeOfType 'VmaTools.VmaExtent'
        $extents[0].Offset | Should -Be 13824
        $extents[0].DataOffset | Should -Be (13824 + 512)
        $extents[1].Offset | Should -Be 702464
        $extents[0].ArchivePath | Should -Be $Sample
        for ($i = 1; $i -lt $extents.Count; $i++) {
            $extents[$i].Index | Should -Be $i
            $extents[$i].Offset | Should -Be ($extents[$i - 1].Offset + 512 + 4096 * $extents[$i - 1].BlockCount)
        }
    }

    It 'finds every cluster of every device once' {
        $clusters = (Get-VmaExtent $Sample).Clusters
        foreach ($device in Get-VmaDevice $Sample) {
            $numbers = @($clusters | Where-Object DeviceId -EQ $device.DeviceId | Sort-Object ClusterNumber).ClusterNumber
            $numbers | Should -Be @(0..([math]::Ceiling($device.Size / 64KB) - 1))
        }
    }

    It 'streams: the first comes without the rest' {
        $path = Save-DamagedArchive 'extent-bitflip.vma' $TestDrive
        @(Get-VmaExtent $path -ErrorVariable problems | Select-Object -First 1).Count | Should -Be 1
        $problems | Should -BeNullOrEmpty
    }

    It 'gives what there is and then the error' {
        $path = Save-DamagedArchive 'extent-bitflip.vma' $TestDrive
        $extents = @(Get-VmaExtent $path -ErrorAction SilentlyContinue -ErrorVariable problems)
        $extents.Count | Should -BeGreaterOrEqual 1
        $problems.Count | Should -BeGreaterOrEqual 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ExtentChecksumMismatch,*'
        $problems[0].Exception.Offset | Should -Be 702464
    }
}
