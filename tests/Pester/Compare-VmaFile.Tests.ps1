BeforeAll {
    . "$PSScriptRoot/Common.ps1"

    # A floppy disk as somebody else's tools wrote it, and what became of it: entries of its root directory, and the data of a file.
    $before = Join-Path $TestDrive 'before'
    $after = Join-Path $TestDrive 'after'
    $null = New-Item -ItemType Directory $before, $after
    Get-Item "$Fixtures/disks/fat12-floppy.vma.zst" | Export-VmaDevice "$before/floppy.raw"
    $bytes = [IO.File]::ReadAllBytes("$before/floppy.raw")
    $text = [Text.Encoding]::GetEncoding(28591).GetString($bytes)

    # Where the entry of a name of eight and three characters stands.
    function Find-Entry([string] $Name) {
        $at = $text.IndexOf($Name, [StringComparison]::Ordinal)
        $at | Should -BeGreaterThan 0
        $at
    }

    function Compare-Sample($From, $To, [switch] $Content) {
        @(Compare-VmaFile "$From/floppy.vma" "$To/floppy.vma" -Content:$Content | Sort-Object FullName |
                ForEach-Object { "$($_.Change) $($_.FullName) $($_.Reason)".Trim() })
    }
}

Describe 'Compare-VmaFile' {
    BeforeAll {
        $readme = Find-Entry 'README  TXT'
        $size = [BitConverter]::ToUInt32($bytes, $readme + 28)
        [BitConverter]::GetBytes([uint32]($size - 1)).CopyTo($bytes, $readme + 28)
        $one = Find-Entry 'ONE        '
        $bytes[$one + 22] = $bytes[$one + 22] -bxor 1
        $bytes[(Find-Entry 'EMPTY   TXT')] = 0xE5
        $random = Read-VmaFile "$Fixtures/disks/fat12-floppy.vma.zst" /random.bin
        $data = $text.IndexOf([Text.Encoding]::GetEncoding(28591).GetString($random, 0, 512), [StringComparison]::Ordinal)
        $data | Should -BeGreaterThan 0
        $bytes[$data + 100] = $bytes[$data + 100] -bxor 1
        [IO.File]::WriteAllBytes("$after/floppy.raw", $bytes)
        foreach ($folder in $before, $after) { New-VmaArchive "$folder/floppy.vma" -InputObject "$folder/floppy.raw" -WarningAction Ignore }
    }

    It 'tells what was removed and what was changed, and by what it sees that' {
        Compare-Sample $before $after | Should -Be 'Removed /EMPTY.TXT', 'Changed /ONE Time', 'Changed /README.TXT Length'
    }

    It 'tells the other way round what was added' {
        Compare-Sample $after $before | Should -Be 'Added /EMPTY.TXT', 'Changed /ONE Time', 'Changed /README.TXT Length'
    }

    It 'finds what only the content tells, on request' {
        Compare-Sample $before $after -Content | Should -Be 'Removed /EMPTY.TXT', 'Changed /ONE Time', 'Changed /random.bin Content', 'Changed /README.TXT Length'
    }

    It 'finds nothing between a backup and itself' {
        Compare-Sample $before $before -Content | Should -BeNullOrEmpty
    }

    It 'gives lengths and times of both' {
        $found = Compare-VmaFile "$before/floppy.vma" "$after/floppy.vma" | Where-Object FullName -EQ /README.TXT
        $found.ReferenceLength - $found.DifferenceLength | Should -Be 1
        $found.ReferenceTimeUtc | Should -Be $found.DifferenceTimeUtc
        "$found" | Should -BeLike 'VmaFileDifference: Changed /README.TXT*'
    }

    It 'says where there is no archive' {
        Compare-VmaFile "$before/floppy.vma" "$TestDrive/none.vma" -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ItemNotFound,*'
    }
}
