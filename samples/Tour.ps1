# The module at work on the backup that lies beside this script. `dotnet run samples/Tour.cs` builds the module and starts this.
$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot
Import-Module (Join-Path $root 'out/VmaTools/VmaTools.psd1')
Set-Location $root
$target = New-Item -ItemType Directory -Force (Join-Path $root 'out/tour')
$backup = 'samples/vzdump-qemu-101-2026_11_20-02_00_03.vma.zst'

foreach ($step in
    { Get-VmaArchive $backup },
    { Get-VmaVM $backup },
    { Get-VmaDevice $backup },
    { Test-VmaArchive $backup },
    { Get-VmaFile $backup /etc },
    { Get-VmaDevice $backup | Export-VmaDevice $target -Format Qcow2 -Force -PassThru | Select-Object Name, Length }
) {
    "PS> $("$step".Trim())"
    & $step | Out-Host
}
