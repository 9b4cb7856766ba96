BeforeAll {
    . "$PSScriptRoot/Common.ps1"

    # Variables that Debian's ovmf brings with keys in them, and the state of a TPM that swtpm made.
    foreach ($file in @{ From = 'OVMF_VARS_4M.ms.fd'; To = 'drive-efidisk0' }, @{ From = 'swtpm-2.0.raw'; To = 'drive-tpmstate0-backup' }) {
        $packed = [IO.Compression.GZipStream]::new([IO.File]::OpenRead((Join-Path $Fixtures "firmware/$($file.From).gz")), [IO.Compression.CompressionMode]::Decompress)
        $raw = [IO.File]::Create("$TestDrive/$($file.To).raw")
        $packed.CopyTo($raw)
        $raw.SetLength([math]::Ceiling($raw.Length / 4096) * 4096)
        $raw.Dispose()
        $packed.Dispose()
    }

    [IO.File]::WriteAllBytes("$TestDrive/drive-scsi0.raw", [byte[]]::new(65536))
    [IO.File]::WriteAllText("$TestDrive/qemu-server.conf", "bios: ovmf`nname: guest`nostype: win11`nscsi0: local:vm-1-disk-0,size=64K`nefidisk0: local:vm-1-disk-1,efitype=4m,size=528K`ntpmstate0: local:vm-1-disk-2,size=4M,version=v2.0`n")
    $archive = Join-Path $TestDrive 'guest.vma'
    New-VmaArchive $archive -InputObject "$TestDrive/drive-scsi0.raw", "$TestDrive/drive-efidisk0.raw", "$TestDrive/drive-tpmstate0-backup.raw" -Config "$TestDrive/qemu-server.conf" -WarningAction Ignore
}

Describe 'Get-VmaFirmware' {
    It 'tells boot entries, keys and the state of a TPM' {
        $efi, $tpm = Get-VmaFirmware $archive
        $efi.Kind | Should -Be 'EfiVariables'
        $efi.IsSecureBoot | Should -BeTrue
        $efi.AllowedSignatures | Should -HaveCount 2
        $efi.BootEntries.Id | Should -Be 'Boot0000', 'Boot0001', 'Boot0002'
        $efi.BootEntries[1].DevicePath | Should -BeExactly 'PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)'
        "$tpm" | Should -BeExactly 'VmaFirmware: TpmState drive-tpmstate0-backup (Present)'
        $tpm.TpmVersion | Should -Be '2.0'
        $tpm.IsTpmStateEncrypted | Should -BeFalse
    }

    It 'takes files and archives of the pipeline, and of others gives nothing' {
        (Get-Item $archive | Get-VmaFirmware).Count | Should -Be 2
        (Get-VmaArchive $archive | Get-VmaFirmware).Count | Should -Be 2
        Get-VmaFirmware $Sample | Where-Object State -EQ 'Present' | Should -BeNullOrEmpty
    }

    It 'is what the examples go by' {
        $examples = Join-Path (Split-Path (Split-Path $PSScriptRoot)) 'examples'
        $set = & "$examples/ConvertTo-HyperVVM.ps1" $archive "$TestDrive/images" -AsParameters
        $set['Set-VMFirmware'].EnableSecureBoot | Should -Be 'On'
        [xml] $xml = & "$examples/ConvertTo-LibvirtXml.ps1" $archive "$TestDrive/images"
        $xml.domain.os.firmware[1].feature.enabled | Should -Be 'yes', 'yes'
    }
}
