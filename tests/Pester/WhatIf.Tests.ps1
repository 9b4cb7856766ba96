BeforeAll {
    . "$PSScriptRoot/Common.ps1"

    # What is said, in one line.
    function Get-Said([scriptblock] $Script) {
        $log = Join-Path $TestDrive "$([guid]::NewGuid()).txt"
        $null = Start-Transcript -Path $log
        try { $null = & $Script } finally { $null = Stop-Transcript }
        (Get-Content -Raw $log) -replace '\s+', ' '
    }
}

Describe '-WhatIf foresees what the run will do' {
    BeforeEach { . "$PSScriptRoot/IndexSample.ps1" }

    AfterEach { $env:XDG_CACHE_HOME = $savedCache }

    It 'tells of a compressed archive what is known without reading it, and with an index all' {
        $said = Get-Said { $archive | Export-VmaDevice $folder/out -Format Vhdx -WhatIf }
        foreach ($device in Get-VmaDevice $archive) {
            $format = if ($device.IsVmstate) { 'Raw' } else { 'Vhdx' }
            $said | Should -Match "Export $($device.Name) as $format \([\d.,]+ [KM]iB; how much of it is stored takes an index or the run to tell; the archive has [\d.,]+ [KM]iB by Zstd\)"
        }

        Get-VmaIndex | Should -BeNullOrEmpty
        $archive | New-VmaIndex | Out-Null
        $of = (Get-Said { $archive | Export-VmaDevice $folder/out -WhatIf }) -split 'Performing'
        ($of -match 'Export drive-scsi0 as Raw') | Should -Match '\(8 MiB, [\d.,]+ [KM]iB stored\)'
        Test-Path $folder/out | Should -BeFalse
    }

    It 'refuses what the run would refuse: <Name>' -ForEach @(
        @{ Name = 'a file that exists'; Id = 'TargetExists'; Do = { Set-Content $folder/drive-scsi0.raw 'mine'; $archive | Export-VmaDevice $folder -Name drive-scsi0 -WhatIf } }
        @{ Name = 'an archive'; Id = 'TargetIsArchive'; Do = { Copy-Item $archive $folder/a.raw; $archive | Export-VmaDevice $folder/a.raw -Name drive-scsi0 -Force -WhatIf } }
        @{ Name = 'the source'; Id = 'TargetIsSource'; Do = { Rename-Item $archive a.raw; Get-Item $folder/a.raw | Export-VmaDevice $folder/a.raw -Name drive-scsi0 -Force -WhatIf } }
        @{ Name = 'several disks in one file'; Id = 'SingleFileTarget'; Do = { $archive | Export-VmaDevice $folder/a.raw -WhatIf } }
        @{ Name = 'names that meet'; Id = 'OutputNameCollision'; Do = { $archive | Export-VmaDevice $folder/out -FileName '{vmid}' -WhatIf } }
        @{ Name = 'a target of the wrong size'; Id = 'TargetTooSmall'; Do = { Set-Content $folder/a.raw 'small'; $archive | Export-VmaDevice $folder/a.raw -Name drive-scsi0 -Overwrite -Force -WhatIf } }
        @{ Name = 'a manifest that exists'; Id = 'TargetExists'; Do = { Set-Content $folder/m.json 'mine'; $archive | Export-VmaDevice $folder/out -NewManifestPath $folder/m.json -WhatIf } }
        @{ Name = 'what is salvaged'; Id = 'TargetExists'; Do = { Set-Content $folder/drive-scsi0.incomplete.txt 'mine'; $archive | Export-VmaDevice $folder -Name drive-scsi0 -Salvage -WhatIf } }
        @{ Name = 'a manifest'; Id = 'TargetIsSource'; Do = { New-VmaManifest $archive $archive -Force -WhatIf } }
        @{ Name = 'an index'; Id = 'TargetIsSource'; Do = { $archive | New-VmaIndex -Path $archive -Force -WhatIf } }
        @{ Name = 'a report'; Id = 'TargetExists'; Do = { Set-Content $folder/r.html 'mine'; Get-VmaBackup $folder | Export-VmaReport $folder/r.html -WhatIf } }
        @{ Name = 'a report over an archive'; Id = 'TargetIsArchive'; Do = { Get-VmaBackup $folder | Export-VmaReport $archive -Force -WhatIf } }
        @{ Name = 'a picture'; Id = 'TargetIsArchive'; Do = { Measure-VmaDevice $archive -SvgPath $archive -Force -WhatIf | Out-Null } }
        @{ Name = 'an archive packed anew'; Id = 'TargetExists'; Do = { $archive | Optimize-VmaArchive $archive -WhatIf } }
        @{ Name = 'an archive of what is salvaged'; Id = 'TargetExists'; Do = { $archive | Optimize-VmaArchive $archive -Salvage -WhatIf } }
    ) {
        $before = @(Get-ChildItem $folder).Count
        { $ErrorActionPreference = 'Stop'; & $Do } | Should -Throw -ErrorId "$Id,*"
        @(Get-ChildItem $folder -Filter *.partial).Count | Should -Be 0
        $before | Should -Be 1
    }
}

Describe '-WhatIf warns as the run does' {
    It 'of sectors that the format does not have' {
        $plain = Join-Path $TestDrive '4kn.vma'
        Join-Path $Fixtures 'disks/odd/4kn.vma.zst' | Optimize-VmaArchive $plain -WarningAction Ignore
        foreach ($format in 'Vmdk', 'Vdi', 'Vhd', 'Vhdx', 'Qcow2') {
            $run = @(Get-Item $plain | Export-VmaDevice $TestDrive/run -Format $format 3>&1)
            $foreseen = @(Get-Item $plain | Export-VmaDevice $TestDrive/out -Format $format -WhatIf 3>&1)
            @($foreseen | ForEach-Object Message) -replace '^.*?: ' | Should -Be (@($run | ForEach-Object Message) -replace '^.*?: ')
            @($foreseen -match 'sectors of 4096').Count | Should -Be ([int]($format -in 'Vmdk', 'Vdi', 'Vhd'))
        }

        Test-Path $TestDrive/out | Should -BeFalse
    }

    It 'of files that are there, archives among them, and of links that lead out' {
        $guest = Join-Path $Fixtures 'disks/gpt-linux.vma.zst'
        $place = "$TestDrive/copies"
        $null = New-Item -ItemType Directory $place/basics, $place/links
        Set-Content $place/basics/one 'mine'
        Set-Content $place/links/fast 'mine'
        Copy-Item $Sample $place/basics/big.txt
        $arguments = @{ Path = $place; InputObject = $guest; FilePath = '/basics', '/links'; Volume = 'p2'; ErrorAction = 'SilentlyContinue'; WarningAction = 'SilentlyContinue' }
        foreach ($force in $false, $true) {
            $before = Get-ChildItem $place -Recurse -Name
            Export-VmaFile @arguments -Force:$force -WhatIf -ErrorVariable foreseen -WarningVariable warned
            Get-ChildItem $place -Recurse -Name | Should -Be $before
            Export-VmaFile @arguments -Force:$force -ErrorVariable errors -WarningVariable warnings
            $foreseen.Count | Should -BeGreaterThan 0
            $warned.Count | Should -BeGreaterThan 0
            @($foreseen | ForEach-Object { "$_" } | Sort-Object) | Should -Be @($errors | ForEach-Object { "$_" } | Sort-Object)
            @($warned | ForEach-Object { "$_" } | Sort-Object) | Should -Be @($warnings | ForEach-Object { "$_" } | Sort-Object)
            Get-ChildItem $place -Recurse -File | Where-Object { $_.Name -notin 'one', 'fast', 'big.txt' } | Remove-Item
        }
    }

    It 'of a file where the folder is to be' {
        Set-Content $TestDrive/taken 'mine'
        $said = { Export-VmaFile $TestDrive/taken -InputObject (Join-Path $Fixtures 'disks/gpt-linux.vma.zst') -FilePath /basics -Volume p2 -ErrorAction Stop -WhatIf }
        $said | Should -Throw -ErrorId 'TargetExists,*'
    }
}

Describe '-Verbose says what is done' {
    BeforeEach { . "$PSScriptRoot/IndexSample.ps1" }

    AfterEach { $env:XDG_CACHE_HOME = $savedCache }

    It 'in <Name>' -ForEach @(
        @{ Name = 'Get-VmaDevice'; Do = { Get-VmaDevice $archive -Verbose }; Says = 'opened' }
        @{ Name = 'Get-VmaConfig'; Do = { Get-VmaConfig $archive -Verbose }; Says = 'opened' }
        @{ Name = 'Test-VmaArchive'; Do = { Test-VmaArchive $archive -ThrottleLimit 1 -Verbose }; Says = 'up to 1 thread', 'Testing .*zst: [\d.,]+ [KM]iB read' }
        @{ Name = 'Get-VmaDeviceHash'; Do = { Get-VmaDeviceHash $archive -Verbose }; Says = 'opened', 'Digesting .*zst: [\d.,]+ [KM]iB read' }
        @{ Name = 'Export-VmaDevice'; Do = { $archive | Export-VmaDevice $folder/out -NewManifestPath $folder/m.json -Verbose }; Says = 'opened', 'Exporting \d device\(s\) of .*zst: [\d.,]+ [KM]iB read', 'drive-scsi0\.raw is written: 8 MiB', 'm\.json is written' }
        @{ Name = 'New-VmaManifest'; Do = { New-VmaManifest $folder/m.json $archive -Verbose }; Says = 'm\.json is written' }
        @{ Name = 'New-VmaIndex'; Do = { $archive | New-VmaIndex -Verbose }; Says = 'opened', 'Building the index of .*zst: [\d.,]+ [KM]iB read', 'VmaTools.*vmaindex is written' }
        @{ Name = 'Read-VmaDevice, which builds an index'; Do = { Read-VmaDevice $archive -Name drive-scsi2 -Verbose }; Says = 'opened', 'Building the index of .*zst: [\d.,]+ [KM]iB read', 'is read by the index .*VmaTools.*vmaindex' }
        @{ Name = 'Get-VmaPartition'; Do = { Get-VmaPartition $archive -Verbose }; Says = 'opened', 'is read by the index' }
        @{ Name = 'Get-VmaVolume'; Do = { Get-VmaVolume $archive -Verbose }; Says = 'opened', 'is read by the index' }
        @{ Name = 'Measure-VmaDevice'; Do = { Measure-VmaDevice $archive -SvgPath $folder/m.svg -Verbose }; Says = 'opened', 'm\.svg is written' }
        @{ Name = 'Compare-VmaDevice'; Do = { Compare-VmaDevice $archive $archive -Name drive-scsi2 -Verbose }; Says = 'opened', 'is read by the index' }
        @{ Name = 'Optimize-VmaArchive'; Do = { $archive | Optimize-VmaArchive $folder/new -Verbose }; Says = 'opened', 'Compressing by', 'Writing .*zst: ', 'uuid' }
        @{ Name = 'Export-VmaReport'; Do = { Get-VmaBackup $folder | Export-VmaReport $folder/r.html -Verbose }; Says = 'r\.html is written' }
        @{ Name = 'Start-VmaNbdServer'; Do = { Start-VmaNbdServer $archive -Port 0 -Verbose | ForEach-Object { Stop-VmaNbdServer $_ } }; Says = 'opened', 'is read by the index' }
        @{ Name = 'a drive'; Do = { $null = New-PSDrive said Vma $archive; Get-ChildItem said:\drive-scsi0 -Verbose; Remove-PSDrive said }; Says = , 'is read by the index' }
    ) {
        $said = (& $Do 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }).Message -join "`n"
        foreach ($text in $Says) { $said | Should -Match $text }
    }
}

Describe 'An index that cannot be kept' {
    BeforeEach {
        . "$PSScriptRoot/IndexSample.ps1"
        Set-Content -LiteralPath $env:XDG_CACHE_HOME 'a file'
    }

    AfterEach { $env:XDG_CACHE_HOME = $savedCache }

    It 'is told once by <Name>' -ForEach @(
        @{ Name = 'Read-VmaDevice'; Do = { Read-VmaDevice $archive -Name drive-scsi2 } }
        @{ Name = 'Get-VmaPartition'; Do = { Get-VmaPartition $archive } }
        @{ Name = 'Get-VmaVolume'; Do = { Get-VmaVolume $archive } }
        @{ Name = 'Get-VmaFile'; Do = { Get-VmaFile $archive -ErrorAction Ignore } }
        @{ Name = 'Compare-VmaDevice'; Do = { Compare-VmaDevice $archive $archive -Name drive-scsi2 } }
        @{ Name = 'Start-VmaNbdServer'; Do = { Start-VmaNbdServer $archive -Port 0 | Stop-VmaNbdServer } }
        @{ Name = 'New-VmaArchive'; Do = { Get-VmaPartition $archive -WarningAction Ignore | Select-Object -First 1 | New-VmaArchive $folder/new.vma } }
        @{ Name = 'a drive'; Do = { $null = New-PSDrive told Vma $archive; Get-ChildItem told:\drive-scsi0; Get-ChildItem told:\drive-scsi2; Remove-PSDrive told } }
    ) {
        $warnings = @(& $Do 3>&1 | Where-Object { $_ -is [System.Management.Automation.WarningRecord] }).Message
        @($warnings -match 'The index cannot be kept').Count | Should -Be 1
    }
}
