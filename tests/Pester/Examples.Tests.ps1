BeforeDiscovery {
    $script:Scripts = @(Get-ChildItem "$PSScriptRoot/../../examples" -Filter *.ps1 | ForEach-Object { @{ Name = $_.Name; File = $_.FullName } })
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:Examples = Join-Path $RepositoryRoot 'examples'
    $script:Sample = Join-Path $RepositoryRoot 'samples/vzdump-qemu-101-2026_11_20-02_00_03.vma.zst'
    $script:Images = Join-Path $TestDrive 'images'

    # Runs an example on a configuration of the fixtures, as if an archive held it.
    function Invoke-Example([string] $Name, [string] $Config, [hashtable] $Arguments = @{}) {
        Invoke-ExampleOn $Name ([System.IO.File]::ReadAllBytes((Join-Path $Fixtures "guests/$Config"))) $Arguments
    }

    function Invoke-ExampleOn([string] $Name, [byte[]] $Bytes, [hashtable] $Arguments = @{}) {
        [System.IO.File]::WriteAllBytes((Join-Path $TestDrive 'machine.conf'), $Bytes)
        $machine = Get-VmaVM -ConfigPath (Join-Path $TestDrive 'machine.conf')
        # Without an archive no disk has a device; the map lines say which had one.
        foreach ($match in [regex]::Matches([System.Text.Encoding]::UTF8.GetString($Bytes), '(?m)^#qmdump#map:(\w+):([^:\r\n]*)')) {
            $machine.Disks | Where-Object Key -EQ $match.Groups[1].Value | Add-Member DeviceName $match.Groups[2].Value -Force
        }

        Mock Get-VmaVM { $machine }.GetNewClosure()
        & (Join-Path $Examples "$Name.ps1") -Path 'any.vma' -ImageFolder $Images @Arguments
    }

    # A configuration whose texts try to get out of where they are put.
    $script:Hostile = [System.Text.Encoding]::UTF8.GetBytes((@(
                'name: a"; rm -rf / #$(id)`id`%PATH%'
                '#</description><evil/>'
                'net0: virtio=$(id),bridge=vmbr0'
                'scsi0: local:vm-1-disk-0,size=1G'
                '#qmdump#map:scsi0:drive-scsi0$(id)"/../x:local:raw:'
            ) -join "`n"))
}

Describe 'ConvertTo-HyperVVM' {
    It 'makes a generation 2 VM of a UEFI guest' {
        $set = & "$Examples/ConvertTo-HyperVVM.ps1" $Sample $Images -SwitchName External -AsParameters
        $set['New-VM'].Name | Should -Be 'tiny'
        $set['New-VM'].Generation | Should -Be 2
        $set['New-VM'].MemoryStartupBytes | Should -Be 2GB
        $set['Set-VMProcessor'].Count | Should -Be 2
        $set['Set-VMFirmware'].EnableSecureBoot | Should -Be 'On'
        $set['Set-VMFirmware'].SecureBootTemplate | Should -Be 'MicrosoftUEFICertificateAuthority'
        @($set['Add-VMHardDiskDrive']).ForEach({ [System.IO.Path]::GetFileName($_.Path) }) | Should -Be 'drive-scsi0.vhdx', 'drive-scsi2.vhdx'
        @($set['Add-VMHardDiskDrive']).ControllerLocation | Should -Be 0, 1
        $set['Add-VMNetworkAdapter'][0].StaticMacAddress | Should -Be 'BC2411000101'
        $set['Add-VMNetworkAdapter'][0].SwitchName | Should -Be 'External'
    }

    It 'makes a generation 1 VM of a BIOS guest, booting from IDE 0:0' {
        $set = Invoke-Example ConvertTo-HyperVVM old-ide.conf @{ AsParameters = $true }
        $set['New-VM'].Generation | Should -Be 1
        $set.Contains('Set-VMFirmware') | Should -BeFalse
        $set['Set-VMProcessor'].Count | Should -Be 2
        $first = $set['Add-VMHardDiskDrive'][0]
        "$($first.ControllerType) $($first.ControllerNumber):$($first.ControllerLocation)" | Should -Be 'IDE 0:0'
        [System.IO.Path]::GetFileName($first.Path) | Should -Be 'drive-ide0.vhdx'
    }

    It 'keeps VLANs and the Windows template' {
        $set = Invoke-Example ConvertTo-HyperVVM windows11.conf @{ AsParameters = $true }
        $set['Set-VMNetworkAdapterVlan'][0].VlanId | Should -Be 20
        $set['Set-VMFirmware'].SecureBootTemplate | Should -Be 'MicrosoftWindows'
        @($set['Add-VMNetworkAdapter']).Count | Should -Be 2
    }

    It 'makes nothing with -WhatIf' {
        { & "$Examples/ConvertTo-HyperVVM.ps1" $Sample $Images -WhatIf -WarningAction SilentlyContinue } | Should -Not -Throw
    }

    It 'makes hostile names harmless' {
        $set = Invoke-ExampleOn ConvertTo-HyperVVM $Hostile @{ AsParameters = $true }
        $set['New-VM'].Name | Should -Match '^[\w.-]+$'
        Split-Path $set['Add-VMHardDiskDrive'][0].Path | Should -Be $Images
        $set['Add-VMNetworkAdapter'][0].Contains('StaticMacAddress') | Should -BeFalse
    }
}

Describe 'ConvertTo-LibvirtXml' {
    It 'describes a machine for ARM' {
        $config = [System.Text.Encoding]::UTF8.GetBytes("name: arm`narch: aarch64`nbios: ovmf`nide0: local:vm-1-disk-0,size=1G`n#qmdump#map:ide0:drive-ide0:local:raw:`n")
        [xml] $xml = Invoke-ExampleOn ConvertTo-LibvirtXml $config
        "$($xml.domain.os.type.arch) $($xml.domain.os.type.machine)" | Should -Be 'aarch64 virt'
        @($xml.domain.devices.disk)[0].target.bus | Should -Be 'scsi'
        $xml.domain.features.SelectSingleNode('apic') | Should -BeNullOrEmpty
    }

    It 'describes the machine' {
        [xml] $xml = & "$Examples/ConvertTo-LibvirtXml.ps1" $Sample $Images
        $domain = $xml.domain
        $domain.name | Should -Be 'tiny'
        $domain.memory.InnerText | Should -Be '2048'
        $domain.vcpu | Should -Be '2'
        $domain.os.firmware | Should -Be 'efi'
        $domain.os.type.machine | Should -Be 'q35'
        @($domain.devices.disk).Count | Should -Be 2
        @($domain.devices.disk)[0].source.file | Should -Be (Join-Path $Images 'drive-scsi0.qcow2')
        @($domain.devices.disk).ForEach({ $_.target.dev }) | Should -Be 'sda', 'sdb'
        @($domain.devices.disk)[0].boot.order | Should -Be '1'
        $domain.devices.interface.mac.address | Should -Be 'bc:24:11:00:01:01'
        $domain.devices.channel.target.name | Should -Be 'org.qemu.guest_agent.0'
        $domain.devices.tpm.backend.version | Should -Be '2.0'
    }

    It 'gives an old machine IDE disks and no firmware' {
        [xml] $xml = Invoke-Example ConvertTo-LibvirtXml old-ide.conf @{ Bridge = 'br0'; Format = 'raw' }
        $xml.domain.os.HasAttribute('firmware') | Should -BeFalse
        @($xml.domain.devices.disk).ForEach({ $_.target.dev }) | Should -Be 'hda', 'hdb'
        $xml.domain.devices.disk[0].driver.type | Should -Be 'raw'
        $xml.domain.devices.interface.source.bridge | Should -Be 'br0'
    }

    It 'keeps hostile texts texts' {
        [xml] $xml = Invoke-ExampleOn ConvertTo-LibvirtXml $Hostile
        $xml.GetElementsByTagName('evil').Count | Should -Be 0
        $xml.domain.description | Should -BeLike '*</description><evil/>*'
        $xml.domain.name | Should -Match '^[\w.-]+$'
        Split-Path $xml.domain.devices.disk.source.file | Should -Be $Images
    }
}

Describe 'ConvertTo-VBoxManage' {
    It 'writes the commands' {
        $lines = & "$Examples/ConvertTo-VBoxManage.ps1" $Sample $Images
        $lines[0] | Should -Be 'VBoxManage createvm --name "tiny" --ostype Linux26_64 --register'
        $lines[1] | Should -Match '--memory 2048 --cpus 2 --firmware efi64 --chipset ich9'
        @($lines -match 'storageattach').Count | Should -Be 2
        @($lines -match 'storageattach')[0] | Should -BeLike "*--port 0 *--medium `"$(Join-Path $Images 'drive-scsi0.vdi')`""
        $lines -match '--macaddress1 BC2411000101' | Should -Not -BeNullOrEmpty
    }

    It 'lets no text become a command' {
        $lines = Invoke-ExampleOn ConvertTo-VBoxManage $Hostile
        $lines | Should -Not -Match '[$`;%#]'
        foreach ($line in $lines) {
            ($line -replace '[^"]').Length % 2 | Should -Be 0
            $errors = $null
            $parsed = [System.Management.Automation.Language.Parser]::ParseInput($line, [ref] $null, [ref] $errors)
            $errors | Should -BeNullOrEmpty
            $parsed.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true).Count | Should -Be 1
        }
    }

    It 'refuses a folder that a shell would not take as text' {
        { & "$Examples/ConvertTo-VBoxManage.ps1" $Sample '/tmp/$(id)' } | Should -Throw
    }
}

Describe 'The help of examples' {
    It 'describes <Name> and each of its parameters' -ForEach $Scripts {
        $help = Get-Help $File -Full
        "$($help.description.Text)" | Should -Not -BeNullOrEmpty
        @($help.examples.example).Count | Should -BeGreaterOrEqual 1
        $mute = $help.parameters.parameter | Where-Object { $_.name -notin 'WhatIf', 'Confirm' -and -not "$($_.description.Text)" }
        $mute.name | Should -BeNullOrEmpty
    }
}
