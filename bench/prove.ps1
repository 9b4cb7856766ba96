<#
.SYNOPSIS
Paired runs of proving a plain archive: the whole test against dd, the structure alone against Proxmox's vma, digests against openssl.
.DESCRIPTION
Builds the module, and runs everything in one session, so that starting PowerShell is not measured. Prints the seconds of each pair
and their ratio. The structure is tested from a cold page cache, which only root can empty; others skip it.
.EXAMPLE
pwsh -NoProfile -File bench/prove.ps1 ./mixed.vma -Target /dev/shm
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)]
    [string] $Archive,

    # Pairs of each.
    [int] $Runs = 5,

    # Folder that can hold the raw disks, which openssl digests.
    [string] $Target = '/dev/shm',

    # Proxmox's own vma.
    [string] $ProxmoxVma = 'vma-proxmox'
)

$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot
dotnet build (Join-Path $root 'src/VmaPowerShell') -c Release -v quiet --nologo | Out-Host
Import-Module (Join-Path $root 'out/VmaTools')
$Archive = Convert-Path $Archive

function Measure-Pair {
    param([string] $Name, [scriptblock] $Ours, [scriptblock] $Other, [scriptblock] $Before = {})

    & $Before
    $null = & $Ours
    $ratios = foreach ($run in 1..$Runs) {
        & $Before
        $a = (Measure-Command { & $Ours }).TotalSeconds
        & $Before
        $b = (Measure-Command { & $Other }).TotalSeconds
        Write-Host ('{0,-40} ours {1,7:n3} s   other {2,7:n3} s   ours/other {3:n2}' -f $Name, $a, $b, ($a / $b))
        $a / $b
    }

    $sorted = @($ratios | Sort-Object)
    Write-Host ('{0,-40} median ours/other {1:n3}' -f $Name, $sorted[[int][math]::Floor($sorted.Count / 2)])
}

$warm = { Get-Content $Archive -AsByteStream -ReadCount 64MB | Out-Null }
if (Get-Command dd -ErrorAction Ignore) {
    $warm = { dd if=$Archive of=/dev/null bs=1M 2> $null }
    Measure-Pair 'test, page cache warm: dd' { Test-VmaArchive $Archive } { dd if=$Archive of=/dev/null bs=1M 2> $null } $warm
}

if ((Get-Command $ProxmoxVma -ErrorAction Ignore) -and (id -u) -eq '0') {
    $cold = { sh -c 'sync; echo 3 > /proc/sys/vm/drop_caches' }
    Measure-Pair 'test, page cache cold: dd' { Test-VmaArchive $Archive } { dd if=$Archive of=/dev/null bs=1M 2> $null } $cold
    Measure-Pair 'structure alone, cold: vma verify' { Test-VmaArchive $Archive -StructureOnly } { & $ProxmoxVma verify $Archive } $cold
}

if (Get-Command openssl -ErrorAction Ignore) {
    $folder = (New-Item -ItemType Directory -Path (Join-Path $Target "vma-prove.$PID")).FullName
    try {
        $disks = (Get-VmaDevice $Archive | Export-VmaDevice -Path $folder -PassThru).FullName
        Measure-Pair 'SHA-256 of all devices: openssl' { Get-VmaDeviceHash $Archive } { openssl dgst -sha256 $disks } $warm
    }
    finally {
        Remove-Item -Recurse -Force $folder
    }
}
