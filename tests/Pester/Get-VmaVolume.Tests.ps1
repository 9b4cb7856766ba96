BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/GuestSample.ps1"
}

Describe 'Get-VmaVolume' {
    It 'sees what blkid sees' {
        $volumes = @(Get-VmaVolume $Guest -WarningAction SilentlyContinue)
        $volumes.Id | Should -Be (1..6 | ForEach-Object { "drive-scsi0/p$_" })
        $volumes.FileSystem | Should -Be 'vfat', 'ext4', 'xfs', 'btrfs', 'swap', 'ntfs'
        foreach ($n in 1..4) {
            $truth = Get-GuestTruth "disk0p$n"
            $volumes[$n - 1].Uuid | Should -BeExactly $truth.uuid
            $volumes[$n - 1].Label | Should -BeExactly $truth.label
            $volumes[$n - 1].Size | Should -Be $truth.device_bytes
        }
    }

    It 'takes names of volumes in each of their forms' {
        $truth = Get-GuestTruth 'disk0p2'
        foreach ($name in 'drive-scsi0/p2', 'p2', $truth.label, $truth.uuid, '*/p2') {
            (Get-VmaVolume $Guest -Volume $name -WarningAction SilentlyContinue).Id | Should -BeExactly 'drive-scsi0/p2'
        }
    }

    It 'puts a volume group together over two disks' {
        $volumes = @(Get-VmaVolume (Join-Path $Fixtures 'disks/lvm-two-disks.vma.zst'))
        ($volumes | Where-Object Kind -EQ LogicalVolume).Id | Sort-Object | Should -Be 'data/span', 'data/stripe'
        ($volumes | Where-Object FileSystem -EQ LVM2_member).MemberOf | Should -Be 'data', 'data'
    }

    It 'takes archives, devices and partitions from the pipeline' {
        (Get-Item $Guest | Get-VmaVolume -WarningAction SilentlyContinue).Count | Should -Be 6
        (Get-VmaDevice $Guest | Get-VmaVolume -WarningAction SilentlyContinue).Count | Should -Be 6
        (Get-VmaPartition $Guest | Where-Object Index -EQ 2 | Get-VmaVolume).Id | Should -BeExactly 'drive-scsi0/p2'
    }

    It 'says which volumes there are when one is not' {
        Get-VmaVolume $Guest -Volume nothing -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'VolumeNotFound,*'
        $problem[0].Exception.Message | Should -BeLike '*drive-scsi0/p1*'
    }

    It 'opens its content as a stream' {
        $stream = (Get-VmaVolume $Guest -Volume p2).OpenRead()
        try { $stream.Length | Should -Be (Get-GuestTruth 'disk0p2').device_bytes } finally { $stream.Dispose() }
    }

    It 'lists subvolumes where they are asked for, and finds them by name' {
        $guest = Join-Path $Fixtures 'disks/btrfs-replay.vma.zst'
        (Get-VmaVolume $guest).Id | Should -Be 'drive-scsi0'
        $subvolume = Get-VmaVolume $guest -Subvolumes | Where-Object Kind -EQ Subvolume
        $subvolume.Id | Should -BeExactly 'drive-scsi0/sub'
        (Get-VmaVolume $guest -Volume drive-scsi0/sub).Subvolume | Should -BeExactly 'sub'
        @($subvolume | Get-VmaFile -Recurse -Force).FullName | Should -Be @(Get-VmaFile $guest / -Volume drive-scsi0/sub -Recurse -Force).FullName
        { $subvolume | Get-VmaDeviceHash -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidInputObject,*'
    }
}

Describe 'What damage hides' {
    BeforeAll {
        $bytes = [IO.File]::ReadAllBytes($Sample)
        # A bit in the header of the first extent, which has the beginning of every disk.
        $bytes[(Get-VmaExtent $Sample)[0].Offset + 100] = 99
        $script:damaged = Join-Path $TestDrive 'damaged.vma'
        [IO.File]::WriteAllBytes($damaged, $bytes)
    }

    It 'is told with the volume' {
        $volumes = @(Get-VmaVolume $damaged -WarningVariable told -WarningAction SilentlyContinue)
        $volumes.Count | Should -Be 4
        foreach ($volume in $volumes) {
            $volume.FileSystem | Should -BeNullOrEmpty
            @($volume.Warnings).Count | Should -Be 1
            $volume.Warnings[0] | Should -BeLike '*cannot be read*ClusterMissing*'
        }

        @($told).Count | Should -Be 4
    }

    It 'is told where files are looked for: <Name>' -ForEach @(
        @{ Name = 'Get-VmaFile'; Do = { Get-VmaFile $damaged /etc } }
        @{ Name = 'Read-VmaFile'; Do = { Read-VmaFile $damaged /etc/hostname } }
        @{ Name = 'Export-VmaFile'; Do = { Get-Item $damaged | Export-VmaFile $TestDrive/out /etc } }
    ) {
        { $ErrorActionPreference = 'Stop'; & $Do } | Should -Throw -ErrorId 'VolumeDamaged,*' -ExpectedMessage '*ClusterMissing*'
    }

    It 'is told on a drive' {
        $null = New-PSDrive damaged Vma $damaged
        try {
            $told = @(Get-ChildItem damaged:\drive-scsi0 3>&1 2>$null | Where-Object { $_ -is [System.Management.Automation.WarningRecord] })
            @($told.Message -like 'drive-scsi0: *ClusterMissing*').Count | Should -Be 1
        }
        finally { Remove-PSDrive damaged }
    }
}
