BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:archive = Join-Path $TestDrive 'vzdump-qemu-101-2026_11_20-02_00_03.vma.zst'
    Copy-Item "$RepositoryRoot/samples/vzdump-qemu-101-2026_11_20-02_00_03.vma.zst" $archive
    $script:devices = @(Get-VmaDevice $archive)
}

AfterAll { Get-VmaNbdServer | Stop-VmaNbdServer }

Describe 'A piped device' {
    It 'means that device to Start-VmaNbdServer' {
        $server = @(Get-VmaDevice $archive -Name drive-scsi0 | Start-VmaNbdServer)
        $server.Count | Should -Be 1
        @($server[0].Exports.Name | ForEach-Object { ($_ -split '/')[0] } | Sort-Object -Unique) | Should -Be 'drive-scsi0'
    }

    It 'shares a server with others of its archive' {
        $devices.Count | Should -BeGreaterThan 2
        $server = @($devices | Start-VmaNbdServer)
        $server.Count | Should -Be 1
        @($server[0].Exports.Name | ForEach-Object { ($_ -split '/')[0] } | Sort-Object -Unique).Count | Should -Be $devices.Count
    }

    It 'is chosen by name and number, too' {
        (Start-VmaNbdServer $archive -Name drive-scsi0).Exports.Name | ForEach-Object { ($_ -split '/')[0] } | Sort-Object -Unique | Should -Be 'drive-scsi0'
        (Start-VmaNbdServer $archive -Id $devices[0].DeviceId).Exports.Name | ForEach-Object { ($_ -split '/')[0] } | Sort-Object -Unique | Should -Be $devices[0].Name
    }

    It 'stays itself in Get-VmaDevice' {
        ($devices[1] | Get-VmaDevice).Name | Should -Be $devices[1].Name
        ($devices | Get-VmaDevice -Name drive-scsi0).Name | Should -Be 'drive-scsi0'
    }

    It 'means that device whatever it was found by: <What> to <Command>' -ForEach @(
        foreach ($command in 'Get-VmaDevice', 'Start-VmaNbdServer', 'Get-VmaVolume') {
            @{ Command = $command; What = 'a disk of a VM'; Get = { (Get-VmaVM $archive).Disks | Where-Object DeviceName -EQ drive-scsi0 } }
            @{ Command = $command; What = 'a partition'; Get = { Get-VmaPartition $archive -Name drive-scsi0 } }
            @{ Command = $command; What = 'a volume'; Get = { Get-VmaVolume $archive -Volume drive-scsi0 } }
            @{ Command = $command; What = 'a digest'; Get = { Get-VmaDeviceHash $archive -Name drive-scsi0 } }
            @{ Command = $command; What = 'a measure'; Get = { Measure-VmaDevice $archive -Name drive-scsi0 } }
        }
    ) {
        $item = @(& $Get)
        $item.Count | Should -Be 1
        $text = [System.Management.Automation.PSSerializer]::Serialize($item[0], 2)
        foreach ($one in $item[0], [System.Management.Automation.PSSerializer]::Deserialize($text)) {
            $result = @($one | & $Command)
            $result.Count | Should -Be 1
            $names = if ($Command -eq 'Get-VmaDevice') { $result.Name } elseif ($Command -eq 'Get-VmaVolume') { $result.Device } else { $result.Exports.Name }
            $names | Should -Be 'drive-scsi0'
        }
    }

    It 'is each of those that a volume lies on' {
        $two = Join-Path $Fixtures 'disks/lvm-two-disks.vma.zst'
        $volume = Get-VmaVolume $two -WarningAction Ignore | Where-Object { $_.GetDevices().Count -gt 1 } | Select-Object -First 1
        ($volume | Get-VmaDevice).Name | Should -Be $volume.GetDevices().Name
    }

    It 'is an error where the disk is not in the archive: <_>' -ForEach 'Get-VmaDevice', 'Start-VmaNbdServer', 'Get-VmaVolume' {
        $absent = (Get-VmaVM $archive).Disks | Where-Object WhyAbsent -EQ Excluded
        $absent | Should -Not -BeNullOrEmpty
        { $absent | & $_ -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidInputObject,*'
    }

    It 'is no server, whatever its number' {
        $server = Start-VmaNbdServer $archive
        @($server | Get-VmaDevice).Count | Should -Be $devices.Count
    }

    It 'names its archive once to <_>' -ForEach 'Test-VmaArchive', 'Get-VmaArchive', 'Get-VmaVM' {
        @($devices | & $_).Count | Should -Be 1
    }

    It 'names its archive once where a bool is asked for' {
        @($devices | Test-VmaArchive -Quiet) | Should -Be $true
    }
}

Describe 'An object in the place of a path' {
    It 'is told how to be given to <_>' -ForEach 'Read-VmaDevice', 'Get-VmaDevice', 'Measure-VmaDevice', 'Get-VmaDeviceHash', 'Get-VmaPartition', 'Test-VmaArchive' {
        & $_ $devices[0] -ErrorAction SilentlyContinue -ErrorVariable failure
        "$failure" | Should -BeLike '*is the text of an object and no path; pipe the object*'
        & $_ "drive: $($devices[0].Name)" -ErrorAction SilentlyContinue -ErrorVariable other
        "$other" | Should -BeLike '*There is no file that matches*'
    }
}

Describe 'The archive comes first' {
    It 'where the destination may be left out' {
        (New-VmaIndex $archive).ArchivePath | Should -Be $archive
        (New-VmaIndex $archive (Join-Path $TestDrive 'x.vmaindex')).IndexPath | Should -Be (Join-Path $TestDrive 'x.vmaindex')
    }

    It 'and <_> tells the right call where it is given for the destination' -ForEach 'Export-VmaDevice', 'Export-VmaFile' {
        { & $_ $archive -ErrorAction Stop } | Should -Throw -ExpectedMessage "*Get-Item '$archive' | $_ -Path*"
    }
}

Describe 'An archive where the destination goes' {
    It 'gets the right call from <Command>: <What>' -ForEach @(
        foreach ($command in 'New-VmaManifest', 'Optimize-VmaArchive') {
            @{ Command = $command; What = 'alone'; Rest = @() }
            @{ Command = $command; What = 'the other way round'; Rest = @('absent.json') }
        }
    ) {
        { & $Command $archive @Rest } | Should -Throw -ErrorId 'TargetIsArchive,*' -ExpectedMessage "*Get-Item '$archive' | $Command -Path*"
    }

    It 'gets the right call from <Command>, with what makes of it what is taken' -ForEach @(
        @{ Command = 'New-VmaArchive'; Reader = 'Get-VmaDevice' }
        @{ Command = 'Export-VmaReport'; Reader = 'Get-VmaBackup' }
    ) {
        { & $Command $archive } | Should -Throw -ErrorId 'TargetIsArchive,*' -ExpectedMessage "*$Reader '$archive' | $Command -Path*"
        { & $Command $archive -InputObject absent } | Should -Throw -ErrorId 'TargetIsArchive,*'
    }

    It 'is asked for by <_> rather than waited for' -ForEach 'New-VmaManifest', 'Optimize-VmaArchive' {
        { & $_ (Join-Path $TestDrive 'absent') } | Should -Throw -ErrorId 'SourceMissing,*'
    }

    It 'is told by <_> where both are the same' -ForEach 'New-VmaManifest', 'Optimize-VmaArchive' {
        { & $_ $archive $archive -ErrorAction Stop } | Should -Throw -ErrorId 'Target*'
    }
}

Describe 'What was written' {
    It 'comes as Get-Item gives it: <Name>' -ForEach @(
        @{ Name = 'New-VmaManifest'; Do = { New-VmaManifest $place/m.json $archive -PassThru } }
        @{ Name = 'Export-VmaDevice'; Do = { $archive | Export-VmaDevice $place -Name drive-scsi2 -PassThru } }
        @{ Name = 'Export-VmaFile'; Do = { $archive | Export-VmaFile $place /etc/hostname -PassThru } }
        @{ Name = 'Export-VmaReport'; Do = { Get-VmaBackup $TestDrive | Export-VmaReport $place/r.html -PassThru } }
    ) {
        $place = (New-Item -ItemType Directory "$TestDrive/$([guid]::NewGuid())").FullName
        $null = New-PSDrive elsewhere Vma $archive
        Push-Location elsewhere:\
        try { $file = @(& $Do) } finally { Pop-Location; Remove-PSDrive elsewhere }
        $file.Count | Should -Be 1
        $file[0].PSPath | Should -Be (Get-Item $file[0].FullName).PSPath
        $file[0].PSParentPath | Should -Not -BeNullOrEmpty
    }
}

Describe 'A target on a drive of another provider' {
    It 'is refused: <What>' -ForEach @(
        @{ What = 'Export-VmaDevice'; Do = { $devices | Export-VmaDevice -Path Env:\x } }
        @{ What = 'New-VmaManifest'; Do = { New-VmaManifest Env:\x $archive } }
        @{ What = 'New-VmaIndex'; Do = { New-VmaIndex $archive Env:\x } }
        @{ What = 'Export-VmaReport'; Do = { Get-VmaBackup $TestDrive | Export-VmaReport Env:\x } }
        @{ What = 'Measure-VmaDevice'; Do = { Measure-VmaDevice $archive -SvgPath Env:\x } }
        @{ What = 'Export-VmaFile'; Do = { Get-VmaArchive $archive | Export-VmaFile -Path Env:\x -FilePath / -ErrorAction Stop } }
        @{ What = 'where the location is one'; Do = { Push-Location Env:\; try { New-VmaManifest x $archive } finally { Pop-Location } } }
    ) {
        $Do | Should -Throw -ExpectedMessage '*provider Environment*'
        "$(Get-Location)/x" | Should -Not -Exist
    }
}

Describe 'A file to read on a drive of another provider' {
    It 'is refused, and not as something to be written: <What>' -ForEach @(
        @{ What = 'a manifest'; Do = { Test-VmaArchive $archive -ManifestPath Env:\x } }
        @{ What = 'a manifest to salvage by'; Do = { $archive | Export-VmaDevice $TestDrive/salvaged -Salvage -ManifestPath Env:\x } }
        @{ What = 'a disk to compare'; Do = { Compare-VmaDevice $devices[0] Env:\x -ErrorAction Stop } }
    ) {
        $Do | Should -Throw -ErrorId 'SourceReadFailed,*' -ExpectedMessage '*provider Environment*read*'
    }
}

Describe 'A piped row of a file' {
    BeforeAll {
        . "$PSScriptRoot/GuestSample.ps1"
        $found = Join-Path $TestDrive 'found.vma.zst'
        Copy-Item $Guest $found
        $null = New-VmaIndex $found -Files -Beside
    }

    It 'means that file: <What>' -ForEach @(
        @{ What = 'a version'; Get = { Get-VmaFileVersion $Guest /basics/one -Volume p2 -Content } }
        @{ What = 'a version by a catalog'; Get = { Get-VmaFileVersion $found /basics/one -Volume p2 } }
        @{ What = 'a digest'; Get = { Get-VmaFileHash $Guest /basics/one -Volume p2 } }
        @{ What = 'a file of a catalog'; Get = { Find-VmaFile $found one -Volume p2 | Where-Object FullName -EQ /basics/one } }
        @{ What = 'a file'; Get = { Get-VmaFile $Guest -LiteralFilePath /basics/one -Volume p2 } }
        @{ What = 'a file of Btrfs'; Get = { Get-VmaFile "$Fixtures/disks/btrfs-replay.vma.zst" -FilePath / -Recurse -WarningAction Ignore | Where-Object Type -EQ File | Select-Object -First 1 } }
    ) {
        $item = @(& $Get)
        $item.Count | Should -Be 1
        $sent = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($item[0], 2))
        $number = 0
        foreach ($one in $item[0], $sent, ($item[0] | Select-Object ArchivePath, Volume, FullName)) {
            ($one | Get-VmaFile -WarningAction Ignore).FullName | Should -Be $item[0].FullName
            @($one | Get-VmaFileHash -WarningAction Ignore).FullName | Should -Be $item[0].FullName
            $target = "$TestDrive/$($What -replace ' ')-$(($number++))"
            $one | Export-VmaFile $target -WarningAction Ignore
            @(Get-ChildItem $target -Recurse -File).Name | Should -Be ($item[0].FullName -replace '.*/')
        }
    }

    It 'means the file of a named stream' {
        $stream = Get-VmaFile $Guest / -Volume p6 -Recurse -Stream * | Select-Object -First 1
        ($stream | Get-VmaFile).FullName | Should -Be $stream.FullName
    }

    It 'is an error where the archive has no such file, and never all of the guest: <What>' -ForEach @(
        @{ What = 'missing'; Get = { Get-VmaFileVersion $Guest /basics/none -Volume p2 } }
        @{ What = 'of no volume'; Get = { Get-VmaFileHash $Guest /basics/one -Volume p2 | Select-Object ArchivePath, FullName } }
        @{ What = 'of no path'; Get = { Get-VmaFileHash $Guest /basics/one -Volume p2 | Select-Object ArchivePath, Volume } }
    ) {
        $item = & $Get
        foreach ($one in $item, [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($item, 2))) {
            foreach ($command in { $one | Get-VmaFile @try }, { $one | Get-VmaFileHash @try }, { $one | Export-VmaFile "$TestDrive/none" @try }, { $one | Get-VmaVolume @try }) {
                $try = @{ ErrorVariable = 'problems'; ErrorAction = 'SilentlyContinue' }
                $problems = $null
                . $command | Should -BeNullOrEmpty
                $problems.Count | Should -Be 1
                $problems[0].FullyQualifiedErrorId | Should -BeLike 'FileNotFound,*'
            }
        }

        "$TestDrive/none" | Should -Not -Exist
    }

    It 'is refused where it is of two archives' {
        $row = Compare-VmaFile "$Fixtures/disks/fat16-mtools.vma.zst" "$Fixtures/disks/fat32-kernel.vma.zst" | Select-Object -First 1
        $problems = $null
        $row | Export-VmaFile "$TestDrive/two" -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'InvalidInputObject,*'
        "$TestDrive/two" | Should -Not -Exist
    }
}
