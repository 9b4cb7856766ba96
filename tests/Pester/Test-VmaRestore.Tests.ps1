BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/ArchiveMaker.ps1"
    . "$PSScriptRoot/GuestSample.ps1"
    $script:Blank = Join-Path $TestDrive 'blank.vma'
    Write-TestArchive $Blank @{ 'drive-ide0' = [byte[]]::new(131072) }
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
        { Test-VmaRestore $Blank -ManifestPath "$TestDrive/none.json" -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
        Test-VmaRestore $Blank -ManifestPath "$TestDrive/none.json" -Quiet -ErrorAction SilentlyContinue | Should -BeExactly $false
    }

    It 'refuses what says how to start where nothing is started' {
        { Test-VmaRestore $Blank -Until x } | Should -Throw -ErrorId 'InvalidRange,*' -ExpectedMessage '*Boot*'
    }

    It 'is the same through a job' {
        $result = Start-Job { Import-Module $using:ModuleRoot; Test-VmaRestore $using:Guest } | Receive-Job -Wait -AutoRemoveJob
        $result.Findings[-1].Code | Should -Be (Test-VmaRestore $Guest).Findings[-1].Code
        $result | Format-Table | Out-String | Should -Match 'SYSTEM INCOMPLETE +Volumes +gpt-linux.vma.zst'
    }

    It 'says what is missing where the emulator is' {
        $path = $env:PATH
        try {
            $env:PATH = "$TestDrive"
            $result = Test-VmaRestore $Blank -Boot
        }
        finally { $env:PATH = $path }

        "$($result.BootOutcome) $($result.IsPassed)" | Should -Be 'Unknown False'
        ($result.Findings | Where-Object Code -EQ EmulatorFailed).Message | Should -BeLike '*qemu-system-x86_64*PATH*'
    }
}
