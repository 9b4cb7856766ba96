BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:folder = (New-Item -ItemType Directory "$TestDrive/a folder whose path is long enough to leave little room in a table").FullName
    $script:name = 'vzdump-qemu-101-2026_11_20-02_00_03.vma.zst'
    $script:archive = Join-Path $folder $name
    Copy-Item "$RepositoryRoot/samples/$name" $archive

}

Describe 'Views in 80 columns' {
    It 'keep the name of the file of <_>' -ForEach 'Get-VmaBackup', 'Get-VmaArchive', 'Test-VmaArchive', 'Test-VmaRestore' {
        $of = if ($_ -eq 'Get-VmaBackup') { $folder } else { $archive }
        $lines = (& $_ $of | Out-String -Width 80) -split '\r?\n' | Where-Object { $_ -and $_ -notlike '*Folder:*' }
        $header = ($lines | Where-Object { $_ -match 'FileName' } | Select-Object -First 1).IndexOf('FileName')
        $header | Should -BeGreaterThan 0
        $cells = @($lines | Where-Object { $_.Length -gt $header } | ForEach-Object { $_.Substring($header).Trim() })
        -join $cells | Should -BeLike "*$name"
        $cells.Count | Should -BeLessOrEqual 5 -Because 'heading, line and the name: it wraps twice at most'
    }

    It 'keep the name of what is on a drive' {
        $long = Join-Path $folder 'long.vma'
        $null = New-VmaArchive $long "$RepositoryRoot/README.md" -Name "drive-$([string][char]0x540d * 20)" -WarningAction Ignore
        $null = New-PSDrive long Vma $long
        try {
            $lines = (Get-ChildItem long:\ | Out-String -Width 80) -split '\r?\n'
            ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
            (($lines -join '' -replace '[^\u540d]').Length) | Should -Be 20
        }
        finally { Remove-PSDrive long }
    }

    It 'have only properties for headings on drives, too' {
        $null = New-PSDrive heads Vma (Join-Path $Fixtures 'disks/gpt-linux.vma.zst')
        try {
            foreach ($item in (Get-ChildItem heads:\), (Get-ChildItem heads:\drive-scsi0) | ForEach-Object { $_ }) {
                foreach ($heading in 'Name', 'Size', 'Kind', 'Holds') { $item.PSObject.Properties.Name | Should -Contain $heading }
                $item.Kind | Should -Not -BeNullOrEmpty
            }

            @(Get-ChildItem heads:\drive-scsi0 | Where-Object { $_.Kind -eq 'partition' -and $_.Holds -like 'ext4*' }).Count | Should -Be 1
        }
        finally { Remove-PSDrive heads }
    }

    It 'keep the name of the device: <_>' -ForEach 'Get-VmaDevice', 'Measure-VmaDevice', 'Get-VmaDeviceHash', 'Get-VmaPartition', 'Get-VmaVolume' {
        & $_ $archive | Format-Table | Out-String -Width 80 | Should -Match 'drive-tpmstate0-backup'
    }

    It 'wrap findings' {
        $findings = @((Test-VmaArchive $archive).Findings)
        $findings.Count | Should -BeGreaterThan 0
        $text = ($findings | Out-String -Width 80) -replace '\s'
        foreach ($finding in $findings) { foreach ($word in $finding.Message -split '\s+') { $text.Contains($word) | Should -BeTrue -Because "$text has $word" } }
    }

    It 'have only properties for headings: <_>' -ForEach 'Get-VmaBackup', 'Get-VmaArchive', 'Test-VmaArchive', 'Test-VmaRestore', 'Get-VmaDevice' {
        $of = if ($_ -eq 'Get-VmaBackup') { $folder } else { $archive }
        $item = @(& $_ $of)[0]
        $text = $item | Out-String -Width 300
        $header = ($text -split '\r?\n' | Where-Object { $_ -match '^\s*-+\s' } | Select-Object -First 1)
        $at = ($text -split '\r?\n').IndexOf($header)
        foreach ($heading in (($text -split '\r?\n')[$at - 1].Trim() -split '\s+')) { $item.PSObject.Properties.Name | Should -Contain $heading }
    }
}

Describe 'Dates in views' {
    It 'are those of the common calendar in <_>' -ForEach 'th-TH', 'ar-SA', 'fa-IR' {
        $before = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = $_
            Get-VmaBackup $folder | Out-String -Width 200 | Should -Match '2026-11-20 02:00'
            Get-VmaArchive $archive | Out-String -Width 200 | Should -Match '20\d\d-\d\d-\d\d \d\d:\d\d'
            Get-VmaFile $archive /etc | Out-String -Width 200 | Should -Match 'In the guest: drive-scsi0:/etc\s'
        }
        finally { [cultureinfo]::CurrentCulture = $before }
    }
}

Describe 'In strict mode' {
    It 'views and lists show what they have: <_>' -ForEach @(
        { Get-VmaBackup $folder }, { Get-VmaArchive $archive }, { Test-VmaArchive $archive }, { Get-VmaDevice $archive }, { Get-VmaConfig $archive }, { Get-VmaVM $archive }
        { (Get-VmaVM $archive).Disks }, { (Get-VmaVM $archive).Networks }, { Get-VmaPartition $archive }, { Get-VmaVolume $archive }, { Get-VmaFile $archive /etc }
        { Measure-VmaDevice $archive }, { Get-VmaDeviceHash $archive }, { Get-VmaExtent $archive }, { (Test-VmaArchive $archive).Findings }
        { if (-not (Get-PSDrive strict -ErrorAction Ignore)) { $null = New-PSDrive strict Vma $archive -Scope Global }; Get-ChildItem strict:\ }
    ) {
        $block = $_
        $items = @(& $block)
        $plain = ($items | Format-Table | Out-String -Width 200), ($items | Format-List | Out-String -Width 200)
        $plain[0].Trim().Length | Should -BeGreaterThan 20
        $global:Error.Clear()
        $strict = & { Set-StrictMode -Version Latest; ($items | Format-Table | Out-String -Width 200), ($items | Format-List | Out-String -Width 200) }
        $strict | Should -Be $plain
        $global:Error.Count | Should -Be 0
    }
}

Describe 'Lists' {
    It 'have dates of the common calendar' {
        $before = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = 'th-TH'
            Get-VmaBackup $folder | Format-List | Out-String | Should -Match 'Time +: 2026-11-20 02:00:03'
            Get-VmaArchive $archive | Format-List | Out-String | Should -Match 'CreationTime +: 20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ'
        }
        finally { [cultureinfo]::CurrentCulture = $before }
    }

    It 'keep the lines of a text' {
        Get-VmaConfig $archive -Name qemu-server.conf | Format-List | Out-String | Should -Match '(?m)^ +bios: ovmf\r?$'
    }
}

Describe 'Results' {
    It 'flatten' {
        $row = Test-VmaArchive $archive | ConvertTo-Csv | ConvertFrom-Csv
        $row.Verdict | Should -Be 'Valid'
        $row.FileName | Should -Be $name
        $row.ErrorCount | Should -Be 0
        $row.WarningCount | Should -Match '^\d+$'
    }
}
