<#
.SYNOPSIS
    A person's Ctrl+C while files are copied: PowerShell runs in a terminal of its own. Fails where anything is left or the prompt does not
    come back; ends with a line for each case.
.PARAMETER Root
    The folder of the sources.
.PARAMETER Folder
    Where to work.
#>
param([string] $Root, [string] $Folder)

. "$Root/tools/Shell.ps1"
$module = "$Root/out/VmaTools/VmaTools.psd1"

# Runs PowerShell in a terminal and types into it.
function Invoke-Terminal([object[]] $Step) {
    [IO.File]::WriteAllText("$Folder/steps.json", (ConvertTo-Json $Step -Depth 3))
    $program = @(Get-ShellCommand) + '-NoProfile', '-NoLogo', '-NoExit', '-Command', 'Remove-Module PSReadLine -ErrorAction Ignore'
    $shown = (& python3 "$PSScriptRoot/terminal.py" "$Folder/steps.json" @program) -join "`n" -replace '[\p{Cc}-[\n]]', '?'
    if ($LASTEXITCODE -ne 0) { throw "Something did not come. The terminal shows last: $($shown.Substring([Math]::Max(0, $shown.Length - 1500)))" }
}

$guest = (New-Item -ItemType Directory "$Folder/guest").FullName
$noise = [byte[]]::new(32MB)
[Random]::new(1).NextBytes($noise)
[IO.File]::WriteAllBytes("$guest/big.bin", $noise)
$env:PATH += ':/usr/sbin'
& mke2fs -q -t ext4 -d $guest "$Folder/disk.raw" 48M
$null = Get-Item "$Folder/disk.raw" | New-VmaArchive "$Folder/guest.vma" -WarningAction SilentlyContinue

# Blocks of bzip2 are slow to decode: there is a while in which to interrupt.
& bzip2 -1 "$Folder/guest.vma"
$archive = "$Folder/guest.vma.bz2"
New-VmaIndex $archive -Beside

foreach ($case in @{ Output = 'big.bin'; To = ''; Arguments = '' }, @{ Output = 'files.tar'; To = '/files.tar'; Arguments = '-AsTar' }) {
    # One that was whole before the key was heard tells nothing; then once more.
    for ($try = 1; $try -le 20; $try++) {
        $target = (New-Item -ItemType Directory "$Folder/$($case.Output)-$try").FullName
        Invoke-Terminal @(
            @{ type = "Import-Module '$module'; 'rea' + 'dy'`r" }
            @{ until = 'ready' }
            @{ until = 'PS ' }
            @{ type = "Get-VmaFile '$archive' /big.bin | Export-VmaFile '$target$($case.To)' $($case.Arguments)`r" }
            @{ file = $target }
            @{ type = "$([char]3)" }
            @{ until = 'PS ' }
            @{ type = "'here ' + 'again'`r" }
            @{ until = 'here again' }
        )
        $left = @(Get-ChildItem $target -Recurse -Force)
        if ($left.Count -eq 0) { break }
        if ("$($left.Name)" -ne $case.Output) { throw "Left: $($left.Name)" }
        if ($case.Output -eq 'big.bin' -and (Get-FileHash $left.FullName).Hash -ne (Get-FileHash "$guest/big.bin").Hash) { throw 'A file under its final name is not whole.' }
    }

    if ($left.Count -ne 0) { throw "$($case.Output) was whole each time." }
    "$($case.Output): nothing left"
}
