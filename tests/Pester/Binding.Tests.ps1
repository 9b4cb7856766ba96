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
        (Start-VmaNbdServer $archive -Id $devices[0].Id).Exports.Name | ForEach-Object { ($_ -split '/')[0] } | Sort-Object -Unique | Should -Be $devices[0].Name
    }

    It 'stays itself in Get-VmaDevice' {
        ($devices[1] | Get-VmaDevice).Name | Should -Be $devices[1].Name
        ($devices | Get-VmaDevice -Name drive-scsi0).Name | Should -Be 'drive-scsi0'
    }

    It 'names its archive once to <_>' -ForEach 'Test-VmaArchive', 'Get-VmaArchive', 'Get-VmaVM' {
        @($devices | & $_).Count | Should -Be 1
    }

    It 'names its archive once where a bool is asked for' {
        @($devices | Test-VmaArchive -Quiet) | Should -Be $true
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
