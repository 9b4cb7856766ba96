BeforeDiscovery {
    $script:HasEmulator = [bool](Get-Command qemu-system-x86_64 -ErrorAction Ignore)
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/ArchiveMaker.ps1"
    . "$PSScriptRoot/GuestSample.ps1"

    # A disk whose boot sector writes a line on the first serial port and stops. Nothing else is on it.
    $script:Marker = 'the boot sector has started'
    $code = '31C08ED8FCBE227CAC84C0741288C4BAFD03ECA82074FBBAF80388E0EEEBE9F4EBFD'
    $disk = [byte[]]::new(131072)
    for ($i = 0; $i -lt $code.Length; $i += 2) { $disk[$i / 2] = [Convert]::ToByte($code.Substring($i, 2), 16) }
    [Text.Encoding]::ASCII.GetBytes("$Marker`n").CopyTo($disk, $code.Length / 2)
    $disk[510] = 0x55
    $disk[511] = 0xAA
    $script:Bootable = Join-Path $TestDrive 'bootable.vma'
    Write-TestArchive $Bootable @{ 'drive-ide0' = $disk }
    $script:Silent = Join-Path $TestDrive 'silent.vma'
    Write-TestArchive $Silent @{ 'drive-ide0' = [byte[]]::new(131072) }
}

Describe 'Test-VmaRestore' {
    It 'gives the grades in one object' {
        $result = Test-VmaRestore $Guest
        $result | Should -BeOfType 'VmaTools.VmaRestoreTestResult'
        "$($result.ArchiveOutcome) $($result.VolumeOutcome) $($result.SystemOutcome) $($result.BootOutcome)" | Should -Be 'Passed Passed Failed NotTried'
        $result.Verdict | Should -Be 'SYSTEM INCOMPLETE'
        $result.Grade | Should -Be 'Volumes'
        $result.Systems.Kind | Should -Be 'Windows'
        @($result.Findings | Where-Object Code -EQ SystemFileMissing).Count | Should -BeGreaterThan 0
        $result.ArchiveTest.IsValid | Should -BeTrue
        $result.BootRun | Should -BeNullOrEmpty
        Test-VmaRestore $Guest -Quiet | Should -BeExactly $false
    }

    It 'tells volumes that are not sound: <_>' -ForEach 'dmg-btrfs-sb0', 'dmg-ext4-blocks', 'dmg-ext4-evil', 'dmg-fat16' {
        $result = Test-VmaRestore (Join-Path $Fixtures "disks/$_.vma.zst")
        $result.VolumeOutcome | Should -Be 'Failed'
        $result.Verdict | Should -Be 'VOLUMES DAMAGED'
        $result.Grade | Should -Be 'Archive'
    }

    It 'tries nothing else of an archive that is damaged' {
        $result = Test-VmaRestore (Save-DamagedArchive 'extent-bitflip.vma' $TestDrive)
        "$($result.Verdict) $($result.Grade) $($result.VolumeOutcome)" | Should -Be 'DAMAGED None NotTried'
    }

    It 'takes backups, files and devices from the pipeline, each archive once' {
        $folder = (New-Item -ItemType Directory "$TestDrive/store").FullName
        $name = 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
        Copy-Item $Sample "$folder/$name"
        Set-Content "$folder/$name.notes" 'a note'
        (Get-VmaBackup $folder | Test-VmaRestore).ArchivePath | Should -Be "$folder/$name"
        @(Get-ChildItem $folder | Test-VmaRestore).Count | Should -Be 1
        @(Get-VmaDevice "$folder/$name" | Test-VmaRestore).Count | Should -Be 1
        @(Get-VmaArchive "$folder/$name" | Test-VmaRestore).Count | Should -Be 1
    }

    It 'writes an error, and false with -Quiet, where there is no verdict' {
        Test-VmaRestore "$TestDrive/absent.vma" -ErrorAction SilentlyContinue -ErrorVariable problems | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ItemNotFound,*'
        { Test-VmaRestore $Bootable -ManifestPath "$TestDrive/none.json" -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
        Test-VmaRestore $Bootable -ManifestPath "$TestDrive/none.json" -Quiet -ErrorAction SilentlyContinue | Should -BeExactly $false
    }

    It 'refuses what says how to start where nothing is started' {
        { Test-VmaRestore $Bootable -Until x } | Should -Throw -ErrorId 'InvalidRange,*' -ExpectedMessage '*Boot*'
    }

    It 'is the same through a job' {
        $result = Start-Job { Import-Module $using:ModuleRoot; Test-VmaRestore $using:Guest } | Receive-Job -Wait -AutoRemoveJob
        $result.Findings[-1].Code | Should -Be (Test-VmaRestore $Guest).Findings[-1].Code
        $result | Format-Table | Out-String | Should -Match 'SYSTEM INCOMPLETE +Passed +Passed +Failed +NotTried'
    }

    It 'says what is missing where the emulator is' {
        $path = $env:PATH
        try {
            $env:PATH = "$TestDrive"
            $result = Test-VmaRestore $Bootable -Boot
        }
        finally { $env:PATH = $path }

        "$($result.BootOutcome) $($result.IsPassed)" | Should -Be 'Unknown False'
        ($result.Findings | Where-Object Code -EQ EmulatorFailed).Message | Should -BeLike '*qemu-system-x86_64*PATH*'
    }
}

Describe 'With -Boot' -Skip:(-not $HasEmulator) {
    It 'starts the guest, and changes nothing' {
        $before = Get-Digest $Bootable
        $result = Test-VmaRestore $Bootable -Boot -Until $Marker
        "$($result.Verdict) $($result.Grade) $($result.IsPassed)" | Should -Be 'Boots Boot True'
        $result.BootRun.Marker | Should -Be $Marker
        $result.BootRun.SerialText | Should -BeLike "*SeaBIOS*$Marker*"
        Get-Digest $Bootable | Should -Be $before
        Test-VmaRestore $Bootable -Boot -Until $Marker -Quiet | Should -BeExactly $true
    }

    It 'tells that a disk does not start, with a picture' {
        $result = Test-VmaRestore $Silent -Boot
        "$($result.Verdict) $($result.IsPassed)" | Should -Be 'DOES NOT BOOT False'
        ($result.Findings | Where-Object Severity -EQ Error).Code | Should -Be 'BootFailed'
        $result.BootRun.SaveScreenshot("$TestDrive/screen.png")
        [IO.File]::ReadAllBytes("$TestDrive/screen.png")[1..3] | Should -Be 0x50, 0x4E, 0x47
    }

    It 'gives no verdict on a guest that says nothing in time' {
        $result = Test-VmaRestore $Bootable -Boot -Until 'something else' -TimeoutSec 1
        "$($result.Verdict) $($result.BootOutcome)" | Should -Be 'Not proven Unknown'
        $result.BootRun.HasStarted | Should -BeFalse
    }
}
