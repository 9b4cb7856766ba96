BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $archive = Join-Path $Corpus 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
    $guests = Join-Path $Fixtures 'guests'
}

Describe 'Get-VmaVM' {
    It 'tells what machine an archive holds' {
        $vm = Get-VmaVM $archive
        $vm.VMId | Should -Be 101
        $vm.Name | Should -Be 'tiny'
        $vm.Description | Should -Be "Tiny guest for tests: two lines`nsecond line with $([char]0xe4) and 100%"
        $vm.Tags | Should -Be 'lab', 'tiny'
        $vm.Cpu | Should -Be 'host'
        $vm.Cores | Should -Be 2
        $vm.Sockets | Should -Be 1
        $vm.Memory | Should -Be 2GB
        $vm.Bios | Should -Be 'ovmf'
        $vm.Machine | Should -Be 'q35'
        $vm.OSType | Should -Be 'l26'
        $vm.IsAgentEnabled | Should -BeTrue
        $vm.BootOrder | Should -Be 'scsi0', 'net0'
        $vm.OtherSettings.Key | Should -Be 'meta', 'numa', 'scsihw', 'smbios1', 'vmgenid'
        $vm.ArchivePath | Should -Be $archive
    }

    It 'ties each disk to its device, or says why there is none' {
        $disks = (Get-VmaVM $archive).Disks
        $disks.Key | Should -Be 'efidisk0', 'ide2', 'scsi0', 'scsi1', 'scsi2', 'tpmstate0'
        $scsi0 = $disks | Where-Object Key -EQ scsi0
        $scsi0.Bus | Should -Be 'scsi'
        $scsi0.Index | Should -Be 0
        $scsi0.Storage | Should -Be 'local-lvm'
        $scsi0.Volume | Should -Be 'local-lvm:vm-101-disk-1'
        $scsi0.Size | Should -Be 8MB
        $scsi0.Options['discard'] | Should -Be 'on'
        $scsi0.DeviceName | Should -Be 'drive-scsi0'
        $scsi0.DeviceId | Should -Be 2
        $scsi0.DeviceSize | Should -Be 8MB
        $scsi0.WhyAbsent | Should -BeNullOrEmpty
        ($disks | Where-Object Key -EQ tpmstate0).DeviceName | Should -Be 'drive-tpmstate0-backup'
        ($disks | Where-Object Key -EQ scsi1).WhyAbsent | Should -BeExactly 'Excluded'
        ($disks | Where-Object Key -EQ ide2).WhyAbsent | Should -BeExactly 'CdRom'
    }

    It 'says when the archive lacks a device that the configuration names' {
        $disks = (Get-VmaVM (Join-Path $Corpus 'vmstate.vma')).Disks
        ($disks | Where-Object Key -EQ scsi0).WhyAbsent | Should -BeExactly 'DeviceMissing'
        ($disks | Where-Object Key -EQ scsi2).DeviceName | Should -Be 'drive-scsi2'
    }

    It 'lists network adapters' {
        $net = (Get-VmaVM -ConfigPath (Join-Path $guests 'windows11.conf')).Networks
        $net.Key | Should -Be 'net0', 'net1'
        $net.Model | Should -Be 'virtio', 'e1000e'
        $net.MacAddress | Should -Be 'BC:24:11:5A:0C:7E', 'BC:24:11:5A:0C:7F'
        $net.Bridge | Should -Be 'vmbr0', 'vmbr1'
        $net[0].Tag | Should -Be 20
        $net.HasFirewall | Should -Be $true, $false
        $net[1].Options['mtu'] | Should -Be '1400'
    }

    It 'tells sections apart' {
        $sections = (Get-VmaVM -ConfigPath (Join-Path $guests 'snapshots.conf')).Sections
        $sections.Kind | Should -Be 'Pending', 'Snapshot', 'Snapshot'
        $sections.Name | Should -Be 'PENDING', 'before', 'after'
        $sections[1].Description | Should -Be 'before the upgrade'
        ($sections[1].Settings | Where-Object Key -EQ memory).Value | Should -Be '2048'
    }

    It 'reads plain configuration files, where no disk has a device' {
        $copy = Join-Path $TestDrive '210.conf'
        Copy-Item (Join-Path $guests 'windows11.conf') $copy
        $vm = Get-VmaVM -ConfigPath $copy
        $vm.VMId | Should -Be 210
        $vm.ArchivePath | Should -Be $copy
        ($vm.Disks | Where-Object Key -EQ scsi0).WhyAbsent | Should -BeExactly 'NoArchive'
        @(Get-VmaVM -ConfigPath (Join-Path $guests '*.conf')).Count | Should -Be @(Get-Item (Join-Path $guests '*.conf')).Count
    }

    It 'gives the bytes back that it read' {
        foreach ($file in Get-Item (Join-Path $guests '*.conf')) {
            $bytes = (Get-VmaVM -ConfigPath $file.FullName).GetConfigBytes()
            [Convert]::ToBase64String($bytes) | Should -BeExactly ([Convert]::ToBase64String([IO.File]::ReadAllBytes($file.FullName)))
        }
    }

    It 'takes paths, files, archives, backups and configs from the pipeline, each once' {
        @($archive | Get-VmaVM).Count | Should -Be 1
        @(Get-Item $archive | Get-VmaVM).Count | Should -Be 1
        @(Get-VmaArchive $archive | Get-VmaVM).Count | Should -Be 1
        @(Get-VmaBackup $Corpus -VMId 101 -Latest | Get-VmaVM).Count | Should -Be 1
        @(Get-VmaConfig $archive | Get-VmaVM).Count | Should -Be 1
    }

    It 'reads a stream' {
        $stream = [IO.File]::OpenRead($archive)
        try {
            $vm = Get-VmaVM -InputStream $stream
            $vm.Name | Should -Be 'tiny'
            $vm.ArchivePath | Should -BeNullOrEmpty
        }
        finally { $stream.Dispose() }
    }

    It 'keeps disks and networks through a job' {
        $module = Join-Path $ModuleRoot 'VmaTools.psd1'
        $vm = Start-Job { Import-Module $using:module; Get-VmaVM $using:archive } | Receive-Job -Wait -AutoRemoveJob
        ($vm.Disks | Where-Object WhyAbsent -EQ 'Excluded').Key | Should -Be 'scsi1'
        ($vm.Disks | Where-Object Key -EQ scsi0).Options['discard'] | Should -Be 'on'
        $vm.Networks[0].MacAddress | Should -Be 'BC:24:11:00:01:01'
    }

    It 'says that a file is missing' {
        $null = Get-VmaVM -ConfigPath (Join-Path $TestDrive 'none.conf') -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ItemNotFound,*'
    }

    It 'refuses a file that is too large for a configuration' {
        $big = Join-Path $TestDrive 'big.conf'
        [IO.File]::WriteAllBytes($big, [byte[]]::new(1MB + 1))
        $null = Get-VmaVM -ConfigPath $big -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ConfigTooLarge,*'
    }
}
