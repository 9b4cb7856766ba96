BeforeAll {
    . "$PSScriptRoot/Common.ps1"

    $real = Join-Path $Corpus 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
    $store = Join-Path $TestDrive 'store'
    $null = New-Item -ItemType Directory $store, (Join-Path $store 'sub')
    $old = 'vzdump-qemu-101-2026_11_13-02_00_03.vma'
    $new = 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
    Copy-Item $real (Join-Path $store $old)
    Copy-Item $real (Join-Path $store $new)
    Set-Content (Join-Path $store 'vzdump-qemu-101-2026_11_20-02_00_03.log') '2026-11-20 02:00:03 INFO: VM Name: tiny'
    Set-Content (Join-Path $store "$old.notes") 'tiny'
    Set-Content (Join-Path $store "$new.notes") 'before-the-upgrade'
    $null = New-Item (Join-Path $store "$new.protected")
    $null = New-Item (Join-Path $store 'vzdump-qemu-102-2026_11_21-02_00_04.vma.dat')
    $null = New-Item (Join-Path $store 'vzdump-qemu-103-2026_11_21-02_00_05.log')
    Copy-Item $real (Join-Path $store 'sub/copy of tiny.vma')
    Copy-Item $real (Join-Path $store 'sub/vzdump-qemu-104-2026_11_31-02_00_03.vma')
}

Describe 'Get-VmaBackup' {
    It 'lists backups, leftovers and orphans of a folder, by name' {
        $all = Get-VmaBackup $store
        $all.FileName | Should -Be $old, $new, 'vzdump-qemu-102-2026_11_21-02_00_04.vma.dat', 'vzdump-qemu-103-2026_11_21-02_00_05.log'
        $all.Kind | Should -Be 'Backup', 'Backup', 'Leftover', 'Orphan'
        $all.VMId | Should -Be 101, 101, 102, 103
    }

    It 'tells what a name, its companions and the file itself say' {
        $backup = Get-VmaBackup -Path $store -VMId 101 | Select-Object -Last 1
        $backup.ArchivePath | Should -Be (Join-Path $store $new)
        $backup.Time | Should -Be ([datetime]'2026-11-20 02:00:03')
        $backup.Length | Should -Be (Get-Item $real).Length
        $backup.Compression | Should -BeExactly 'None'
        $backup.IsProtected | Should -BeTrue
        $backup.IsRestorable | Should -BeTrue
        $backup.LogPath | Should -Be (Join-Path $store 'vzdump-qemu-101-2026_11_20-02_00_03.log')
        $backup.NotesPath | Should -Be (Join-Path $store "$new.notes")
        $backup.ProtectedPath | Should -Be (Join-Path $store "$new.protected")
        $backup.Notes.Trim() | Should -Be 'before-the-upgrade'
        [math]::Abs(($backup.Age - ((Get-Date) - $backup.Time)).TotalSeconds) | Should -BeLessThan 60
        $backup.HeaderTime | Should -BeNullOrEmpty
        $backup.Uuid | Should -BeNullOrEmpty
    }

    It 'shows the name that the notes suggest, and says so' {
        $backup = Get-VmaBackup $store | Where-Object FileName -EQ $old
        $backup.VMName | Should -Be 'tiny'
        $backup.NameSource | Should -BeExactly 'Notes'
    }

    It 'reads headers when asked to' {
        $backup = Get-VmaBackup $store -IncludeHeader | Where-Object FileName -EQ $new
        $archive = Get-VmaArchive -LiteralPath (Join-Path $store $new)
        $backup.VMName | Should -Be 'tiny'
        $backup.NameSource | Should -BeExactly 'Header'
        $backup.HeaderTime | Should -Be $archive.CreationTime
        $backup.HeaderTime.Kind | Should -Be 'Utc'
        $backup.Uuid | Should -Be $archive.Uuid
        $backup.DeviceCount | Should -Be 4
        $backup.DeviceBytes | Should -Be ($archive.Devices | Measure-Object Size -Sum).Sum
    }

    It 'finds a VM by its name though the notes say something else' {
        (Get-VmaBackup $store -Name 'TI*').FileName | Should -Be $old, $new
        (Get-VmaBackup $store -Name tiny).NameSource | Should -Be 'Header', 'Log'
        Get-VmaBackup $store -Name before-the-upgrade | Should -BeNullOrEmpty
    }

    It 'looks into subfolders when asked to, and knows names that a restore refuses' {
        $sub = Get-VmaBackup $store -Recurse | Where-Object Folder -Like '*sub'
        $sub.FileName | Should -Be 'copy of tiny.vma', 'vzdump-qemu-104-2026_11_31-02_00_03.vma'
        $sub.IsRestorable | Should -Be $false, $false
        $sub[0].VMId | Should -BeNullOrEmpty
        $sub[0].Age | Should -BeNullOrEmpty -Because 'a fresh copy is not a fresh backup'
        $sub[0].TimeSource | Should -Be 'None'
    }

    It 'filters by time' {
        (Get-VmaBackup $store -Kind Backup -Newer '2026-11-15').FileName | Should -Be $new
        (Get-VmaBackup $store -Kind Backup -Older '2026-11-15').FileName | Should -Be $old
        Get-VmaBackup $store -Newer '2026-11-13 02:00:03' -Older '2026-11-20 02:00:03' | Should -BeNullOrEmpty
    }

    It 'gives the newest backup of each VM, over all folders' {
        (Get-VmaBackup $store -Latest).FileName | Should -Be $new
        $older = Join-Path $TestDrive 'older'
        $null = New-Item -ItemType Directory $older
        Copy-Item $real (Join-Path $older 'vzdump-qemu-101-2026_11_19-02_00_03.vma')
        Copy-Item $real (Join-Path $older 'vzdump-qemu-99-2026_11_19-02_00_03.vma')
        $latest = $older, $store | Get-VmaBackup -Latest
        $latest.FileName | Should -Be 'vzdump-qemu-99-2026_11_19-02_00_03.vma', $new
    }

    It 'pipes on into the reading cmdlets' {
        $devices = Get-VmaBackup $store -Latest | Get-VmaDevice
        $devices.Count | Should -Be 4
        (Get-VmaBackup $store -Latest | Test-VmaArchive).IsValid | Should -BeTrue
        $out = Join-Path $TestDrive 'out'
        Get-VmaBackup $store -Latest | Export-VmaDevice $out -Name drive-scsi0
        (Get-ChildItem $out -Recurse -File).Length | Should -Be 8MB
    }

    It 'tells which orphan has no archive to read, and goes on with the rest' {
        $module = Join-Path $ModuleRoot 'VmaTools.psd1'
        $live = Get-VmaBackup $store
        $jobbed = Start-Job { Import-Module $using:module; Get-VmaBackup $using:store } | Receive-Job -Wait -AutoRemoveJob
        $orphan = [regex]::Escape((Join-Path $store 'vzdump-qemu-103-2026_11_21-02_00_05.log'))
        foreach ($all in $live, $jobbed) {
            # The orphan comes last by name; here it comes first, so that going on shows.
            $mixed = @($all | Where-Object Kind -EQ Orphan) + @($all | Where-Object Kind -NE Orphan)
            $results = $mixed | Test-VmaArchive -ErrorAction SilentlyContinue -ErrorVariable problems
            $results.IsValid | Should -Be $true, $true, $false
            $problems.Count | Should -Be 1
            "$problems" | Should -Match "$orphan.*is gone"
            @($mixed | Get-VmaDevice -ErrorAction SilentlyContinue -ErrorVariable problems).Count | Should -Be 8
            "$($problems[0])" | Should -Match "$orphan.*is gone"
            @($mixed | Get-VmaDeviceHash -Id 1 -ErrorAction SilentlyContinue -ErrorVariable problems).Count | Should -Be 2
            $problems[0].FullyQualifiedErrorId | Should -BeLike 'OrphanedFile,*'
            "$($problems[0])" | Should -Match "$orphan.*is gone"
        }
    }

    It 'keeps what it says through a job' {
        $module = Join-Path $ModuleRoot 'VmaTools.psd1'
        $there = Start-Job { Import-Module $using:module; Get-VmaBackup $using:store -Latest -IncludeHeader } | Receive-Job -Wait -AutoRemoveJob
        $there.Kind | Should -BeExactly 'Backup'
        $there.NameSource | Should -BeExactly 'Header'
        $there.Age | Should -BeOfType ([timespan])
        ($there | Test-VmaArchive).IsValid | Should -BeTrue
    }

    It 'takes folders from Get-ChildItem, and the current one without any' {
        (Get-ChildItem $TestDrive -Directory -Filter store | Get-VmaBackup -Kind Orphan).VMId | Should -Be 103
        Push-Location $store
        try { @(Get-VmaBackup).Count | Should -Be 4 } finally { Pop-Location }
    }

    It 'takes a folder with brackets literally' {
        $odd = Join-Path $TestDrive 'odd [1]'
        $null = New-Item -ItemType Directory $odd
        Copy-Item -LiteralPath $real (Join-Path $odd 'a.vma')
        (Get-VmaBackup -LiteralPath $odd).FileName | Should -Be 'a.vma'
        (Get-VmaBackup $odd).FileName | Should -Be 'a.vma'
    }

    It 'says that a folder is missing, and what is none of the file system' {
        $null = Get-VmaBackup (Join-Path $TestDrive 'none'), $store -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ItemNotFound,*'
        $null = Get-VmaBackup Env:\PATH -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'NotAFolder,*'
    }

    It 'lists a file whose header cannot be read all the same, beside an error' {
        $bad = Join-Path $TestDrive 'bad'
        $null = New-Item -ItemType Directory $bad
        Set-Content (Join-Path $bad 'vzdump-qemu-7-2026_11_19-02_00_03.vma') 'no archive'
        $listed = Get-VmaBackup $bad -IncludeHeader -ErrorAction SilentlyContinue -ErrorVariable problems
        $listed.VMId | Should -Be 7
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'NotAnArchive,*'
    }

    It 'reads headers, machines and contents of compressed archives' {
        $packed = Join-Path $TestDrive 'packed'
        $null = New-Item -ItemType Directory $packed
        Copy-Item "$real.zst" $packed
        $backup = Get-VmaBackup $packed -IncludeHeader
        $backup.Compression | Should -BeExactly 'Zstd'
        $backup.VMName | Should -Be 'tiny'
        ($backup | Get-VmaVM).Disks.Count | Should -Be 6
        $result = $backup | Test-VmaArchive
        $result.IsComplete | Should -BeTrue
        $result.DataProof | Should -BeExactly 'Checksum'
    }

    It 'lists 10,000 files in less than 2 s of processor time' {
        $many = Join-Path $TestDrive 'many'
        $null = New-Item -ItemType Directory $many
        foreach ($i in 0..9999) {
            [IO.File]::Create((Join-Path $many ('vzdump-qemu-{0}-2026_11_20-02_00_{1:00}.vma.zst' -f (100 + [math]::Floor($i / 4)), ($i % 4)))).Dispose()
        }
        $process = Get-Process -Id $PID
        $before = $process.TotalProcessorTime
        @(Get-VmaBackup $many).Count | Should -Be 10000
        $process.Refresh()
        ($process.TotalProcessorTime - $before).TotalSeconds | Should -BeLessThan 2
    }
}

Describe 'The time of a backup' {
    It 'is from where the age is from' {
        $archive = Get-VmaArchive -LiteralPath (Join-Path $store 'sub/copy of tiny.vma')
        $named, $read = (Get-VmaBackup $store -Kind Backup | Select-Object -First 1), (Get-VmaBackup $store -Kind Backup -IncludeHeader | Select-Object -First 1)
        $named.TimeSource | Should -Be 'FileName'
        $named.Time | Should -Be ([datetime]'2026-11-13 02:00:03')
        $read.TimeSource | Should -Be 'Header'
        $read.Time | Should -Be $archive.CreationTime.ToLocalTime()
        foreach ($one in $named, $read) { [math]::Abs(($one.Age - ((Get-Date) - $one.Time)).TotalSeconds) | Should -BeLessThan 60 }
    }

    It 'is read from the header where it decides and the name does not tell' {
        $fresh = (Get-VmaBackup (Join-Path $store 'sub') -MaxAge 1)
        $fresh | Should -BeNullOrEmpty -Because 'the files were copied a moment ago, and the backups are old'
        $all = @(Get-VmaBackup (Join-Path $store 'sub') -MaxAge 36500)
        $all.TimeSource | Should -Be 'Header', 'Header'
    }

    It 'is held against -MaxAge: <Age>' -ForEach @(
        @{ Age = 10 }, @{ Age = 10.5 }, @{ Age = [timespan]::FromDays(10) }, @{ Age = '10' }, @{ Age = '10.12:00' }
    ) {
        $days = [math]::Floor(((Get-Date) - [datetime]'2026-11-20 02:00:03').TotalDays)
        $recent = Join-Path $TestDrive "recent$([guid]::NewGuid())"
        $null = New-Item -ItemType Directory $recent
        foreach ($back in 9, 11) { $null = New-Item (Join-Path $recent ('vzdump-qemu-101-{0:yyyy_MM_dd-HH_mm_ss}.vma' -f (Get-Date).AddDays(-$back))) }
        $days | Should -Not -BeNullOrEmpty
        @(Get-VmaBackup $recent -MaxAge $Age).Count | Should -Be 1
        @(Get-VmaBackup $recent -MaxAge 12).Count | Should -Be 2
    }
}

Describe 'Files given to Get-VmaBackup' {
    It 'lead to their backups, each once: <What>' -ForEach @(
        @{ What = 'an archive'; Do = { Get-VmaBackup (Join-Path $store $new) } }
        @{ What = 'its log'; Do = { Get-VmaBackup (Join-Path $store 'vzdump-qemu-101-2026_11_20-02_00_03.log') } }
        @{ What = 'all of its files'; Do = { Get-ChildItem $store -Filter 'vzdump-qemu-101-2026_11_20*' | Get-VmaBackup } }
        @{ What = 'a pattern'; Do = { Get-VmaBackup "$store/*11_20-02*" } }
    ) {
        $found = @(& $Do)
        $found.FileName | Should -Be $new
        $found[0].NotesPath | Should -Be (Join-Path $store "$new.notes")
    }

    It 'are an error where they belong to none, and pass where a pattern took them in' {
        $foreign = New-Item (Join-Path $TestDrive 'readme.txt')
        Get-VmaBackup $foreign.FullName -ErrorAction SilentlyContinue -ErrorVariable problems | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'NotABackup,*'
        Get-VmaBackup "$TestDrive/read*.txt" -ErrorAction Stop | Should -BeNullOrEmpty
    }
}

Describe 'What an archive became' {
    BeforeAll {
        $script:odd = (New-Item -ItemType Directory (Join-Path $TestDrive 'odd')).FullName
        $stem = Join-Path $odd 'vzdump-qemu-101-2026_11_20-02_00_03'
        foreach ($end in '.vma.zst.gpg', '.vma.zst.age', '.vma.zst.part', '.vma.zst.001', '.vma.zst.aa', '.vma.xz', '.bz2', '.vma.zst.gpg.part2', '.dat', '.vma.txt', '.vma.zst.x1') {
            Set-Content "$stem$end" 'x'
        }

        $null = New-Item -ItemType Directory "$stem.tmp", "$stem.vma.dat.d"
    }

    It 'is told' {
        $kinds = @{}
        Get-VmaBackup $odd | ForEach-Object { $kinds[$_.FileName -replace '^vzdump-qemu-101-2026_11_20-02_00_03'] = $_.Kind }
        $kinds.Keys | Sort-Object | Should -Be ('.bz2', '.dat', '.tmp', '.vma.xz', '.vma.zst.001', '.vma.zst.aa', '.vma.zst.age', '.vma.zst.gpg', '.vma.zst.gpg.part2', '.vma.zst.part' | Sort-Object)
        '.vma.zst.gpg', '.vma.zst.age' | ForEach-Object { $kinds[$_] | Should -Be 'Encrypted' }
        '.vma.zst.part', '.vma.zst.001', '.vma.zst.aa', '.vma.zst.gpg.part2' | ForEach-Object { $kinds[$_] | Should -Be 'Part' }
        '.vma.xz', '.bz2' | ForEach-Object { $kinds[$_] | Should -Be 'Packed' }
        '.dat', '.tmp' | ForEach-Object { $kinds[$_] | Should -Be 'Leftover' }
    }

    It 'has the VM and the time of its name, and is nothing to restore' {
        foreach ($one in Get-VmaBackup $odd) {
            $one.VMId | Should -Be 101
            $one.Time | Should -Be ([datetime]'2026-11-20 02:00:03')
            $one.IsRestorable | Should -BeFalse
        }

        @(Get-VmaBackup $odd -Latest) | Should -BeNullOrEmpty
        @(Get-VmaBackup $odd -Kind Encrypted).Count | Should -Be 2
    }
}

Describe 'A backup that an object names' {
    It 'is found from <_>' -ForEach 'Get-VmaBackup', 'Get-VmaArchive', 'Test-VmaArchive', 'Get-VmaVM' {
        $archive = Join-Path $TestDrive 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
        Copy-Item $Sample $archive
        $found = @(& $_ $archive | Get-VmaBackup)
        $found.Count | Should -Be 1
        $found[0].ArchivePath | Should -Be $archive
    }
}
