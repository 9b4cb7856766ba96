BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $disk = Join-Path $TestDrive 'dc01.raw'
    $bytes = [byte[]]::new(3MB)
    [Random]::new(1).NextBytes($bytes)
    [System.IO.File]::WriteAllBytes($disk, $bytes)
}

Describe 'New-VmaConfig' {
    It 'makes what Get-VmaVM reads' {
        $config = New-VmaConfig web $disk, 10GB -OSType l26 -Cores 2 -Sockets 2 -Memory 4GB -Cpu host -Description 'moved: all of it'
        $config.Name | Should -BeExactly 'qemu-server.conf'
        $vm = [VmaTools.VmaVM]::From($config.GetBytes(), $null)
        $vm.Name | Should -BeExactly 'web'
        $vm.Cores | Should -Be 2
        $vm.Sockets | Should -Be 2
        $vm.Memory | Should -Be 4GB
        $vm.OSType | Should -BeExactly 'l26'
        $vm.Cpu | Should -BeExactly 'host'
        $vm.Bios | Should -BeExactly 'seabios'
        $vm.BootOrder | Should -Be 'scsi0'
        $vm.Disks.Key | Should -Be 'scsi0', 'scsi1'
        $vm.Disks.Size | Should -Be 3MB, 10GB
        $vm.Networks.Model | Should -Be 'virtio'
        $vm.Description.Trim() | Should -BeExactly 'moved: all of it'
    }

    It 'makes an archive whose devices agree with it' {
        $config = Get-Item $disk | New-VmaConfig dc01 -OSType win10 -Bios Ovmf -MacAddress 00155D0A0B0C
        New-VmaArchive $TestDrive/store $disk -Config $config -VMId 120 -Time '2026-11-20 02:00:03' -WarningVariable warning
        $warning | Should -BeNullOrEmpty
        $archive = Join-Path $TestDrive 'store/vzdump-qemu-120-2026_11_20-02_00_03.vma.zst'
        (Get-VmaDevice $archive).Name | Sort-Object | Should -Be 'drive-efidisk0', 'drive-sata0'
        (Get-VmaDeviceHash $archive -Name drive-sata0).Hash | Should -Be (Get-FileHash $disk).Hash
        $vm = Get-VmaVM $archive
        $vm.Bios | Should -BeExactly 'ovmf'
        ($vm.Disks | Sort-Object Key).DeviceName | Should -Be 'drive-efidisk0', 'drive-sata0'
        $vm.Networks.Model | Should -Be 'e1000'
        $vm.Networks.MacAddress | Should -Be '00:15:5D:0A:0B:0C'
    }

    It 'takes the sizes of images' {
        New-VmaArchive $TestDrive/a.vma $disk -WarningAction SilentlyContinue
        $image = (Export-VmaDevice $TestDrive/a.vhdx -InputObject $TestDrive/a.vma -PassThru).FullName
        (New-VmaConfig x $image).Text | Should -Match 'size=3M'
        (Get-VmaDevice $TestDrive/a.vma | New-VmaConfig x).Text | Should -Match 'size=3M'
    }

    It 'warns of what Windows 11 wants' {
        $null = New-VmaConfig -OSType win11 -WarningVariable warning -WarningAction SilentlyContinue
        $warning | Should -Match 'TPM'
    }

    It 'makes no network where none is wanted' {
        (New-VmaConfig -MacAddress @()).Text | Should -Not -Match 'net0'
    }

    It 'refuses what Proxmox does not take' {
        { New-VmaConfig 'a b' } | Should -Throw -ErrorId 'ConfigValueInvalid,*'
        { New-VmaConfig a -OSType win12 } | Should -Throw -ErrorId 'ConfigValueInvalid,*'
        { New-VmaConfig a -Memory 1 } | Should -Throw -ErrorId 'ConfigValueInvalid,*'
    }

    It 'refuses a disk that is empty' {
        $null = New-Item "$TestDrive/empty.raw" -ItemType File -Force
        { New-VmaConfig a "$TestDrive/empty.raw" } | Should -Throw -ErrorId 'InvalidInputObject,*'
    }

    It 'completes kinds of guests' {
        (TabExpansion2 'New-VmaConfig -OSType win1' -cursorColumn 26).CompletionMatches.CompletionText | Should -Be 'win10', 'win11'
    }

    Context 'of what another hypervisor wrote down' {
        BeforeAll {
            # Disks of 3, 2 and 1 MiB, as VMware and VirtualBox export them.
            function Save-Machine([string] $Name, [string[]] $Disks) {
                $folder = (New-Item -ItemType Directory -Force "$TestDrive/$($Name.Replace('.', '-'))").FullName
                Copy-Item (Join-Path $Fixtures "machines/$Name") $folder
                $size = 3MB
                foreach ($disk in $Disks) {
                    [Array]::Resize([ref] $bytes, $size)
                    [System.IO.File]::WriteAllBytes("$folder/raw", $bytes)
                    New-VmaArchive "$folder/one.vma" "$folder/raw" -WarningAction SilentlyContinue
                    Export-VmaDevice "$folder/$disk" -InputObject "$folder/one.vma" -Subformat StreamOptimized
                    Remove-Item "$folder/raw", "$folder/one.vma"
                    $size -= 1MB
                }

                "$folder/$Name"
            }

            $vsphere = Save-Machine 'vsphere.ovf' 'web shop-1.vmdk', 'web-shop-2.vmdk', 'web-shop-3.vmdk'
            $esxi = Save-Machine 'esxi.vmx' 'dc01.vmdk', 'dc01_1.vmdk'
        }

        It 'takes the machine from an OVF' {
            $config = New-VmaConfig -SourcePath $vsphere -WarningVariable warning -WarningAction SilentlyContinue
            $warning | Should -Match 'is empty'
            $vm = [VmaTools.VmaVM]::From($config.GetBytes(), $null)
            $vm.Name | Should -BeExactly 'web-shop-1'
            $vm.Cores, $vm.Sockets | Should -Be 4, 2
            $vm.Memory | Should -Be 6GB
            $vm.Bios | Should -BeExactly 'ovmf'
            $vm.Disks.Key | Should -Be 'efidisk0', 'sata0', 'scsi0', 'scsi1'
            ($vm.Disks | Where-Object Key -eq scsi1).Size | Should -Be 2MB
            $vm.Networks.Model | Should -Be 'vmxnet3', 'e1000e'
            $vm.Networks[0].MacAddress | Should -Be '00:50:56:9A:0B:0C'
        }

        It 'lets parameters count before the file' {
            $config = New-VmaConfig shop -SourcePath $vsphere -Cores 2 -Sockets 1 -Memory 1GB -Bios Seabios -Bus virtio -MacAddress '' -Description mine -WarningAction SilentlyContinue
            $vm = [VmaTools.VmaVM]::From($config.GetBytes(), $null)
            $vm.Name, $vm.Cores, $vm.Sockets, $vm.Memory, $vm.Bios | Should -Be 'shop', 2, 1, 1GB, 'seabios'
            $vm.Description.Trim() | Should -BeExactly 'mine'
            $vm.Disks.Key | Should -Be 'virtio0', 'virtio1', 'virtio2'
            $vm.Networks.Model | Should -Be 'virtio'
            (New-VmaConfig -SourcePath $vsphere -Disk 5GB -WarningAction SilentlyContinue).Text | Should -Match 'scsi0: .*size=5G'
        }

        It 'makes an archive of the disks that an OVF names, which agree with the configuration' {
            $config = New-VmaConfig -SourcePath $vsphere -WarningAction SilentlyContinue
            New-VmaArchive $TestDrive/moved $vsphere -Config $config -VMId 130 -Time '2026-11-20 02:00:03' -WarningVariable warning
            $warning | Should -BeNullOrEmpty
            $archive = "$TestDrive/moved/vzdump-qemu-130-2026_11_20-02_00_03.vma.zst"
            $devices = Get-VmaDevice $archive
            $devices.Name | Should -Be 'drive-scsi0', 'drive-scsi1', 'drive-sata0', 'drive-efidisk0'
            $devices.Size[0..2] | Should -Be 3MB, 2MB, 1MB
            (Get-VmaDeviceHash $archive -Name drive-scsi0).Hash | Should -Be (Get-FileHash $disk).Hash
            (Get-VmaVM $archive).Disks.DeviceName | Should -Not -Contain $null
            (Test-VmaArchive $archive).IsComplete | Should -BeTrue
        }

        It 'takes the machine from a VMX' {
            $config = New-VmaConfig -SourcePath $esxi -WarningVariable warning -WarningAction SilentlyContinue
            "$warning" | Should -Match 'TPM'
            $vm = [VmaTools.VmaVM]::From($config.GetBytes(), $null)
            $vm.Name, $vm.OSType, $vm.Memory | Should -Be 'DC-01-old', 'win11', 8GB
            ($vm.Disks | Where-Object Key -like sata*).Size | Should -Be 3MB, 2MB
            $config.Text | Should -Match 'smbios1: uuid=421a0011-2233-4455-6677-8899aabbccdd'
            New-VmaArchive $TestDrive/vmx.vma $esxi -Config $config -WarningAction SilentlyContinue
            (Get-VmaDevice $TestDrive/vmx.vma).Name | Should -Be 'drive-sata0', 'drive-sata1', 'drive-efidisk0'
        }

        It 'refuses what leads elsewhere, and what is no description' {
            Set-Content "$TestDrive/evil.ovf" ((Get-Content -Raw $vsphere).Replace('web-shop-2.vmdk', '../../secret.vmdk'))
            Copy-Item "$(Split-Path $vsphere)/*.vmdk" $TestDrive
            { New-VmaConfig -SourcePath $TestDrive/evil.ovf } | Should -Throw -ErrorId 'MachineDescriptionInvalid,*'
            { New-VmaArchive $TestDrive/evil.vma $TestDrive/evil.ovf } | Should -Throw -ErrorId 'MachineDescriptionInvalid,*'
            Test-Path $TestDrive/evil.vma | Should -BeFalse
            Set-Content "$TestDrive/entity.ovf" ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + (Get-Content -Raw $vsphere).Substring(38))
            { New-VmaConfig -SourcePath $TestDrive/entity.ovf } | Should -Throw -ErrorId 'MachineDescriptionInvalid,*'
            { New-VmaConfig -SourcePath $disk } | Should -Throw -ErrorId 'MachineDescriptionInvalid,*'
            { New-VmaConfig -SourcePath $TestDrive/none.ovf } | Should -Throw -ErrorId 'ItemNotFound,*'
            Remove-Item "$(Split-Path $esxi)/dc01_1.vmdk"
            { New-VmaConfig -SourcePath $esxi } | Should -Throw -ErrorId 'ItemNotFound,*'
        }
    }
}
