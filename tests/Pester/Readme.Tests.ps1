BeforeDiscovery {
    # The commands that the README shows first, each with what it prints.
    $text = [IO.File]::ReadAllText((Join-Path $PSScriptRoot '../../README.md')) -replace '\r'
    $block = [regex]::Match($text, '(?s)## Five commands\n.*?```\n(.*?)```').Groups[1].Value
    $shown = [regex]::Matches($block, '(?s)PS> (?<Line>[^\n]+)\n(?<Output>.*?)(?=PS> |\z)') |
        ForEach-Object { @{ Line = $_.Groups['Line'].Value; Output = $_.Groups['Output'].Value } }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"

    # Local times depend on the zone, and blanks at the end of a line are not shown.
    function ConvertTo-Comparable([string] $Text) {
        ($Text -replace '\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?', '<time>' -replace '(?m)[ \t\r]+$').Trim("`n")
    }
}

Describe 'The README' {
    It 'shows five commands' -ForEach @{ Count = @($shown).Count } { $Count | Should -Be 5 }

    It 'shows what this prints: <Line>' -ForEach $shown {
        $backup = 'samples/vzdump-qemu-101-2026_11_20-02_00_03.vma.zst'
        $null = $backup
        Push-Location $TestDrive
        try {
            $null = New-Item -ItemType Directory samples -Force
            Copy-Item "$RepositoryRoot/$backup" samples
            $result = Invoke-Expression $Line | Out-String -Width 80
        }
        finally { Pop-Location }

        ConvertTo-Comparable $result.Replace("$TestDrive", '/srv').Replace('\', '/') | Should -Be (ConvertTo-Comparable $Output)
    }
}
