BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/GuestSample.ps1"

    # Two backups of one VM and one of another; the last has no catalog.
    $store = (New-Item -ItemType Directory (Join-Path $TestDrive 'store')).FullName
    $first = Join-Path $store 'vzdump-qemu-101-2026_11_20-02_00_00.vma.zst'
    $second = Join-Path $store 'vzdump-qemu-101-2026_11_21-02_00_00.vma.zst'
    $other = Join-Path $store 'vzdump-qemu-102-2026_11_20-02_00_00.vma.zst'
    Copy-Item $Guest $first
    Copy-Item $Guest $second
    Copy-Item "$Fixtures/disks/fat12-floppy.vma.zst" $other
    $made = @($first, $second | New-VmaIndex -Files -Beside)
    $all = @(Get-VmaVolume $first | Where-Object CanRead | ForEach-Object { $_ | Get-VmaFile -FilePath / -Recurse -Force } | Where-Object { $_.Name -notlike '$*' })
}

Describe 'New-VmaIndex -Files' {
    It 'makes the index and the catalog beside the archive' {
        $made.ForEach({ $_.GetType().Name }) | Should -Be 'VmaIndex', 'VmaFileCatalog', 'VmaIndex', 'VmaFileCatalog'
        $made[1].CatalogPath | Should -Be "$first.vmafiles"
        $made[1].State | Should -Be 'Current'
        $made[1].VMId | Should -Be 101
        $made[1].Volumes | Should -Contain 'drive-scsi0/p2'
        "$($made[1])" | Should -BeExactly "VmaFileCatalog: $first.vmafiles"
    }

    It 'makes none where one fits, unless it has to' {
        $written = (Get-Item "$first.vmafiles").LastWriteTimeUtc
        @($first | New-VmaIndex -Files -Beside)[1].CatalogPath | Should -Be "$first.vmafiles"
        (Get-Item "$first.vmafiles").LastWriteTimeUtc | Should -Be $written
        $null = $first | New-VmaIndex -Files -Beside -Force
        (Get-Item "$first.vmafiles").LastWriteTimeUtc | Should -Not -Be $written
    }

    It 'makes one of an archive that is not compressed, in the cache folder' {
        $plain = Join-Path $TestDrive 'plain.vma'
        Get-VmaDevice "$Fixtures/disks/fat12-floppy.vma.zst" | New-VmaArchive $plain -WarningAction Ignore
        $catalog = $plain | New-VmaIndex -Files
        $catalog | Should -BeOfType VmaTools.VmaFileCatalog
        $catalog.CatalogPath | Should -Not -BeLike "$TestDrive*"
        (Get-VmaIndex -Files).CatalogPath | Should -Contain $catalog.CatalogPath
        @(Find-VmaFile $plain README.TXT).FullName | Should -Be '/README.TXT'
        (Get-VmaIndex $plain -Files).State | Should -Be 'Current'
        Get-VmaIndex $plain -Files | Remove-VmaIndex
        (Get-VmaIndex $plain -Files).State | Should -Be 'Missing'
    }

    It 'makes nothing with -WhatIf, and replaces no other file' {
        $copy = Join-Path $TestDrive 'copy.vma.zst'
        Copy-Item $other $copy
        $copy | New-VmaIndex -Files -Beside -WhatIf
        "$copy.vmafiles" | Should -Not -Exist
        [IO.File]::WriteAllText("$copy.vmafiles", 'mine')
        $failure = $null
        $null = $copy | New-VmaIndex -Files -Beside -Force -ErrorAction SilentlyContinue -ErrorVariable failure
        $failure.FullyQualifiedErrorId | Should -Be 'TargetExists,VmaTools.PowerShell.NewVmaIndexCommand'
        [IO.File]::ReadAllText("$copy.vmafiles") | Should -Be 'mine'
    }

    It 'has the files of locked volumes where something opens them, and no secret' {
        $locked = Join-Path $TestDrive 'locked.vma.zst'
        Copy-Item "$Fixtures/locked/luks.vma.zst" $locked
        $pass = [securestring]::new()
        'correct horse battery'.ToCharArray().ForEach({ $pass.AppendChar($_) })
        $closed = @($locked | New-VmaIndex -Files -Beside -WarningVariable warned -WarningAction SilentlyContinue)[1]
        $closed.Volumes | Should -BeNullOrEmpty
        @($closed.UnreadVolumes).Count | Should -Be 3
        "$warned" | Should -BeLike '*the catalog has no files of drive-scsi0/p1: *'
        Find-VmaFile $locked numbers.txt -WarningAction Ignore | Should -BeNullOrEmpty

        # One that lacks volumes is made anew where something may open them.
        $open = @($locked | New-VmaIndex -Files -Beside -Passphrase $pass -WarningVariable warned)[1]
        $warned | Should -BeNullOrEmpty
        $open.Volumes | Should -Be 'drive-scsi0/p1', 'drive-scsi0/p2', 'invg/data'
        @(Find-VmaFile $locked numbers.txt).Volume | Should -Be 'drive-scsi0/p1', 'drive-scsi0/p2', 'invg/data'
        @(Find-VmaFile $locked numbers.txt -Volume data | Get-VmaFileHash -Passphrase $pass).Count | Should -Be 1
        [Text.Encoding]::Latin1.GetString([IO.File]::ReadAllBytes("$locked.vmafiles")) | Should -Not -BeLike '*horse*'
        $written = (Get-Item "$locked.vmafiles").LastWriteTimeUtc
        $null = $locked | New-VmaIndex -Files -Beside -Passphrase $pass
        (Get-Item "$locked.vmafiles").LastWriteTimeUtc | Should -Be $written
        { $locked | New-VmaIndex -Passphrase $pass } | Should -Throw -ErrorId 'InvalidRange,VmaTools.PowerShell.NewVmaIndexCommand'
    }

    It 'is done by Test-VmaArchive -NewIndex -Files, of what is whole' {
        $copy = Join-Path $TestDrive 'tested.vma.zst'
        Copy-Item $Guest $copy
        @(Test-VmaArchive $copy -NewIndex -Files -WarningVariable warned -ErrorAction Ignore).IsValid | Should -Be $true
        $kept = Get-VmaIndex $copy -Files
        $kept.State | Should -Be 'Current'
        $kept.CatalogPath | Should -BeLike (Join-Path $env:XDG_CACHE_HOME '*')
        @(Find-VmaFile $copy).Count | Should -Be @(Find-VmaFile $first).Count
        $written = (Get-Item $kept.CatalogPath).LastWriteTimeUtc
        Test-VmaArchive $copy -NewIndex -Files -Quiet | Should -BeTrue
        (Get-Item $kept.CatalogPath).LastWriteTimeUtc | Should -Be $written

        $bytes = [IO.File]::ReadAllBytes($copy)
        $bytes[$bytes.Length / 2] = $bytes[$bytes.Length / 2] -bxor 1
        $bad = Join-Path $TestDrive 'tested-bad.vma.zst'
        [IO.File]::WriteAllBytes($bad, $bytes)
        Test-VmaArchive $bad -NewIndex -Files -Quiet -WarningVariable warned -WarningAction SilentlyContinue | Should -BeFalse
        "$warned" | Should -BeLike "*No catalog was made: $bad is damaged.*"
        (Get-VmaIndex $bad -Files).State | Should -Be 'Missing'
        $stream = [IO.File]::OpenRead($copy)
        try { $null = Test-VmaArchive -InputStream $stream -NewIndex -Files -WarningVariable warned -WarningAction SilentlyContinue } finally { $stream.Dispose() }
        "$warned" | Should -BeLike '*No catalog was made: catalogs are kept of archives that are files.*'
        { Test-VmaArchive $copy -Files } | Should -Throw -ErrorId 'InvalidRange,VmaTools.PowerShell.TestVmaArchiveCommand'
    }

    It 'tells of what cannot be read, and keeps the rest' {
        $damaged = Join-Path $TestDrive 'damaged.vma.zst'
        Copy-Item "$Fixtures/disks/dmg-ext4-blocks.vma.zst" $damaged
        $failures = $null
        $catalog = @($damaged | New-VmaIndex -Files -Beside -ErrorAction SilentlyContinue -ErrorVariable failures)[1]
        $catalog.FindingCount | Should -Be $failures.Count
        $failures.Count | Should -BeGreaterThan 0
        $catalog.Entries | Should -BeGreaterThan 0
        $null = Find-VmaFile $damaged nothing -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike '*could not be read when their catalogs were made*'
    }
}

Describe 'Find-VmaFile' {
    It 'finds what Get-VmaFile lists' {
        # Of what belongs to NTFS itself nothing is in a catalog.
        $found = @(Find-VmaFile $first | Where-Object { $_.Name -notlike '$*' })
        $expected = @($all.ForEach({ "$($_.Volume) $($_.FullName) $($_.Length) $($_.LastWriteTimeUtc.Ticks) $($_.FileId)" }) | Sort-Object -CaseSensitive)
        @($found.ForEach({ "$($_.Volume) $($_.FullName) $($_.Length) $($_.LastWriteTimeUtc.Ticks) $($_.FileId)" }) | Sort-Object -CaseSensitive) | Should -Be $expected
    }

    It 'takes a folder, chooses VMs, and says what has no catalog' {
        $found = @(Find-VmaFile $store one -WarningVariable warned -WarningAction SilentlyContinue)
        $found.ArchivePath | Select-Object -Unique | Should -Be $first, $second
        $found[0].VMId | Should -Be 101
        $found[0].BackupTimeUtc | Should -Be (Get-VmaArchive $first).CreationTime
        $warned.Count | Should -Be 1
        "$warned" | Should -BeLike 'Not searched, of 3 archive(s): 1 without a catalog.*'
        $null = Find-VmaFile $store one -VMId 101 -WarningVariable warned
        $warned | Should -BeNullOrEmpty
        $missing = Find-VmaFile $store -Missing
        "$($missing.ArchivePath) $($missing.State)" | Should -Be "$other Missing"
    }

    It 'chooses by name, time, length and volume' {
        @(Find-VmaFile $first 'LEN-1*', one -Volume p2).Count | Should -Be @($all | Where-Object { $_.Volume -eq 'drive-scsi0/p2' -and ($_.Name -like 'len-1*' -or $_.Name -eq 'one') }).Count
        $time = ($all | Where-Object Length | Sort-Object LastWriteTimeUtc)[10].LastWriteTime
        @(Find-VmaFile $first -After $time -LargerThan 1kb -SmallerThan 1MB).Count |
            Should -Be @($all | Where-Object { $_.LastWriteTime -gt $time -and $_.Length -gt 1kb -and $_.Length -lt 1MB }).Count
        @(Find-VmaFile $first -Before $time).Count | Should -Be @($all | Where-Object { $null -ne $_.LastWriteTime -and $_.LastWriteTime -lt $time }).Count
    }

    It 'takes archives, files and backups of the pipeline, each once' {
        @(Get-ChildItem $store | Find-VmaFile -Name one -WarningAction Ignore).Count | Should -Be @(Find-VmaFile $store one -WarningAction Ignore).Count
        @(Get-VmaBackup $store -VMId 101 | Find-VmaFile -Name one).Count | Should -Be @(Find-VmaFile $first, $second one).Count
        @(Get-VmaDevice $first | Find-VmaFile -Name one).Count | Should -Be @(Find-VmaFile $first one).Count
    }

    It 'gives what stands for exactly that file of that archive' {
        $found = Find-VmaFile $second one -Volume p2 | Select-Object -First 1
        ($found | Get-VmaFileHash).Hash | Should -Be (Get-VmaFileHash $second -LiteralFilePath $found.FullName -Volume p2).Hash
        ($found | Get-VmaFile).FullName | Should -Be $found.FullName
        $found | Export-VmaFile "$TestDrive/found"
        (Get-ChildItem "$TestDrive/found" -Recurse -File).Name | Should -Be 'one'
        $sent = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($found))
        ($sent | Get-VmaFileHash).Hash | Should -Be ($found | Get-VmaFileHash).Hash
    }

    It 'says which catalogs are outdated or damaged, and searches none of these' {
        $folder = (New-Item -ItemType Directory (Join-Path $TestDrive 'old')).FullName
        $old, $bad = 'old', 'bad' | ForEach-Object { Join-Path $folder "$_.vma.zst" }
        $old, $bad | ForEach-Object { Copy-Item $other $_; $null = New-VmaIndex $_ -Files -Beside }
        (Get-Item $old).LastWriteTimeUtc = [datetime]::UtcNow.AddDays(-3)
        $bytes = [IO.File]::ReadAllBytes("$bad.vmafiles")
        $bytes[$bytes.Length - 60] = $bytes[$bytes.Length - 60] -bxor 1
        [IO.File]::WriteAllBytes("$bad.vmafiles", $bytes)
        $failures = $null
        Find-VmaFile $folder -WarningVariable warned -WarningAction SilentlyContinue -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        "$warned" | Should -BeLike '*1 whose catalog is outdated*'
        $failures.FullyQualifiedErrorId | Should -Be 'CatalogDamaged,VmaTools.PowerShell.FindVmaFileCommand'
        $failures[0].TargetObject | Should -Be $bad
        $listed = @(Find-VmaFile $folder -Missing)
        $listed.State | Should -Be 'Damaged', 'Outdated'
        $null = $listed | New-VmaIndex -Files -Beside
        @(Find-VmaFile $folder -Missing).Count | Should -Be 0
    }

    It 'gets a catalog whose files are damaged made anew, in its place' -ForEach @{ Beside = $true }, @{ Beside = $false } {
        $copy = Join-Path $TestDrive "body$Beside.vma.zst"
        Copy-Item $Guest $copy
        $null = New-VmaIndex $copy -Files -Beside
        $bytes = [IO.File]::ReadAllBytes("$copy.vmafiles")
        $at = [int] ($bytes.Length / 2)
        $bytes[$at] = $bytes[$at] -bxor 1
        [IO.File]::WriteAllBytes("$copy.vmafiles", $bytes)
        $failures = $null
        $null = Find-VmaFile $copy -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.FullyQualifiedErrorId | Should -Be 'CatalogDamaged,VmaTools.PowerShell.FindVmaFileCommand'
        $said = @(New-VmaIndex $copy -Files -Beside:$Beside -Verbose 4>&1)
        "$said" | Should -BeLike "*$copy.vmafiles is made anew: *"
        @($said | Where-Object { $_ -is [VmaTools.VmaFileCatalog] }).CatalogPath | Should -Be "$copy.vmafiles"
        @(Find-VmaFile $copy -ErrorAction Stop).Count | Should -Be @(Find-VmaFile $first).Count
    }

    It 'warns where no catalog has the volume' {
        Find-VmaFile $first, $second -Volume nosuch, p2 -Name none -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        @($warned | ForEach-Object { "$_" }) | Should -BeExactly @("None of the 2 catalog(s) that were searched has a volume 'nosuch'.")
        Find-VmaFile $other -Volume nosuch -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warned" | Should -Not -BeLike '*has a volume*'
    }

    It 'refuses what has no meaning together' {
        { Find-VmaFile $store -Missing -Name x } | Should -Throw -ErrorId 'InvalidRange,VmaTools.PowerShell.FindVmaFileCommand'
    }

    It 'matches names as PowerShell does' {
        $random = [Random]::new(7)
        $pieces = '*', '?', 'a', 'B', '.', 'docx', '[a-c]', '[xB1]', '`*', "$([char] 0xE4)", '-', '`[', 'x*'
        $names = 'a', 'B', '.', 'docx', 'b', '*', "$([char] 0xC4)", '-', '[', 'x', 'c1'
        $matched = 0
        foreach ($i in 1..4000) {
            $pattern = -join (1..$random.Next(1, 5)).ForEach({ $pieces[$random.Next($pieces.Count)] })
            $name = -join (1..$random.Next(1, 5)).ForEach({ $names[$random.Next($names.Count)] })
            $expected = [WildcardPattern]::new($pattern, 'IgnoreCase, CultureInvariant').IsMatch($name)
            $matched += [int] $expected
            if ([VmaTools.NamePattern]::Parse($pattern).IsMatch($name) -ne $expected) { throw "'$pattern' and '$name': $expected" }
        }

        $matched | Should -BeGreaterThan 100
    }
}

Describe 'Get-VmaFileVersion with catalogs' {
    It 'takes a folder and a VM, and opens no archive that has a catalog' {
        $rows = @(Get-VmaFileVersion $store -VMId 101 -FilePath /basics/len-100 -Volume p2 -Verbose 4>&1)
        @($rows | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] -and "$_" -like '*is not opened*' }).Count | Should -Be 2
        $versions = @($rows | Where-Object { $_ -is [VmaTools.VmaFileVersion] })
        $versions.Change | Should -Be 'New', 'Same'
        $versions.ArchivePath | Should -Be $first, $second
        $versions[0].Length | Should -Be 100
        $versions[0].LastWriteTimeUtc | Should -Be (Get-VmaFile $first -FilePath /basics/len-100 -Volume p2).LastWriteTimeUtc
        @(Get-VmaFileVersion $store -VMId 101 -FilePath /basics/len-100 -Volume p2 -Content).Sha256 | Select-Object -Unique |
            Should -Be (Get-VmaFileHash $first /basics/len-100 -Volume p2).Hash.ToLowerInvariant()
    }

    It 'asks the archives that have none' {
        $rows = @(Get-VmaFileVersion $store -FilePath /README.TXT -Verbose 4>&1)
        @($rows | Where-Object { $_ -is [VmaTools.VmaFileVersion] } | Where-Object Change -EQ New).ArchivePath | Should -Contain $other
    }
}
