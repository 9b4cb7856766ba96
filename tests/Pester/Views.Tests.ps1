BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:folder = (New-Item -ItemType Directory "$TestDrive/a folder whose path is long enough to leave little room in a table").FullName
    $script:name = 'vzdump-qemu-101-2026_11_20-02_00_03.vma.zst'
    $script:archive = Join-Path $folder $name
    Copy-Item "$RepositoryRoot/samples/$name" $archive

}

Describe 'Views in 80 columns' {
    It 'keep the name of the file of <_>' -ForEach 'Get-VmaBackup', 'Get-VmaArchive', 'Test-VmaArchive' {
        $of = if ($_ -eq 'Get-VmaBackup') { $folder } else { $archive }
        $lines = (& $_ $of | Out-String -Width 80) -split '\r?\n' | Where-Object { $_ -and $_ -notlike '*Folder:*' }
        $header = ($lines | Where-Object { $_ -match 'FileName' } | Select-Object -First 1).IndexOf('FileName')
        $header | Should -BeGreaterThan 0
        -join ($lines | Where-Object { $_.Length -gt $header } | ForEach-Object { $_.Substring($header).Trim() }) | Should -BeLike "*$name"
    }

    It 'have only properties for headings: <_>' -ForEach 'Get-VmaBackup', 'Get-VmaArchive', 'Test-VmaArchive', 'Get-VmaDevice' {
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
        }
        finally { [cultureinfo]::CurrentCulture = $before }
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
