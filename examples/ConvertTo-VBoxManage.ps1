<#
.SYNOPSIS
    Writes the VBoxManage commands that make a VirtualBox VM like the one in a Proxmox backup, on images exported from it.
.DESCRIPTION
    One command a line goes to the pipeline, in a form that PowerShell, cmd and sh all take. Read them, save them, run them.
    EFI variables and TPM state are not carried over: VirtualBox keeps its own.
.PARAMETER Path
    The archive, for its configuration.
.PARAMETER ImageFolder
    The folder with the images, named like <device>.vdi, as Export-VmaDevice names them.
.PARAMETER Name
    The name of the new VM; the old one unless given.
.PARAMETER BridgeAdapter
    The host's network adapter to bridge to; NAT unless given.
.EXAMPLE
    Export-VmaDevice ./vm -InputObject ./backup.vma.zst -Format Vdi
    ./examples/ConvertTo-VBoxManage.ps1 ./backup.vma.zst ./vm | Set-Content ./vm/create.ps1
    ./vm/create.ps1
.EXAMPLE
    ./examples/ConvertTo-VBoxManage.ps1 ./samples/vzdump-qemu-101-2026_11_20-02_00_03.vma.zst ./out/disks
#>
[CmdletBinding()]
[OutputType([string])]
param(
    [Parameter(Mandatory = $true, Position = 0)][string] $Path,
    [Parameter(Mandatory = $true, Position = 1)][string] $ImageFolder,
    [string] $Name,
    [string] $BridgeAdapter
)

$ErrorActionPreference = 'Stop'

# The machine, as its configuration describes it.
$machine = Get-VmaVM -LiteralPath $Path
if ($machine.Architecture -and $machine.Architecture -ne 'x86_64') {
    Write-Warning "The guest is one for $($machine.Architecture), which VirtualBox on a PC does not run."
}

if (-not $Name) { $Name = if ($machine.Name) { $machine.Name } else { 'restored' } }
$folder = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($ImageFolder)
foreach ($text in $folder, $BridgeAdapter) {
    if ($text -match '["$`%!]') { throw "'$text' has a character that a shell would take for a command." }
}

# These lines will be run, and texts from a backup can be anything: a name keeps its harmless characters.
$Name = $Name -replace '[^\w.-]', '_'

$types = @{
    l24 = 'Linux24_64'; l26 = 'Linux26_64'; solaris = 'Solaris11_64'
    wxp = 'WindowsXP_64'; w2k = 'Windows2000'; w2k3 = 'Windows2003_64'; w2k8 = 'Windows2008_64'
    wvista = 'WindowsVista_64'; win7 = 'Windows7_64'; win8 = 'Windows81_64'; win10 = 'Windows10_64'; win11 = 'Windows11_64'
}
$type = if ($machine.OSType -and $types.ContainsKey($machine.OSType)) { $types[$machine.OSType] } else { 'Other_64' }
$firmware = if ($machine.Bios -eq 'ovmf') { 'efi64' } else { 'bios' }
$chipset = if ($machine.Machine -match 'q35') { 'ich9' } else { 'piix3' }
$memory = if ($machine.Memory) { [long]($machine.Memory / 1MB) } else { 512 }
$cpus = [math]::Max(1, [int]$machine.Cores * [int]$machine.Sockets)
$utc = if ($machine.OSType -match '^w') { 'off' } else { 'on' }
$boot = @($machine.BootOrder)

"VBoxManage createvm --name `"$Name`" --ostype $type --register"
"VBoxManage modifyvm `"$Name`" --memory $memory --cpus $cpus --firmware $firmware --chipset $chipset --ioapic on --rtcuseutc $utc"
if ($machine.Disks | Where-Object Bus -EQ 'tpmstate') { "VBoxManage modifyvm `"$Name`" --tpm-type 2.0" }

# VirtualBox takes eight adapters.
$number = 0
foreach ($adapter in $machine.Networks | Select-Object -First 8) {
    $number++
    $nic = @{ virtio = 'virtio'; e1000 = '82540EM'; 'e1000-82545em' = '82545EM'; pcnet = 'Am79C973' }[[string]$adapter.Model]
    if (-not $nic) { $nic = '82540EM' }
    $attachment = if ($BridgeAdapter) { "bridged --bridgeadapter$number `"$BridgeAdapter`"" } else { 'nat' }
    $line = "VBoxManage modifyvm `"$Name`" --nic$number $attachment --nictype$number $nic"
    if ($adapter.MacAddress -match '^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$') { $line += " --macaddress$number $(($adapter.MacAddress -replace ':').ToUpperInvariant())" }
    $line
}

# All disks on one SATA controller, the boot disk first: every guest has a driver for it.
$disks = @($machine.Disks | Where-Object { $_.DeviceName -and $_.Bus -notin 'efidisk', 'tpmstate' } |
        Sort-Object { $at = $boot.IndexOf($_.Key); if ($at -lt 0) { 1000 } else { $at } }, Bus, Index)
if ($disks.Count -gt 30) { throw "A SATA controller takes 30 disks; the VM has $($disks.Count)." }
if ($disks.Count -gt 0) { "VBoxManage storagectl `"$Name`" --name SATA --add sata --portcount $($disks.Count) --bootable on" }
for ($port = 0; $port -lt $disks.Count; $port++) {
    $image = [System.IO.Path]::Combine($folder, "$($disks[$port].DeviceName -replace '[^\w.-]', '_').vdi")
    "VBoxManage storageattach `"$Name`" --storagectl SATA --port $port --device 0 --type hdd --medium `"$image`""
}
