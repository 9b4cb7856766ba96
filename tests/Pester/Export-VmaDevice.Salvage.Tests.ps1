BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $archive = Join-Path $Corpus 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
    $shuffled = Join-Path $Corpus 'shuffled.vma'
    function Save-Damaged([string] $Name, [byte[]] $Bytes) { [System.IO.File]::WriteAllBytes("$TestDrive/$Name", $Bytes); "$TestDrive/$Name" }
}

Describe 'Export-VmaDevice -Salvage' {
    It 'is what the error of an ordinary export says' {
        $cut = Save-Damaged "cut 'a'.vma" ([System.IO.File]::ReadAllBytes($shuffled)[0..600000])
        Export-VmaDevice $TestDrive/said -InputObject $cut -Name drive-scsi0 -ErrorVariable failed -ErrorAction SilentlyContinue
        "$($failed[0])" -match '(Export-VmaDevice .* -Salvage)' | Should -BeTrue
        & ([scriptblock]::Create($Matches[1])) 3>$null
        Test-Path $TestDrive/said/drive-scsi0.incomplete.raw | Should -BeTrue
    }

    It 'salvages a cut archive and names exactly the rest' {
        $cut = Save-Damaged 'cut.vma' ([System.IO.File]::ReadAllBytes($archive)[0..600000])
        $file = Export-VmaDevice $TestDrive/cut -InputObject $cut -Name drive-scsi0 -Salvage -PassThru -WarningVariable told -WarningAction SilentlyContinue
        $file.Name | Should -BeExactly 'drive-scsi0.incomplete.raw'
        "$told" | Should -Match '1048576 unverified, 7340032 lost'
        $report = Get-Content -Raw $TestDrive/cut/drive-scsi0.incomplete.json | ConvertFrom-Json
        $report.ranges.state | Should -Be @('Unverified', 'Lost')
        $report.ranges.offset | Should -Be @(0, 1048576)
        Get-Content -Raw $TestDrive/cut/drive-scsi0.incomplete.txt | Should -Match 'Lost +7340032 bytes'
        Export-VmaDevice $TestDrive/good -InputObject $archive -Name drive-scsi0
        (Compare-VmaDevice $TestDrive/good/drive-scsi0.raw $file | Where-Object Offset -LT 1048576) | Should -BeNullOrEmpty
    }

    It 'keeps a name that meets another from taking other devices away: <Name>' -ForEach @(
        @{ Name = 'salv-names2'; Files = 'x.incomplete.raw', 'z.incomplete.raw' }
        @{ Name = 'salv-names'; Files = 'a-3.incomplete.raw', 'a.incomplete.raw', 'z.incomplete.raw' }
    ) {
        Get-Item "$Fixtures/hostile/$Name.vma.zst" | Export-VmaDevice "$TestDrive/$Name" -Salvage -Force -WarningAction SilentlyContinue -ErrorAction SilentlyContinue -ErrorVariable failed
        (Get-ChildItem "$TestDrive/$Name" -Filter *.raw).Name | Should -Be $Files
        @($failed | ForEach-Object FullyQualifiedErrorId) | Should -Be 'OutputNameCollision,VmaTools.PowerShell.ExportVmaDeviceCommand'
    }

    It 'salvages an archive whose header is damaged' {
        $bytes = [System.IO.File]::ReadAllBytes($shuffled)
        $bytes[33] = $bytes[33] -bxor 1
        $broken = Save-Damaged 'header.vma' $bytes
        Export-VmaDevice $TestDrive/no -InputObject $broken -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -Match '^HeaderChecksumMismatch,'
        "$($failed[0])" | Should -Match 'Export-VmaDevice .* -Salvage'
        Export-VmaDevice $TestDrive/header -InputObject $broken -Salvage -WarningAction SilentlyContinue
        foreach ($hash in Get-VmaDeviceHash $shuffled) {
            (Get-FileHash "$TestDrive/header/$($hash.Name).incomplete.raw").Hash | Should -BeExactly $hash.Hash
        }
    }

    It 'invents names and takes sizes where the header is gone' {
        $bytes = [System.IO.File]::ReadAllBytes($archive)
        [array]::Clear($bytes, 0, 13824)
        $gone = Save-Damaged 'gone.vma' $bytes
        Export-VmaDevice $TestDrive/gone -InputObject $gone -Salvage -DeviceSize @{ 1 = 540672 } -WarningAction SilentlyContinue
        (Get-FileHash $TestDrive/gone/device-1.incomplete.raw).Hash | Should -BeExactly (Get-VmaDeviceHash $archive -Id 1).Hash
        (Get-Content -Raw $TestDrive/gone/device-2.incomplete.json | ConvertFrom-Json).device.sizeSource | Should -BeExactly 'LastCluster'
    }

    It 'proves by a manifest what came whole' {
        New-VmaManifest $TestDrive/m.json $archive
        $cut = Save-Damaged 'proven.vma' ([System.IO.File]::ReadAllBytes($archive)[0..707071])
        Export-VmaDevice $TestDrive/proven -InputObject $cut -Salvage -ManifestPath $TestDrive/m.json -WarningAction SilentlyContinue
        (Get-Content -Raw $TestDrive/proven/drive-scsi2.incomplete.json | ConvertFrom-Json).verifiedBytes | Should -Be 1049088
        (Get-Content -Raw $TestDrive/proven/drive-scsi0.incomplete.json | ConvertFrom-Json).verifiedBytes | Should -Be 0
    }

    It 'keeps what exists, and writes nothing with WhatIf' {
        $cut = Save-Damaged 'again.vma' ([System.IO.File]::ReadAllBytes($archive)[0..600000])
        Export-VmaDevice $TestDrive/again -InputObject $cut -Id 1 -Salvage -WhatIf
        Test-Path $TestDrive/again | Should -BeFalse
        Export-VmaDevice $TestDrive/again -InputObject $cut -Id 1 -Salvage -WarningAction SilentlyContinue
        { Export-VmaDevice $TestDrive/again -InputObject $cut -Id 1 -Salvage -ErrorAction Stop } | Should -Throw -ErrorId 'TargetExists,*'
        Export-VmaDevice $TestDrive/again -InputObject $cut -Id 1 -Salvage -Force -WarningAction SilentlyContinue
    }

    It 'does not mix with what makes no sense' {
        foreach ($also in @{ Format = 'Vhdx' }, @{ Fixed = $true }, @{ Overwrite = $true }, @{ AllowUnproven = $true }, @{ NewManifestPath = 'x' }) {
            { Export-VmaDevice $TestDrive/x -InputObject $archive -Salvage @also } | Should -Throw -ErrorId 'AmbiguousParameterSet,*' -Because "$($also.Keys)"
        }
        $sets = (Get-Command Export-VmaDevice).ParameterSets
        ($sets | Where-Object { $_.Parameters.Name -contains 'DeviceSize' }).Name | Should -BeExactly 'Salvage'
        ($sets | Where-Object Name -EQ Salvage).Parameters | Where-Object IsMandatory | ForEach-Object Name | Sort-Object | Should -Be 'InputObject', 'Path', 'Salvage'
        { Export-VmaDevice $TestDrive/x.vhdx -InputObject $archive -Salvage } | Should -Throw -ErrorId 'InvalidRange,*'
        { Export-VmaDevice $TestDrive/x -InputObject $archive -Salvage -DeviceSize @{ a = 1 } } | Should -Throw -ErrorId 'InvalidRange,*'
    }

    It 'takes what is piped, and is an ordinary export where it is switched off' {
        $archive | Export-VmaDevice $TestDrive/piped -Name drive-scsi0 -Salvage -WarningAction SilentlyContinue
        Test-Path $TestDrive/piped/drive-scsi0.incomplete.raw | Should -BeTrue
        Get-VmaDevice $archive -Name drive-scsi0 | Export-VmaDevice $TestDrive/piped -Salvage:$false
        Test-Path $TestDrive/piped/drive-scsi0.raw | Should -BeTrue
    }

    It 'refuses several archives for one file before the first is searched' {
        $other = Save-Damaged 'other.vma' ([System.IO.File]::ReadAllBytes($archive)[0..600000])
        $archive, $other | Export-VmaDevice $TestDrive/one/left.raw -Name drive-scsi0 -Salvage -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'SingleFileTarget,*'
        $problems[0].Exception.Message | Should -BeLike '*what is left of 2 archives*'
        Test-Path $TestDrive/one | Should -BeFalse
    }

    It 'says when nothing is left' {
        $noise = [byte[]]::new(50000)
        [System.Random]::new(1).NextBytes($noise)
        { Export-VmaDevice $TestDrive/x -InputObject (Save-Damaged 'noise.vma' $noise) -Salvage -ErrorAction Stop } | Should -Throw -ErrorId 'NothingToSalvage,*'
    }
}
