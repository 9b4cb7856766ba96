BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/ArchiveMaker.ps1"

    # Every file below a folder, relative to it.
    function Get-Tree([string] $Folder) {
        if (Test-Path -LiteralPath $Folder) {
            @(Get-ChildItem -LiteralPath $Folder -Recurse -File -Force | ForEach-Object { [IO.Path]::GetRelativePath($Folder, $_.FullName).Replace('\', '/') } | Sort-Object)
        }
    }
}

Describe 'Export-VmaDevice' {
    BeforeEach {
        $script:Out = Join-Path $TestDrive "out$([guid]::NewGuid().ToString('N'))"
    }

    AfterEach {
        Remove-Item -LiteralPath $Out -Recurse -Force -ErrorAction Ignore
    }

    It 'exports every device of <_> to its digest' -ForEach @('vzdump-qemu-101-2026_11_20-02_00_03', 'shuffled', 'gaps-between-slots', 'vmstate', 'allzero-1g', 'nodisk') {
        Get-ChildItem (Join-Path $Corpus "$_.vma") | Get-VmaDevice | Export-VmaDevice $Out
        $devices = $Truth.$_.devices.PSObject.Properties
        @(Get-Tree $Out) | Should -Be @($devices.Name | Where-Object { $_ } | ForEach-Object { "$_.raw" } | Sort-Object)
        foreach ($device in $devices) {
            Get-Digest (Join-Path $Out "$($device.Name).raw") | Should -Be $device.Value.sha256
        }
    }

    It 'exports a folder of archives by a pipeline' {
        Get-ChildItem "$Corpus/*.vma" -Exclude allzero* | Get-VmaDevice -Name drive-scsi* | Export-VmaDevice $Out -FileName '{archive}/{device}' -ErrorAction Stop
        foreach ($name in 'vzdump-qemu-101-2026_11_20-02_00_03', 'shuffled', 'gaps-between-slots') {
            foreach ($device in 'drive-scsi0', 'drive-scsi2') {
                Get-Digest "$Out/$name/$device.raw" | Should -Be $Truth.$name.devices.$device.sha256
            }
        }

        (Get-Tree $Out).Count | Should -Be 7
    }

    It 'takes <What> from the pipeline' -ForEach @(
        @{ What = 'a device'; Source = { Get-VmaDevice $Sample } }
        @{ What = 'an archive'; Source = { Get-VmaArchive $Sample } }
        @{ What = 'a file'; Source = { Get-Item $Sample } }
        @{ What = 'a path'; Source = { $Sample } }
        @{ What = 'a path with wildcards'; Source = { "$Corpus/vzdump*.vma" } }
        @{ What = 'deserialized devices'; Source = { [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize(@(Get-VmaDevice $Sample))) } }
        @{ What = 'a deserialized archive'; Source = { [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize((Get-VmaArchive $Sample))) } }
    ) {
        & $Source | Export-VmaDevice $Out -Name drive-scsi2, drive-efidisk0
        Get-Tree $Out | Should -Be 'drive-efidisk0.raw', 'drive-scsi2.raw'
        Get-Digest "$Out/drive-scsi2.raw" | Should -Be $SampleTruth.devices.'drive-scsi2'.sha256
    }

    It 'takes sources and names by parameter' {
        Export-VmaDevice -Destination $Out -InputObject $Sample -Id 3
        Get-Tree $Out | Should -Be 'drive-scsi2.raw'
    }

    It 'gives nothing, or the files with -PassThru' {
        $Sample | Export-VmaDevice $Out -Id 3 | Should -BeNullOrEmpty
        $files = @($Sample | Export-VmaDevice $Out -Name *efi*, *tpm* -PassThru)
        $files | Should -BeOfType [IO.FileInfo]
        $files.Name | Should -Be 'drive-efidisk0.raw', 'drive-tpmstate0-backup.raw'
    }

    It 'writes nothing with -WhatIf and names files with their sizes' {
        $log = Join-Path $TestDrive 'transcript.txt'
        $null = Start-Transcript -Path $log
        try {
            $Sample | Export-VmaDevice $Out -WhatIf
        }
        finally {
            $null = Stop-Transcript
        }

        Test-Path $Out | Should -BeFalse
        $text = (Get-Content -Raw $log) -replace '\s+', ' '
        $text | Should -Match 'drive-scsi0\.raw'
        $text | Should -Match 'Export drive-scsi0 as Raw \(8 MiB, [\d.,]+ KiB stored\)'
        $text | Should -Match 'Export drive-scsi2 as Raw \(1 MiB, '
    }

    It 'fills templates' -ForEach @(
        @{ Template = '{archive}/{device}'; Expected = 'vzdump-qemu-101-2026_11_20-02_00_03/drive-scsi2.raw' }
        @{ Template = 'vm-{vmid}-disk-{id}'; Expected = 'vm-101-disk-3.raw' }
        @{ Template = '{VMID}\{Device}'; Expected = '101/drive-scsi2.raw' }
        @{ Template = 'fixed'; Expected = 'fixed.raw' }
    ) {
        $Sample | Export-VmaDevice $Out -Name drive-scsi2 -FileName $Template
        Get-Tree $Out | Should -Be $Expected
    }

    It 'refuses the template <_>' -ForEach @('{nothing}', '../{device}', '/{device}', 'a//b', '{device}/', 'a/../../b') {
        { $Sample | Export-VmaDevice $Out -FileName $_ } | Should -Throw -ErrorId 'InvalidFileNameTemplate,*'
        Test-Path $Out | Should -BeFalse
    }

    It 'refuses two sources for one file before the second archive is read' {
        $other = Join-Path $TestDrive 'other.vma'
        Copy-Item $Sample $other
        Get-VmaDevice $Sample, $other -Name drive-scsi2 | Export-VmaDevice $Out -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'OutputNameCollision,*'
        $problems[0].Exception.Message | Should -Match ([regex]::Escape("'{device}'"))
        Get-Tree $Out | Should -Be 'drive-scsi2.raw'
    }

    It 'never replaces with -Force what the same run wrote' {
        $other = Join-Path $TestDrive 'zero.vma'
        Copy-Item "$Corpus/allzero-1g.vma" $other
        $Sample, $other | Export-VmaDevice $Out -Name drive-scsi0 -Force -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'OutputNameCollision,*'
        Get-Digest "$Out/drive-scsi0.raw" | Should -Be $SampleTruth.devices.'drive-scsi0'.sha256
    }

    It 'exports devices whose names differ in case only, where the file system tells them apart' {
        $archive = Join-Path $TestDrive 'case.vma'
        # A table of the host's own would take the two names for one.
        $devices = [System.Collections.Specialized.OrderedDictionary]::new([StringComparer]::Ordinal)
        $devices.Add('disk', [byte[]](, [byte]1 * 65536))
        $devices.Add('DISK', [byte[]](, [byte]2 * 65536))
        Write-TestArchive $archive $devices
        Set-Content "$TestDrive/probe-a" 'a'
        $areOne = Test-Path "$TestDrive/PROBE-A"
        $archive | Export-VmaDevice $Out -ErrorAction SilentlyContinue -ErrorVariable problems
        [IO.File]::ReadAllBytes("$Out/disk.raw")[0] | Should -Be 1
        if ($areOne) {
            $problems[0].FullyQualifiedErrorId | Should -BeLike 'OutputNameCollision,*'
        }
        else {
            $problems | Should -BeNullOrEmpty
            [IO.File]::ReadAllBytes("$Out/DISK.raw")[0] | Should -Be 2
        }
    }

    It 'refuses two devices of one archive for one file' {
        $Sample | Export-VmaDevice $Out -FileName 'disk' -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 3
        $problems | ForEach-Object { $_.FullyQualifiedErrorId | Should -BeLike 'OutputNameCollision,*' }
        Get-Digest "$Out/disk.raw" | Should -Be $SampleTruth.devices.'drive-efidisk0'.sha256
    }

    It 'writes to one file where the path ends like an image' {
        $file = Join-Path $Out 'one.img'
        $Sample | Export-VmaDevice $file -Name drive-scsi2
        Get-Digest $file | Should -Be $SampleTruth.devices.'drive-scsi2'.sha256
        { $Sample | Export-VmaDevice (Join-Path $Out 'two.raw') -ErrorAction Stop } | Should -Throw -ExpectedMessage '*(-Name, -Id)*' -ErrorId 'SingleFileTarget,*'
    }

    It 'tells of a destination that looks like something else than it is: <Name>' -ForEach @(
        @{ Name = 'disk.qcow'; More = @{}; Says = "No image has the extension '.qcow': 'disk.qcow' is taken for a folder.*" }
        @{ Name = 'one.iso'; More = @{}; Says = "*'one.iso' is taken for a folder.*" }
        @{ Name = 'one.vhdx'; More = @{ Format = 'Qcow2' }; Says = "'one.vhdx' has the extension of a Vhdx image, and a Qcow2 image is written*" }
    ) {
        $Sample | Export-VmaDevice "$Out/$Name" -Name drive-scsi2 @More -WarningVariable told -WarningAction SilentlyContinue
        "$told" | Should -BeLike $Says
        Get-Tree $Out | Should -Not -BeNullOrEmpty
    }

    It 'says nothing of a destination that is what it looks like: <Name>' -ForEach @(
        @{ Name = 'one.img' }, @{ Name = 'one.vhdx' }, @{ Name = 'disks' }, @{ Name = 'disks.2026' }, @{ Name = 'v1.2.3' }
    ) {
        $Sample | Export-VmaDevice "$Out/$Name" -Name drive-scsi2 -WarningVariable told -WarningAction SilentlyContinue
        $told | Should -BeNullOrEmpty
    }

    It 'names all that would go to one file, and writes none of them: <What>' -ForEach @(
        @{ What = 'devices'; Do = { Get-VmaDevice $Sample | Export-VmaDevice "$Out/one.raw" }; Names = 'drive-efidisk0, drive-scsi0, drive-scsi2, drive-tpmstate0-backup' }
        @{ What = 'an archive'; Do = { $Sample | Export-VmaDevice "$Out/one.qcow2" }; Names = 'drive-efidisk0, drive-scsi0, drive-scsi2, drive-tpmstate0-backup' }
        @{ What = 'two archives'; Do = { $Sample, "$Sample.zst" | Export-VmaDevice "$Out/one.raw" -Name drive-scsi0 }; Names = 'drive-scsi0, drive-scsi0' }
        @{ What = 'partitions'; Do = { Get-VmaPartition "$RepositoryRoot/samples/vzdump-qemu-101-2026_11_20-02_00_03.vma.zst" | Select-Object -First 2 | Export-VmaDevice "$Out/one.raw" }; Names = '*, *' }
        @{ What = 'what is salvaged'; Do = { $Sample | Export-VmaDevice "$Out/one.raw" -Salvage }; Names = 'drive-efidisk0, drive-scsi0, drive-scsi2, drive-tpmstate0-backup' }
        @{ What = 'a stream'; Do = { $stream = [IO.File]::OpenRead($Sample); try { Export-VmaDevice "$Out/one.raw" -InputStream $stream } finally { $stream.Dispose() } }; Names = 'drive-efidisk0, *' }
        @{ What = 'with -Overwrite'; Do = { $null = New-Item "$TestDrive/one.raw" -Force; $Sample | Export-VmaDevice "$TestDrive/one.raw" -Overwrite -Force; (Get-Item "$TestDrive/one.raw").Length | Should -Be 0 }; Names = 'drive-efidisk0, *' }
    ) {
        $ErrorActionPreference = 'Continue'
        $problems = @(& $Do 2>&1)
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'SingleFileTarget,*'
        $problems[0].Exception.Message | Should -BeLike "*would go there: $Names. Name a folder*"
        Get-Tree $Out | Should -BeNullOrEmpty
    }

    It 'follows the extension or -Format: <Format>' -ForEach @(
        @{ Format = 'Qcow2'; Extension = 'qcow2'; Magic = 'QFI' }
        @{ Format = 'Vhdx'; Extension = 'vhdx'; Magic = 'vhdxfile' }
        @{ Format = 'Vmdk'; Extension = 'vmdk'; Magic = 'KDMV' }
    ) {
        $Sample | Export-VmaDevice (Join-Path $Out "disk.$Extension") -Name drive-scsi2
        $Sample | Export-VmaDevice $Out -Name drive-scsi0 -Format $Format
        Get-Tree $Out | Should -Be "disk.$Extension", "drive-scsi0.$Extension"
        foreach ($file in Get-ChildItem $Out) {
            $head = [IO.File]::ReadAllBytes($file.FullName)[0..($Magic.Length - 1)]
            [Text.Encoding]::ASCII.GetString($head) | Should -BeExactly $Magic
        }
    }

    It 'leaves what exists alone without -Force' {
        $null = New-Item -ItemType Directory $Out
        Set-Content "$Out/drive-scsi2.raw" 'mine' -NoNewline
        $Sample | Export-VmaDevice $Out -Name drive-scsi2, drive-efidisk0 -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'TargetExists,*'
        $problems[0].CategoryInfo.Category | Should -Be 'ResourceExists'
        Get-Content -Raw "$Out/drive-scsi2.raw" | Should -BeExactly 'mine'
        Get-Digest "$Out/drive-efidisk0.raw" | Should -Be $SampleTruth.devices.'drive-efidisk0'.sha256
        $Sample | Export-VmaDevice $Out -Name drive-scsi2 -Force -ErrorAction Stop
        Get-Digest "$Out/drive-scsi2.raw" | Should -Be $SampleTruth.devices.'drive-scsi2'.sha256
    }

    It 'keeps the old file where the new one does not come whole' {
        $null = New-Item -ItemType Directory $Out
        Set-Content "$Out/drive-scsi0.raw" 'mine' -NoNewline
        Save-DamagedArchive 'extent-removed.vma' $TestDrive | Export-VmaDevice $Out -Name drive-scsi0 -Force -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'DeviceNotWhole,*'
        Get-Tree $Out | Should -Be 'drive-scsi0.raw'
        Get-Content -Raw "$Out/drive-scsi0.raw" | Should -BeExactly 'mine'
    }

    It 'writes over an existing target of the right size with -Overwrite' {
        $null = New-Item -ItemType Directory $Out
        $target = Join-Path $Out 'block-device'
        $filled = [byte[]]::new(1049088)
        [Array]::Fill($filled, [byte]0xaa)
        [IO.File]::WriteAllBytes($target, $filled)
        $Sample | Export-VmaDevice $target -Name drive-scsi2 -Overwrite -Force -ErrorAction Stop
        Get-Digest $target | Should -Be $SampleTruth.devices.'drive-scsi2'.sha256
        { $Sample | Export-VmaDevice $target -Name drive-scsi0 -Overwrite -Force -ErrorAction Stop } | Should -Throw -ErrorId 'TargetTooSmall,*'
        Get-Digest $target | Should -Be $SampleTruth.devices.'drive-scsi2'.sha256
        if (Test-Path /dev/full) { { $Sample | Export-VmaDevice /dev/full -Name drive-scsi2 -Overwrite -Force -ErrorAction Stop } | Should -Throw -ErrorId 'TargetWriteFailed,*' }
        { $Sample | Export-VmaDevice "$Out/absent" -Name drive-scsi2 -Overwrite -Force -ErrorAction Stop } | Should -Throw
        Get-Tree $Out | Should -Be 'block-device'
        { $Sample | Export-VmaDevice $target -Name drive-scsi2 -Overwrite -Format Qcow2 } | Should -Throw -ErrorId 'InvalidRange,*'
    }

    It 'does not write over a target unasked' {
        $null = New-Item -ItemType Directory $Out
        $target = Join-Path $Out 'block-device'
        [IO.File]::WriteAllBytes($target, [byte[]]::new(1049088))
        $before = Get-Digest $target
        $Sample | Export-VmaDevice $target -Name drive-scsi2 -Overwrite -WhatIf
        { $Sample | Export-VmaDevice $target -Name drive-scsi2 -Overwrite -ErrorAction Stop } | Should -Throw
        Get-Digest $target | Should -Be $before
    }

    It 'publishes the whole devices of <Name>, one error for each other' -ForEach @(
        @{ Name = 'blockcount-plus1.vma'; Whole = @() }
        @{ Name = 'cluster-far-beyond.vma'; Whole = 2, 3, 4 }
        @{ Name = 'cut-at-extent.vma'; Whole = 1, 3 }
        @{ Name = 'cut-in-data.vma'; Whole = , 1; Cause = 'ExtentTruncated' }
        @{ Name = 'extent-bitflip.vma'; Whole = , 1; Cause = 'ExtentChecksumMismatch' }
        @{ Name = 'extent-removed.vma'; Whole = , 1 }
        @{ Name = 'extent-twice.vma'; Whole = @() }
    ) {
        $path = Save-DamagedArchive $Name $TestDrive
        $files = @(Get-VmaDevice $path | Export-VmaDevice $Out -PassThru -ErrorAction SilentlyContinue -ErrorVariable problems)
        $whole = @($SampleTruth.devices.PSObject.Properties | Where-Object { $_.Value.id -in $Whole })
        @(Get-Tree $Out) | Should -Be @($whole.Name | Where-Object { $_ } | ForEach-Object { "$_.raw" } | Sort-Object)
        $files.Count | Should -Be $whole.Count
        foreach ($device in $whole) {
            Get-Digest "$Out/$($device.Name).raw" | Should -Be $device.Value.sha256
        }

        $problems.Count | Should -Be (4 - $whole.Count)
        foreach ($problem in $problems) {
            $problem.FullyQualifiedErrorId | Should -BeLike 'DeviceNotWhole,*'
            $problem.Exception.Message | Should -Match '\d+ bytes of it came, \d+ are missing'
            $problem.Exception.Message | Should -Match ([regex]::Escape($path))
            if ($Cause) { $problem.Exception.Message | Should -Match "ClusterMissing: .*$Cause`: (?s:.*)Byte offset: \d" }
            $problem.Exception.Device | Should -BeIn $SampleTruth.devices.PSObject.Properties.Name
        }
    }

    It 'tells damage that left the asked device whole' {
        Save-DamagedArchive 'extent-bitflip.vma' $TestDrive | Export-VmaDevice $Out -Name drive-efidisk0 -ErrorAction SilentlyContinue -ErrorVariable problems
        Get-Tree $Out | Should -Be 'drive-efidisk0.raw'
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ExtentChecksumMismatch,*'
    }

    It 'keeps hostile names inside the folder: <_>' -ForEach @('devname-traversal.vma', 'devname-drive.vma') {
        $before = Get-Tree $TestDrive
        $path = Save-DamagedArchive $_ $TestDrive
        $files = @($path | Export-VmaDevice $Out -Id 2 -PassThru)
        $files.Count | Should -Be 1
        $files[0].DirectoryName | Should -Be $Out
        $files[0].Name | Should -Not -Match '[:\\/]'
        Get-Digest $files[0].FullName | Should -Be $SampleTruth.devices.'drive-scsi0'.sha256
        Compare-Object $before (Get-Tree $TestDrive) | Should -HaveCount 2
        Remove-Item $path
    }

    It 'exports volumes, those put together from several disks, too' {
        $guest = Join-Path $Fixtures 'disks/lvm-two-disks.vma.zst'
        $files = @(Get-VmaVolume $guest | Where-Object Kind -EQ LogicalVolume | Export-VmaDevice $TestDrive/volumes -PassThru)
        $files.Name | Sort-Object | Should -Be 'data-span.raw', 'data-stripe.raw'
        foreach ($volume in Get-VmaVolume $guest | Where-Object Kind -EQ LogicalVolume) {
            $digest = (Get-FileHash -LiteralPath (Join-Path $TestDrive "volumes/$($volume.Id.Replace('/', '-')).raw")).Hash
            ($volume | Get-VmaDeviceHash).Hash | Should -Be $digest
            ($volume | Read-VmaDevice | Measure-Object Length -Sum).Sum | Should -Be $volume.Size
            $volume | Compare-VmaDevice (Join-Path $TestDrive "volumes/$($volume.Id.Replace('/', '-')).raw") -Quiet | Should -BeTrue
        }

        $sent = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($volume))
        ($sent | Get-VmaDeviceHash).Hash | Should -Be $digest
        $partition = Get-VmaVolume (Join-Path $Fixtures 'disks/gpt-linux.vma.zst') -Volume p2
        ($partition | Export-VmaDevice $TestDrive/volumes -PassThru).Name | Should -BeExactly 'drive-scsi0-p2.raw'
        { $volume | Get-VmaPartition -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidInputObject,*'
    }

    It 'exports from a stream, forward only' {
        $stream = [IO.File]::OpenRead($Sample)
        try {
            Export-VmaDevice $Out -InputStream $stream -Name drive-scsi2
            $stream.CanRead | Should -BeTrue
        }
        finally {
            $stream.Dispose()
        }

        Get-Digest "$Out/drive-scsi2.raw" | Should -Be $SampleTruth.devices.'drive-scsi2'.sha256
    }

    It 'cannot reopen a device that came from a stream' {
        $stream = [IO.MemoryStream]::new([IO.File]::ReadAllBytes($Sample))
        { Get-VmaDevice -InputStream $stream | Export-VmaDevice $Out -ErrorAction Stop } | Should -Throw -ErrorId 'SourceNotReopenable,*'
        { $null = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize((Get-VmaDevice -InputStream ([IO.MemoryStream]::new([IO.File]::ReadAllBytes($Sample))))[0])) | Export-VmaDevice $Out -ErrorAction Stop } | Should -Throw
        Test-Path $Out | Should -BeFalse
    }

    It 'tells a source that changed since it was listed' {
        $copy = Join-Path $TestDrive 'changing.vma'
        Copy-Item $Sample $copy
        $device = Get-VmaDevice $copy -Name drive-scsi2
        Copy-Item "$Corpus/allzero-1g.vma" $copy -Force
        { $device | Export-VmaDevice $Out -ErrorAction Stop } | Should -Throw -ErrorId 'SourceChanged,*'
        Get-Tree $Out | Should -BeNullOrEmpty
    }

    It 'tells a device that is not there' {
        { $Sample | Export-VmaDevice $Out -Name drive-no -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
        Test-Path $Out | Should -BeFalse
    }

    It 'leaves holes' {
        if (-not $IsLinux) { Set-ItResult -Skipped -Because 'nothing else here tells how much of a file is stored' }
        "$Corpus/allzero-1g.vma" | Export-VmaDevice $Out
        [long](stat -c '%b' "$Out/drive-scsi0.raw") | Should -BeLessThan 2048
    }

    It 'exports what is free on volumes' {
        $guest = Join-Path $Fixtures 'disks/gpt-linux.vma.zst'
        $volumes = @(Get-VmaVolume $guest -Volume p1, p2, p6)
        $files = @($volumes | Export-VmaDevice "$TestDrive/free" -Unallocated -PassThru)
        $files.Name | Should -Be 'drive-scsi0-p1-unallocated.raw', 'drive-scsi0-p2-unallocated.raw', 'drive-scsi0-p6-unallocated.raw'
        @($files | ForEach-Object Length) | Should -Be @($volumes.FreeBytes)
        (Get-VmaPartition $guest | Where-Object Index -EQ 1 | Export-VmaDevice "$TestDrive/free-of-one.raw" -Unallocated -PassThru).Length | Should -Be $volumes[0].FreeBytes
        $volumes[0] | Export-VmaDevice "$TestDrive/asked" -Unallocated -WhatIf
        Test-Path "$TestDrive/asked" | Should -BeFalse
        Get-VmaVolume $guest -Volume p3 | Export-VmaDevice "$TestDrive/xfs" -Unallocated -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'FileSystemNotSupported,*'
        Get-VmaDevice $guest | Export-VmaDevice "$TestDrive/disk" -Unallocated -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'VolumeNotFound,*'
        { $volumes | Export-VmaDevice "$TestDrive/x.vhdx" -Unallocated } | Should -Throw -ErrorId 'InvalidRange,*'
    }
}
