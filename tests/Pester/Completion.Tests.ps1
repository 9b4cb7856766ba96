BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/ArchiveMaker.ps1"
    $script:folder = (New-Item -ItemType Directory "$TestDrive/store").FullName
    $script:archive = Join-Path $folder 'vzdump-qemu-101-2026_11_20-02_00_03.vma.zst'
    Copy-Item "$RepositoryRoot/samples/vzdump-qemu-101-2026_11_20-02_00_03.vma.zst" $archive
    $script:esc = [char]27
    $script:names = "it's", 'a b', "x[1]*", "$esc[31mred$([char]0x202e)", 'dollar $x `n "q"', '-dash', 'drive-scsi0'
    $devices = [ordered]@{}
    foreach ($name in $names) { $devices[$name] = [byte[]]::new(65536) }
    $devices[''] = [byte[]]::new(65536)
    $script:hostile = Join-Path $folder 'vzdump-qemu-102-2026_11_20-02_00_03.vma'
    Write-TestArchive $hostile $devices
    $script:file = Get-Item $archive
    $null = $file
}

Describe 'Completion behind a pipe' {
    It 'knows the archive in front: <_>' -ForEach @(
        "Get-VmaDevice '{0}' | Export-VmaDevice out -Name "
        "Get-VmaDevice -Path '{0}' | Export-VmaDevice out -Name "
        "Get-Item '{0}' | Export-VmaDevice out -Name "
        "Get-Item -LiteralPath '{0}' | Where-Object Length | Export-VmaDevice out -Name "
        "'{0}' | Export-VmaDevice out -Name "
        '$file | Export-VmaDevice out -Name '
        "Get-ChildItem '{0}' | Get-VmaDevice -Name "
        "Get-VmaBackup '{1}' -VMId 101 | Get-VmaDevice | Export-VmaDevice out -InputObject '{0}' -Name "
    ) {
        Complete-Line ($_ -f $archive, $folder) | Should -Be 'drive-efidisk0', 'drive-scsi0', 'drive-scsi2', 'drive-tpmstate0-backup'
    }

    It 'knows numbers, volumes and paths of it' {
        Complete-Line "Get-Item '$archive' | Export-VmaDevice out -Id " | Should -Be '1', '2', '3', '4'
        Complete-Line "Get-Item '$archive' | Get-VmaConfig -Name " | Should -Be 'qemu-server.conf', 'qemu-server.fw'
    }

    It 'offers nothing where the archive shows only when it runs' {
        Complete-Line "& { '$archive' } | Export-VmaDevice out -Name drive-scs" | Should -Not -Contain 'drive-scsi0'
    }
}

Describe 'Completion of names' {
    It 'gives what PowerShell reads the same text from' {
        $null = Get-VmaDevice $hostile
        $offered = Complete-Line "Get-VmaDevice '$hostile' -Name "
        $offered.Count | Should -Be $names.Count
        foreach ($text in $offered) {
            $text | Should -Not -Match '[\p{Cc}\p{Cf}]'
            $found = @(Invoke-Expression "Get-VmaDevice '$hostile' -Name $text")
            $found.Count | Should -Be 1
            $names | Should -Contain $found[0].Name
        }
    }

    It 'goes on from what was typed: <Typed>' -ForEach @(
        @{ Typed = "it"; Name = "'it''s'" }
        @{ Typed = "'it"; Name = "'it''s'" }
        @{ Typed = "'a "; Name = "'a b'" }
        @{ Typed = '*scsi'; Name = 'drive-scsi0' }
        @{ Typed = 'DRIVE'; Name = 'drive-scsi0' }
    ) {
        Complete-Line "Get-VmaDevice '$hostile' -Name $Typed" | Should -Be $Name
    }

    It 'is quiet about a pattern that is none' {
        Complete-Line "Get-VmaDevice '$hostile' -Name [a" | Should -BeNullOrEmpty
    }
}

Describe 'Completion of what is compared' {
    It 'knows the devices of both sides' {
        Complete-Line "Compare-VmaDevice '$archive' '$archive' -Name drive-s" | Should -Be 'drive-scsi0', 'drive-scsi2'
        Complete-Line "Compare-VmaDevice '$hostile' '$archive' -Name x" | Should -Be "'x[1]*'"

        # A comparison gives differences, and none of what it compared, to those behind it.
        Complete-Line "Compare-VmaDevice -ReferenceObject '$archive' -DifferenceObject '$archive' | Export-VmaDevice out -Name drive-s" | Should -Not -Contain 'drive-scsi0'
    }

    It 'knows volumes and files of both sides, each once' {
        $null = Get-VmaVolume $archive
        Complete-Line "Compare-VmaFile '$archive' '$archive' -Volume drive-s" | Should -Contain 'drive-scsi0'
        Complete-Line "Compare-VmaFile '$archive' '$archive' /etc/host" | Should -Be '/etc/hostname', '/etc/hosts'
    }
}

Describe 'Completion of a lone path' {
    It 'is one in the guest behind a pipe, and a file of the host before' {
        $null = Get-VmaVolume $archive
        Complete-Line "Get-VmaDevice '$archive' | Get-VmaFile /etc/host" | Should -Be '/etc/hostname', '/etc/hosts'
        Complete-Line "Get-VmaDevice '$archive' | Read-VmaFile /etc/hostn" | Should -Be '/etc/hostname'
        Push-Location $folder
        try { Split-Path -Leaf (Complete-Line 'Get-VmaFile vzdump-qemu-101') | Should -Be 'vzdump-qemu-101-2026_11_20-02_00_03.vma.zst' } finally { Pop-Location }
    }
}

Describe 'Completion of named streams' {
    BeforeAll {
        $guest = Join-Path $Fixtures 'disks/gpt-linux.vma.zst'
        $script:stream = Get-VmaFile $guest / -Volume p6 -Recurse -Stream * | Select-Object -First 1
        $script:start = "Get-VmaFile '$guest' '$($stream.FullName)' -Volume p6 -Stream "
    }

    It 'knows those of the file' {
        Complete-Line $start | Should -Contain $stream.Stream
        Complete-Line ($start.Replace('Get-VmaFile', 'Read-VmaFile') + $stream.Stream.Substring(0, 1)) | Should -Contain $stream.Stream
        Complete-Line ($start + 'none-of-that-name') | Should -BeNullOrEmpty
    }

    It 'knows those of the file behind a pipe' {
        Complete-Line "Get-Item '$($stream.ArchivePath)' | Get-VmaFile '$($stream.FullName)' -Volume p6 -Stream " | Should -Contain $stream.Stream
    }
}

Describe 'Completion of names of VMs' {
    It 'knows those of a folder' {
        Copy-Item "$RepositoryRoot/samples/vzdump-qemu-101-2026_11_20-02_00_03.vma.zst.notes" $folder
        Complete-Line "Get-VmaBackup '$folder' -Name " | Should -Be 'tiny'
        Complete-Line "Get-VmaBackup '$folder' -Name 'TI" | Should -Be 'tiny'
        Complete-Line "Get-VmaBackup '$folder' -Name x" | Should -BeNullOrEmpty
    }
}

Describe 'Completion of numbers' {
    It 'knows the servers that run' {
        $server = Start-VmaNbdServer $archive
        try {
            Complete-Line 'Stop-VmaNbdServer -Id ' | Should -Be $server.ServerId
            Complete-Line 'Get-VmaNbdServer ' | Should -Be $server.ServerId
        }
        finally { $server | Stop-VmaNbdServer }
    }

    It 'knows the VMs of a folder' {
        Complete-Line "Get-VmaBackup '$folder' -VMId " | Should -Be '101', '102'
        Complete-Line "Get-Item '$folder' | Get-VmaBackup -VMId " | Should -Be '101', '102'
        Complete-Line "Get-VmaBackup '$folder' -VMId 102" | Should -Be '102'
        Push-Location $folder
        try { Complete-Line 'Get-VmaBackup -VMId ' | Should -Be '101', '102' } finally { Pop-Location }
    }

    It 'knows the partitions of an archive' {
        $null = Get-VmaPartition (Join-Path $Fixtures 'disks/gpt-linux.vma.zst')
        $offered = Complete-Line "Get-VmaPartition '$(Join-Path $Fixtures 'disks/gpt-linux.vma.zst')' -Index "
        $offered | Should -Be (Get-VmaPartition (Join-Path $Fixtures 'disks/gpt-linux.vma.zst')).Index
        $offered.Count | Should -BeGreaterThan 2
    }
}

Describe 'What was asked for and is not there' {
    It 'is an error: a partition' {
        Get-VmaPartition $archive -Index 0, 77 -ErrorAction SilentlyContinue -ErrorVariable problems | Should -Not -BeNullOrEmpty
        @($problems).Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ItemNotFound,*'
        $problems[0].Exception.Message | Should -BeLike '*no*partition 77*'
    }

    It 'is an error: <What>' -ForEach @(
        @{ What = 'a file of the guest'; Do = { Get-VmaFile $archive /not/there -ErrorAction Stop }; Id = 'FileNotFound,*' }
        @{ What = 'a volume'; Do = { Get-VmaFile $archive / -Volume nope -ErrorAction Stop }; Id = 'VolumeNotFound,*' }
        @{ What = 'an archive'; Do = { Get-VmaIndex "$archive.not" -ErrorAction Stop }; Id = 'ItemNotFound,*' }
        @{ What = 'a server'; Do = { Get-VmaNbdServer 999 -ErrorAction Stop }; Id = 'ItemNotFound,*' }
        @{ What = 'a file to compare with'; Do = { Compare-VmaDevice (Get-VmaDevice $archive -Name drive-scsi0) "$archive.not" -ErrorAction Stop }; Id = 'ItemNotFound,*' }
        @{ What = 'an archive to compare with'; Do = { Compare-VmaFile $archive "$archive.not" -ErrorAction Stop }; Id = 'ItemNotFound,*' }
    ) {
        $Do | Should -Throw -ErrorId $Id
    }
}
