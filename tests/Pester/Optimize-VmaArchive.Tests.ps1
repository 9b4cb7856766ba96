BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $shuffled = Join-Path $Corpus 'shuffled.vma'
    $packed = "$Sample.zst"
    $fixed = @{ Uuid = '22abf1e3-5743-45a7-aeac-d58493588a63'; CreationTime = [DateTime]::new(2026, 11, 20, 2, 0, 3, [DateTimeKind]::Utc) }
}

Describe 'Optimize-VmaArchive' {
    It 'makes equal bytes of equal content, whatever its order and compression' {
        $hashes = foreach ($source in $Sample, $shuffled, $packed, "$Sample.gz", "$Sample.lzo") {
            $target = Join-Path $TestDrive "$(Split-Path -Leaf $source).new/a.vma.zst"
            Optimize-VmaArchive $target $source @fixed -WarningAction SilentlyContinue
            (Get-VmaDeviceHash $target).Hash | Should -Be (Get-VmaDeviceHash $Sample).Hash
            (Get-VmaConfig $target).Name | Should -Be (Get-VmaConfig $Sample).Name
            (Get-FileHash $target).Hash
        }

        @($hashes | Select-Object -Unique).Count | Should -Be 1
    }

    It 'keeps name, uuid, time and numbers' {
        $new = Get-Item $Sample | Optimize-VmaArchive $TestDrive/kept -PassThru
        $new.ArchivePath | Should -BeExactly (Join-Path (Join-Path $TestDrive 'kept') "$(Split-Path -Leaf $Sample).zst")
        $old = Get-VmaArchive $Sample
        $new.Uuid | Should -BeExactly $old.Uuid
        $new.CreationTime | Should -Be $old.CreationTime
        $new.Devices.DeviceId | Should -Be $old.Devices.DeviceId
    }

    It 'is read at any offset without an index' {
        Optimize-VmaArchive $TestDrive/seek.vma.zst $Sample -WarningAction SilentlyContinue
        $last = (Get-VmaDevice $Sample)[-1]
        $bytes = Read-VmaDevice $TestDrive/seek.vma.zst -Name $last.Name -Offset ($last.Size - 512) -Count 512
        Get-BytesDigest $bytes | Should -Be (Get-BytesDigest (Read-VmaDevice $Sample -Name $last.Name -Offset ($last.Size - 512) -Count 512))
        Get-VmaIndex $TestDrive/seek.vma.zst -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'leaves devices out and adds others' {
        $names = (Get-VmaDevice $Sample).Name
        Set-Content $TestDrive/note.txt 'cleaned'
        [System.IO.File]::WriteAllBytes("$TestDrive/drive-sata5.raw", [byte[]](1..255) * 50)
        Optimize-VmaArchive $TestDrive/less.vma $Sample -ExcludeName $names[0] -AddDevice $TestDrive/drive-sata5.raw -AddConfig $TestDrive/note.txt -WarningAction SilentlyContinue
        (Get-VmaDevice $TestDrive/less.vma).Name | Should -Be ($names[1..9] + 'drive-sata5')
        (Get-VmaDevice $TestDrive/less.vma)[0].DeviceId | Should -Be 2
        (Get-VmaConfig $TestDrive/less.vma).Name | Should -Contain 'note.txt'
        Optimize-VmaArchive $TestDrive/one.vma $packed -Name $names[1] -WarningAction SilentlyContinue
        (Get-VmaDevice $TestDrive/one.vma).Name | Should -Be $names[1]
    }

    It 'refuses a name that no device has, and tells where none is left' {
        foreach ($choice in @{ Name = 'drive-scsi77' }, @{ ExcludeName = 'drive-scsi77' }, @{ Name = '*'; ExcludeName = 'drive-scsi77'; Salvage = $true }) {
            { Optimize-VmaArchive $TestDrive/named.vma $Sample @choice -ErrorAction Stop -WarningAction SilentlyContinue } |
                Should -Throw -ErrorId 'ItemNotFound,*' -ExpectedMessage '*drive-scsi77*'
            Test-Path $TestDrive/named.vma | Should -BeFalse
        }

        Optimize-VmaArchive $TestDrive/none.vma $Sample -Name 'virtio*' -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings -match 'is taken' | Should -HaveCount 1
        Optimize-VmaArchive $TestDrive/all.vma $Sample -ExcludeName 'virtio*' -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings -match 'is taken' | Should -BeNullOrEmpty
        (Get-VmaDevice $TestDrive/all.vma).Name | Should -Be (Get-VmaDevice $Sample).Name
    }

    It 'writes nothing of an archive that is not whole' {
        $bytes = [System.IO.File]::ReadAllBytes($packed)
        $bytes[$bytes.Length - 2] = $bytes[$bytes.Length - 2] -bxor 1
        [System.IO.File]::WriteAllBytes("$TestDrive/damaged.vma.zst", $bytes)
        { Optimize-VmaArchive $TestDrive/no.vma $TestDrive/damaged.vma.zst -ErrorAction Stop -WarningAction SilentlyContinue } | Should -Throw
        Test-Path $TestDrive/no.vma | Should -BeFalse
    }

    It 'never writes over an archive, itself included' {
        Copy-Item $Sample $TestDrive/self.vma
        { Optimize-VmaArchive $TestDrive/self.vma $TestDrive/self.vma -ErrorAction Stop } | Should -Throw -ErrorId 'TargetExists,*'
        Get-Digest $TestDrive/self.vma | Should -Be (Get-Digest $Sample)
    }

    It 'writes nothing with WhatIf' {
        Optimize-VmaArchive $TestDrive/whatif $Sample -WhatIf
        Test-Path $TestDrive/whatif | Should -BeFalse
    }

    It 'packs what is left of a damaged archive, and says in it what is lost' {
        $damaged = Join-Path $TestDrive 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
        # The header of an extent, so that the whole of it is lost.
        $text = [System.Text.Encoding]::GetEncoding('iso-8859-1').GetString([System.IO.File]::ReadAllBytes($Sample))
        $extent = $text.LastIndexOf('VMAE')
        $bytes = [System.IO.File]::ReadAllBytes($Sample)
        $bytes[$extent + 30] = $bytes[$extent + 30] -bxor 1
        [System.IO.File]::WriteAllBytes($damaged, $bytes)
        { Optimize-VmaArchive $TestDrive/refused $damaged -ErrorAction Stop -WarningAction SilentlyContinue } | Should -Throw
        $new = Optimize-VmaArchive $TestDrive/salvaged $damaged -Salvage -PassThru -WarningVariable warning -WarningAction SilentlyContinue
        $warning | Should -Match 'bytes of the device .* are lost'
        (Test-VmaArchive $new.ArchivePath).IsValid | Should -BeTrue
        $new.Devices.Name | Should -Be (Get-VmaDevice $Sample).Name
        $new.Devices.DeviceId | Should -Be (Get-VmaDevice $Sample).DeviceId
        (Get-VmaConfig $new.ArchivePath).Name | Should -Contain 'qemu-server.conf'
        (Get-VmaConfig $new.ArchivePath -Name vma-salvage.txt).Text | Should -Match 'lost: \d+ bytes at \d+'
        Get-ChildItem $TestDrive/salvaged -Force | Should -HaveCount 1

        # What was lost the first time is not forgotten the second time.
        $again = Optimize-VmaArchive $TestDrive/again $new.ArchivePath -Salvage -PassThru -WarningAction SilentlyContinue
        $text = (Get-VmaConfig $again.ArchivePath -Name vma-salvage.txt).Text
        $text | Should -Match '(?s) 0 lost.*said of itself:.*lost: \d+ bytes at \d+'
        (Get-VmaConfig $again.ArchivePath).Name -eq 'vma-salvage.txt' | Should -HaveCount 1
    }
}
