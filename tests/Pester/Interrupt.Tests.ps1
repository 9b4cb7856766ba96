# A person's Ctrl+C, in a terminal: PowerShell runs in one of its own.
BeforeDiscovery {
    $script:HasTools = -not $IsWindows -and @('python3', 'mke2fs', 'bzip2' | Where-Object { -not (Get-Command $_, "/usr/sbin/$_" -CommandType Application -ErrorAction Ignore) }).Count -eq 0
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"

    # Runs PowerShell in a terminal of its own and types into it; gives what was shown, as lines that no terminal acts on.
    function Invoke-Terminal([object[]] $Step) {
        [IO.File]::WriteAllText("$TestDrive/steps.json", (ConvertTo-Json $Step -Depth 3))
        $program = @(Get-ShellCommand) + '-NoProfile', '-NoLogo', '-NoExit', '-Command', 'Remove-Module PSReadLine -ErrorAction Ignore'
        $shown = (& python3 "$PSScriptRoot/terminal.py" "$TestDrive/steps.json" @program) -join "`n" -replace '[\p{Cc}-[\n]]', '?'
        if ($LASTEXITCODE -ne 0) { throw "Something did not come. The terminal shows last: $($shown.Substring([Math]::Max(0, $shown.Length - 1500)))" }
        $shown
    }
}

Describe 'Ctrl+C while files are copied' -Skip:(-not $HasTools) {
    BeforeAll {
        $folder = (New-Item -ItemType Directory "$TestDrive/guest").FullName
        $noise = [byte[]]::new(32MB)
        [Random]::new(1).NextBytes($noise)
        [IO.File]::WriteAllBytes("$folder/big.bin", $noise)
        $script:Digest = Get-BytesDigest $noise
        $maker = @(Get-Command mke2fs, /usr/sbin/mke2fs -CommandType Application -ErrorAction Ignore)[0].Source
        & $maker -q -t ext4 -d $folder "$TestDrive/disk.raw" 48M
        $null = Get-Item "$TestDrive/disk.raw" | New-VmaArchive "$TestDrive/guest.vma" -WarningAction SilentlyContinue

        # Blocks of bzip2 are slow to decode: there is a while in which to interrupt.
        & bzip2 -1 "$TestDrive/guest.vma"
        $script:Archive = "$TestDrive/guest.vma.bz2"
        New-VmaIndex $Archive -Beside
    }

    It 'leaves no half file and no temporary, and the prompt comes back: <Name>' -ForEach @(
        @{ Name = 'a file'; Output = 'big.bin'; To = ''; Arguments = '' }
        @{ Name = 'a tar'; Output = 'files.tar'; To = '/files.tar'; Arguments = '-AsTar' }
    ) {
        # One that was whole before the key was heard tells nothing; then once more.
        for ($try = 1; $try -le 20; $try++) {
            $target = (New-Item -ItemType Directory "$TestDrive/$Output-$try").FullName
            $null = Invoke-Terminal @(
                @{ type = "Import-Module '$ModuleRoot/VmaTools.psd1'; 'rea' + 'dy'`r" }
                @{ until = 'ready' }
                @{ until = 'PS ' }
                @{ type = "Get-VmaFile '$Archive' /big.bin | Export-VmaFile '$target$To' $Arguments`r" }
                @{ file = $target }
                @{ type = "$([char]3)" }
                @{ until = 'PS ' }
                @{ type = "'here ' + 'again'`r" }
                @{ until = 'here again' }
            )
            $left = @(Get-ChildItem $target -Recurse -Force)
            if ($left.Count -eq 0) { break }
            $left.Name | Should -Be $Output
            if ($Output -eq 'big.bin') { Get-Digest $left.FullName | Should -Be $Digest }
        }

        $left.Count | Should -Be 0
    }
}
