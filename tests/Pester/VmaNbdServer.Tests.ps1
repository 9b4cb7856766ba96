BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:Archive = Join-Path $Corpus 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
}

Describe 'NBD servers' {
    AfterEach { Get-VmaNbdServer | Stop-VmaNbdServer }

    It 'start, are listed, and stop' {
        $server = Start-VmaNbdServer $Archive -Port 0
        $server | Should -BeOfType VmaTools.VmaNbdServer
        $server.IsRunning | Should -BeTrue
        $server.Address | Should -Be '127.0.0.1'
        $server.Uris | Should -Contain "nbd://127.0.0.1:$($server.Port)/drive-scsi0"
        (Get-VmaNbdServer).ServerId | Should -Be $server.ServerId
        (Get-VmaNbdServer -Id $server.ServerId).Uri | Should -Be $server.Uri
        Stop-VmaNbdServer -Id $server.ServerId
        $server.IsRunning | Should -BeFalse
        Get-VmaNbdServer | Should -BeNullOrEmpty
    }

    It 'make a socket of the user''s own and remove it' {
        if ($IsWindows) { Set-ItResult -Skipped -Because 'sockets have no modes there' }
        $server = Start-VmaNbdServer $Archive
        (Get-Item $server.SocketPath).UnixMode | Should -Match '^.rw-------$'
        (Get-Item (Split-Path $server.SocketPath)).UnixMode | Should -Be 'drwx------'
        $server | Stop-VmaNbdServer
        Test-Path (Split-Path $server.SocketPath) | Should -BeFalse
    }

    It 'greet whoever comes as NBD servers do' {
        $server = Start-VmaNbdServer $Archive -Port 0
        $client = [Net.Sockets.TcpClient]::new('127.0.0.1', $server.Port)
        try {
            $reader = [IO.BinaryReader]::new($client.GetStream())
            [Text.Encoding]::ASCII.GetString($reader.ReadBytes(16)) | Should -BeExactly 'NBDMAGICIHAVEOPT'
        }
        finally { $client.Dispose() }
    }

    It 'take archives from the pipeline' {
        @(Get-Item $Archive | Start-VmaNbdServer -Port 0).Count | Should -Be 1
        @(Get-VmaArchive $Archive | Start-VmaNbdServer -Port 0).Count | Should -Be 1
        @(Get-VmaNbdServer).Count | Should -Be 2
    }

    It 'offer a piped volume, a piped partition, and nothing else of its disk' {
        $two = Join-Path $Fixtures 'disks/lvm-two-disks.vma.zst'
        $volume = Get-VmaVolume $two -WarningAction Ignore | Where-Object { $_.GetDevices().Count -gt 1 } | Select-Object -First 1
        $there = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($volume, 2))
        foreach ($one in $volume, $there) {
            $server = $one | Start-VmaNbdServer -Port 0
            $server.Exports.Name | Should -Be $volume.Id
            $server.Exports.Size | Should -Be $volume.Size
        }
        $server = $volume, (Get-VmaDevice $two)[0] | Start-VmaNbdServer -Port 0
        $server.Exports.Name | Should -Contain $volume.Id
        $server.Exports.Name | Should -Contain (Get-VmaDevice $two)[0].Name
        $server.Exports.Name | Should -Not -Contain (Get-VmaDevice $two)[1].Name

        $linux = Join-Path $Fixtures 'disks/gpt-linux.vma.zst'
        $partition = @(Get-VmaPartition $linux -WarningAction Ignore)[1]
        $same = @(Get-VmaVolume $linux -WarningAction Ignore | Where-Object Index -EQ $partition.Index)
        foreach ($one in $partition, $same[0]) {
            $server = $one | Start-VmaNbdServer -Port 0
            $server.Exports.Count | Should -Be 1
            $server.Exports[0].Name | Should -BeLike "*/p$($partition.Index)"
            $server.Exports[0].Size | Should -Be $partition.Size
        }
        $volume | Start-VmaNbdServer -Port 0 -WhatIf | Should -BeNullOrEmpty
    }

    It 'do not start where nobody can listen' {
        $server = Start-VmaNbdServer $Archive -Port 0
        { Start-VmaNbdServer $Archive -Port $server.Port -ErrorAction Stop } | Should -Throw -ErrorId 'ListenFailed,*'
        { Start-VmaNbdServer $Archive -Address nonsense -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidEndPoint,*'
        { Start-VmaNbdServer $Archive -Port 0 -SocketPath x -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidEndPoint,*'
        { Stop-VmaNbdServer -Id 99999 -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
    }

    It 'do nothing with -WhatIf' {
        Start-VmaNbdServer $Archive -Port 0 -WhatIf | Should -BeNullOrEmpty
        $server = Start-VmaNbdServer $Archive -Port 0
        $server | Stop-VmaNbdServer -WhatIf
        $server.IsRunning | Should -BeTrue
    }

    It 'survive serialization' {
        $server = Start-VmaNbdServer $Archive -Port 0
        $there = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($server))
        $there.Exports[1].Name | Should -Be 'drive-scsi0'
        ($server | ConvertTo-Json | ConvertFrom-Json).Uris.Count | Should -Be 4
    }
}
