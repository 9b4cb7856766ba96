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

    It 'completes kinds of guests' {
        (TabExpansion2 'New-VmaConfig -OSType win1' -cursorColumn 26).CompletionMatches.CompletionText | Should -Be 'win10', 'win11'
    }
}
