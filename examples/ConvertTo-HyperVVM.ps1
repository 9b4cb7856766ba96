<#
.SYNOPSIS
    Makes a Hyper-V VM like the one in a Proxmox backup, on VHDX images that were exported from it.
.DESCRIPTION
    Export the disks first, then run this in an elevated PowerShell on the Hyper-V host. Generation, firmware, memory,
    processors, disks and network adapters follow the VM's configuration, and Secure Boot the EFI variables. The EFI variables and the state of a TPM are not
    carried over: Hyper-V keeps its own.

    With -AsParameters nothing is made; the parameters for the Hyper-V cmdlets come out instead, one table for each cmdlet.
.PARAMETER Path
    The archive, for its configuration.
.PARAMETER ImageFolder
    The folder with the images, named like <device>.vhdx, as Export-VmaDevice names them.
.PARAMETER Name
    The name of the new VM; the old one unless given.
.PARAMETER SwitchName
    The virtual switch to connect the network adapters to; they stay unconnected unless given.
.PARAMETER AsParameters
    Gives the parameters and makes nothing.
.EXAMPLE
    Export-VmaDevice D:\VMs\tiny -InputObject .\backup.vma.zst -Format Vhdx
    .\examples\ConvertTo-HyperVVM.ps1 .\backup.vma.zst -ImageFolder D:\VMs\tiny -SwitchName External -WhatIf
.EXAMPLE
    ./examples/ConvertTo-HyperVVM.ps1 ./samples/vzdump-qemu-101-2026_11_20-02_00_03.vma.zst -ImageFolder ./out/disks -AsParameters
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
param(
    [Parameter(Mandatory = $true, Position = 0)][string] $Path,
    [Parameter(Mandatory = $true, Position = 1)][string] $ImageFolder,
    [string] $Name,
    [string] $SwitchName,
    [switch] $AsParameters
)

$ErrorActionPreference = 'Stop'

# The machine, as its configuration describes it.
$machine = Get-VmaVM -LiteralPath $Path
if ($machine.Architecture -and $machine.Architecture -ne 'x86_64') {
    Write-Warning "The guest is one for $($machine.Architecture), which Hyper-V on a PC does not run."
}

# Texts from a backup can be anything; a name keeps its harmless characters.
if (-not $Name) { $Name = if ($machine.Name) { $machine.Name -replace '[^\w.-]', '_' } else { 'restored' } }
$isUefi = $machine.Bios -eq 'ovmf'
$isWindowsGuest = $machine.OSType -match '^w'
$memory = [long]$(if ($machine.Memory) { $machine.Memory } else { 512MB })
# Hyper-V takes memory in steps of 2 MiB.
$memory = [long][math]::Ceiling($memory / 2MB) * 2MB

$result = [ordered]@{
    'New-VM' = @{
        Name = $Name
        Generation = $(if ($isUefi) { 2 } else { 1 })
        MemoryStartupBytes = $memory
        NoVHD = $true
    }
    'Set-VMProcessor' = @{
        VMName = $Name
        Count = [math]::Max(1, [int]$machine.Cores * [int]$machine.Sockets)
    }
    'Set-VMMemory' = @{
        VMName = $Name
        DynamicMemoryEnabled = $false
        StartupBytes = $memory
    }
}

# Ballooning down to a minimum is what Hyper-V calls dynamic memory.
if ($machine.Balloon -and $machine.Balloon -lt $memory) {
    $result['Set-VMMemory'] = @{
        VMName = $Name
        DynamicMemoryEnabled = $true
        MinimumBytes = [long][math]::Ceiling($machine.Balloon / 2MB) * 2MB
        StartupBytes = $memory
        MaximumBytes = $memory
    }
}

if ($isUefi) {
    # What the firmware had on says more than with which keys its disk was made.
    $efi = $machine.Disks | Where-Object Bus -EQ 'efidisk' | Select-Object -First 1
    $hasKeys = $efi -and $efi.Options.ContainsKey('pre-enrolled-keys') -and $efi.Options['pre-enrolled-keys'] -eq '1'
    $firmware = if ($efi -and $null -ne $efi.DeviceId) { Get-VmaFirmware -LiteralPath $machine.ArchivePath -ErrorAction SilentlyContinue }
    $firmware = $firmware | Where-Object { $_.Kind -eq 'EfiVariables' -and $_.State -eq 'Present' -and $null -ne $_.IsSecureBoot } | Select-Object -First 1
    if ($firmware) { $hasKeys = $firmware.IsSecureBoot }
    $result['Set-VMFirmware'] = @{ VMName = $Name; EnableSecureBoot = $(if ($hasKeys) { 'On' } else { 'Off' }) }
    if ($hasKeys) {
        $result['Set-VMFirmware'].SecureBootTemplate = $(if ($isWindowsGuest) { 'MicrosoftWindows' } else { 'MicrosoftUEFICertificateAuthority' })
    }
}

# The boot disk comes first: generation 1 boots from IDE 0:0 only, generation 2 tries SCSI 0:0 first.
$boot = @($machine.BootOrder)
$disks = @($machine.Disks | Where-Object { $_.DeviceName -and $_.Bus -notin 'efidisk', 'tpmstate' } |
        Sort-Object { $at = $boot.IndexOf($_.Key); if ($at -lt 0) { 1000 } else { $at } }, Bus, Index)
# 1:0 holds the DVD drive that New-VM gives to generation 1.
$ide = @(@(0, 0), @(0, 1), @(1, 1))
$next = 0
$scsi = 0
$result['Add-VMHardDiskDrive'] = @(foreach ($disk in $disks) {
        $image = Join-Path $ImageFolder "$($disk.DeviceName -replace '[^\w.-]', '_').vhdx"
        if (-not $isUefi -and $next -lt $ide.Count) {
            @{ VMName = $Name; ControllerType = 'IDE'; ControllerNumber = $ide[$next][0]; ControllerLocation = $ide[$next][1]; Path = $image }
            $next++
        }
        else {
            @{ VMName = $Name; ControllerType = 'SCSI'; ControllerNumber = 0; ControllerLocation = $scsi; Path = $image }
            $scsi++
        }
    })

$result['Add-VMNetworkAdapter'] = @(foreach ($network in $machine.Networks) {
        $adapter = @{ VMName = $Name; Name = $network.Key }
        if ($network.MacAddress -match '^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$') { $adapter.StaticMacAddress = $network.MacAddress -replace ':' }
        if ($SwitchName) { $adapter.SwitchName = $SwitchName }
        $adapter
    })

$result['Set-VMNetworkAdapterVlan'] = @(foreach ($network in $machine.Networks | Where-Object Tag) {
        @{ VMName = $Name; VMNetworkAdapterName = $network.Key; Access = $true; VlanId = $network.Tag }
    })

if ($AsParameters) { return $result }

foreach ($disk in $machine.Disks | Where-Object { $_.Bus -in 'efidisk', 'tpmstate' }) {
    Write-Warning "$($disk.Key) is not carried over: Hyper-V keeps EFI variables and TPM state itself. Disks locked with this TPM need their recovery key."
}

if (-not $PSCmdlet.ShouldProcess($Name, "Make a VM of generation $($result['New-VM'].Generation) with $($disks.Count) disk(s)")) { return }

foreach ($disk in $result['Add-VMHardDiskDrive']) {
    if (-not (Test-Path -LiteralPath $disk.Path)) { throw "There is no image '$($disk.Path)'. Export it with: Export-VmaDevice '$ImageFolder' -InputObject '$Path' -Format Vhdx" }
}

$parameters = $result['New-VM']
$vm = New-VM @parameters
# New-VM adds an adapter of its own.
Get-VMNetworkAdapter -VMName $Name | Remove-VMNetworkAdapter
foreach ($command in $result.Keys | Where-Object { $_ -ne 'New-VM' }) {
    foreach ($parameters in $result[$command]) { & $command @parameters }
}

if ($isUefi -and $disks.Count -gt 0) { Set-VMFirmware -VMName $Name -FirstBootDevice (Get-VMHardDiskDrive -VMName $Name -ControllerLocation 0) }
$vm
