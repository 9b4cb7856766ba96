<#
.SYNOPSIS
    Writes a libvirt domain XML for the VM in a Proxmox backup, on images that were exported from it.
.DESCRIPTION
    The XML goes to the pipeline: save it and give it to `virsh define`. Firmware, memory, processors, disks, network adapters
    and boot order follow the VM's configuration, and Secure Boot the EFI variables. EFI variables and TPM state are not carried over: libvirt makes new ones.
.PARAMETER Path
    The archive, for its configuration.
.PARAMETER ImageFolder
    The folder with the images, named like <device>.qcow2, as Export-VmaDevice names them.
.PARAMETER Format
    The format of the images: qcow2 or raw.
.PARAMETER Name
    The name of the new domain; the old one unless given.
.PARAMETER Network
    The libvirt network to connect the adapters to.
.PARAMETER Bridge
    The bridge to connect the adapters to, instead of a libvirt network.
.EXAMPLE
    Export-VmaDevice ./vm -InputObject ./backup.vma.zst -Format Qcow2
    ./examples/ConvertTo-LibvirtXml.ps1 ./backup.vma.zst ./vm > ./vm/domain.xml
    virsh define ./vm/domain.xml
.EXAMPLE
    ./examples/ConvertTo-LibvirtXml.ps1 ./samples/vzdump-qemu-101-2026_11_20-02_00_03.vma.zst ./out/disks
#>
[CmdletBinding()]
[OutputType([string])]
param(
    [Parameter(Mandatory = $true, Position = 0)][string] $Path,
    [Parameter(Mandatory = $true, Position = 1)][string] $ImageFolder,
    [ValidateSet('qcow2', 'raw')][string] $Format = 'qcow2',
    [string] $Name,
    [string] $Network = 'default',
    [string] $Bridge
)

$ErrorActionPreference = 'Stop'

# The machine, as its configuration describes it.
$machine = Get-VmaVM -LiteralPath $Path

# Texts from a backup can be anything; a name keeps its harmless characters.
if (-not $Name) { $Name = if ($machine.Name) { $machine.Name -replace '[^\w.-]', '_' } else { 'restored' } }
$folder = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($ImageFolder)
$isArm = $machine.Architecture -eq 'aarch64'
$isQ35 = $machine.Machine -match 'q35'
$isUefi = $machine.Bios -eq 'ovmf'
$cores = [math]::Max(1, [int]$machine.Cores)
$sockets = [math]::Max(1, [int]$machine.Sockets)
$boot = @($machine.BootOrder)

$text = New-Object System.Text.StringBuilder
$settings = New-Object System.Xml.XmlWriterSettings
$settings.Indent = $true
$settings.OmitXmlDeclaration = $true
$xml = [System.Xml.XmlWriter]::Create($text, $settings)

# <name attribute="value">content</name>; the content is a text or a block that writes more.
function Write-Element([string] $Element, [System.Collections.IDictionary] $Attributes, [object] $Content) {
    $xml.WriteStartElement($Element)
    if ($Attributes) { foreach ($key in $Attributes.Keys) { $xml.WriteAttributeString($key, [string]$Attributes[$key]) } }
    if ($Content -is [scriptblock]) { & $Content } elseif ($null -ne $Content) { $xml.WriteString([string]$Content) }
    $xml.WriteEndElement()
}

function Write-BootOrder([string] $Key) {
    $at = $boot.IndexOf($Key)
    if ($at -ge 0) { Write-Element boot ([ordered]@{ order = $at + 1 }) }
}

# sda, sdb and on to sdz, sdaa: each name once, over all buses that share a prefix.
$used = @{}
function Get-TargetName([string] $Prefix) {
    $number = [int]$used[$Prefix]
    $used[$Prefix] = $number + 1
    $letters = ''
    do {
        $letters = [string][char](97 + $number % 26) + $letters
        $number = [math]::Floor($number / 26) - 1
    } while ($number -ge 0)
    return $Prefix + $letters
}

function Write-Disk([object] $Disk) {
    # A q35 board has no IDE, and one for ARM neither that nor SATA.
    $bus = if ($Disk.Bus -ne 'ide') { $Disk.Bus } elseif ($isArm) { 'scsi' } elseif ($isQ35) { 'sata' } else { 'ide' }
    $prefix = @{ ide = 'hd'; sata = 'sd'; scsi = 'sd'; virtio = 'vd' }[$bus]
    $driver = [ordered]@{ name = 'qemu'; type = $Format }
    if ($Disk.Options.ContainsKey('discard') -and $Disk.Options['discard'] -eq 'on') { $driver.discard = 'unmap' }
    Write-Element disk ([ordered]@{ type = 'file'; device = 'disk' }) {
        Write-Element driver $driver
        Write-Element source ([ordered]@{ file = [System.IO.Path]::Combine($folder, "$($Disk.DeviceName -replace '[^\w.-]', '_').$Format") })
        Write-Element target ([ordered]@{ dev = (Get-TargetName $prefix); bus = $bus })
        Write-BootOrder $Disk.Key
    }
}

function Write-Interface([object] $Adapter) {
    $source = if ($Bridge) { [ordered]@{ bridge = $Bridge } } else { [ordered]@{ network = $Network } }
    Write-Element interface ([ordered]@{ type = @($source.Keys)[0] }) {
        if ($Adapter.MacAddress -match '^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$') { Write-Element mac ([ordered]@{ address = $Adapter.MacAddress.ToLowerInvariant() }) }
        Write-Element source $source
        $model = if ($Adapter.Model -in 'virtio', 'e1000', 'e1000e', 'rtl8139', 'vmxnet3') { $Adapter.Model } else { 'virtio' }
        Write-Element model ([ordered]@{ type = $model })
        Write-BootOrder $Adapter.Key
    }
}

Write-Element domain ([ordered]@{ type = 'kvm' }) {
    Write-Element name $null $Name
    if ($machine.Description) { Write-Element description $null ($machine.Description -replace '[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]') }
    Write-Element memory ([ordered]@{ unit = 'MiB' }) $(if ($machine.Memory) { [long]($machine.Memory / 1MB) } else { 512 })
    Write-Element vcpu $null ($cores * $sockets)
    $os = [ordered]@{}
    if ($isUefi) { $os.firmware = 'efi' }
    $efi = $machine.Disks | Where-Object { $_.Bus -eq 'efidisk' -and $null -ne $_.DeviceId } | Select-Object -First 1
    $variables = if ($isUefi -and $efi) { Get-VmaFirmware -LiteralPath $machine.ArchivePath -ErrorAction SilentlyContinue }
    $variables = $variables | Where-Object { $_.Kind -eq 'EfiVariables' -and $_.State -eq 'Present' -and $null -ne $_.IsSecureBoot } | Select-Object -First 1
    Write-Element os $os {
        $board = if ($isArm) { 'virt' } elseif ($isQ35) { 'q35' } else { 'pc' }
        Write-Element type ([ordered]@{ arch = $(if ($isArm) { 'aarch64' } else { 'x86_64' }); machine = $board }) 'hvm'
        if ($variables) {
            $answer = if ($variables.IsSecureBoot) { 'yes' } else { 'no' }
            Write-Element firmware $null {
                Write-Element feature ([ordered]@{ enabled = $answer; name = 'enrolled-keys' })
                Write-Element feature ([ordered]@{ enabled = $answer; name = 'secure-boot' })
            }
        }
    }
    Write-Element features $null { Write-Element acpi; if (-not $isArm) { Write-Element apic } }
    Write-Element cpu ([ordered]@{ mode = $(if ($machine.Cpu -match '^host') { 'host-passthrough' } else { 'host-model' }) }) {
        Write-Element topology ([ordered]@{ sockets = $sockets; cores = $cores; threads = 1 })
    }
    # Windows takes the clock of the board for local time.
    Write-Element clock ([ordered]@{ offset = $(if ($machine.OSType -match '^w') { 'localtime' } else { 'utc' }) })
    Write-Element devices $null {
        $disks = @($machine.Disks | Where-Object { $_.DeviceName -and $_.Bus -notin 'efidisk', 'tpmstate' })
        foreach ($disk in $disks) { Write-Disk $disk }
        if ($disks | Where-Object { $_.Bus -eq 'scsi' -or ($isArm -and $_.Bus -eq 'ide') }) { Write-Element controller ([ordered]@{ type = 'scsi'; index = 0; model = 'virtio-scsi' }) }
        foreach ($adapter in $machine.Networks) { Write-Interface $adapter }
        if ($machine.IsAgentEnabled) {
            Write-Element channel ([ordered]@{ type = 'unix' }) { Write-Element target ([ordered]@{ type = 'virtio'; name = 'org.qemu.guest_agent.0' }) }
        }
        if ($machine.Disks | Where-Object Bus -EQ 'tpmstate') {
            Write-Element tpm ([ordered]@{ model = 'tpm-crb' }) { Write-Element backend ([ordered]@{ type = 'emulator'; version = '2.0' }) }
        }
        Write-Element console ([ordered]@{ type = 'pty' })
        Write-Element graphics ([ordered]@{ type = 'vnc'; autoport = 'yes' })
        Write-Element video $null { Write-Element model ([ordered]@{ type = 'virtio' }) }
    }
}

$xml.Dispose()
$text.ToString()
