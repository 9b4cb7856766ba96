BeforeAll { . "$PSScriptRoot/Common.ps1" }

Describe 'Get-VmaDevice' {
    It 'lists the devices of <_>' -ForEach @('vzdump-qemu-101-2026_11_20-02_00_03', 'shuffled', 'gaps-between-slots', 'vmstate', 'allzero-1g', 'nodisk') {
        $expected = $Truth.$_.devices.PSObject.Properties
        $devices = @(Get-VmaDevice (Join-Path $Corpus "$_.vma"))
        $devices.Count | Should -Be @($expected).Count
        foreach ($property in $expected) {
            $device = $devices | Where-Object Name -CEQ $property.Name
            $device | Should -BeOfType 'VmaTools.VmaDevice'
            $device.DeviceId | Should -Be $property.Value.id
            $device.Size | Should -BeOfType [long]
            if ($property.Name -ne 'vmstate') { $device.Size | Should -Be $property.Value.size }
            $device.ArchivePath | Should -Be (Join-Path $Corpus "$_.vma")
        }
    }

    It 'chooses by name, wildcards and several names' {
        (Get-VmaDevice $Sample -Name drive-scsi0).DeviceId | Should -Be 2
        (Get-VmaDevice $Sample drive-scsi*).DeviceId | Should -Be 2, 3
        (Get-VmaDevice $Sample -Name DRIVE-SCSI0, '*tpm*').DeviceId | Should -Be 2, 4
        Get-VmaDevice $Sample -Name 'nothing*' | Should -BeNullOrEmpty
    }

    It 'chooses by number' {
        (Get-VmaDevice $Sample -Id 3, 1).Name | Should -Be 'drive-efidisk0', 'drive-scsi2'
        Get-VmaDevice $Sample -Id 3 -Name drive-efi* | Should -BeNullOrEmpty
    }

    It 'tells a name or number that is not there' {
        { Get-VmaDevice $Sample -Name drive-scsi9 -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
        { Get-VmaDevice $Sample -Id 9 -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
        { Get-VmaDevice $Sample -Id 255 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Get-VmaDevice $Sample -Id 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'takes archives and files from the pipeline' {
        (Get-VmaArchive $Sample | Get-VmaDevice).Count | Should -Be 4
        (Get-ChildItem $Sample | Get-VmaDevice -Name *scsi2).DeviceId | Should -Be 3
        (Get-ChildItem "$Corpus/*.vma" | Get-VmaDevice -Name drive-scsi*).Count | Should -Be 8
    }

    It 'takes whatever stands for a device, or once for an archive' {
        (Get-VmaVolume $Sample | Where-Object Device -EQ drive-scsi2 | Get-VmaDevice).Name | Should -Be 'drive-scsi2'
        @(Get-VmaVM $Sample | Get-VmaDevice).Count | Should -Be 4
        @((Get-VmaArchive $Sample), (Get-Item $Sample), $Sample | Get-VmaDevice).Count | Should -Be 4
        $there = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize((Get-VmaDevice $Sample -Id 3)))
        ($there | Get-VmaDevice).Name | Should -Be 'drive-scsi2'
        { 5 | Get-VmaDevice -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidInputObject,*'
    }

    It 'lists the devices of a stream' {
        $stream = [IO.MemoryStream]::new([IO.File]::ReadAllBytes($Sample))
        $devices = Get-VmaDevice -InputStream $stream
        $devices.Count | Should -Be 4
        $devices[0].ArchivePath | Should -BeNullOrEmpty
        ($devices | Get-VmaDevice -Name drive-scsi2).DeviceId | Should -Be 3
    }

    It 'gives hostile names as they are and tells them' {
        $path = Save-DamagedArchive 'devname-traversal.vma' $TestDrive
        (Get-VmaDevice $path -Id 2).Name | Should -Be '../../evil'
    }

    It 'completes names and numbers' {
        Complete-Line "Get-VmaDevice '$Sample' -Name drive-s" | Should -Be 'drive-scsi0', 'drive-scsi2'
        Complete-Line "Get-VmaDevice -LiteralPath '$Sample' -Id " | Should -Be '1', '2', '3', '4'
        Complete-Line "Get-VmaDevice '$Corpus/shuf*.vma' '*tpm" | Should -Be 'drive-tpmstate0-backup'
        Complete-Line "Get-VmaDevice '$Corpus/absent.vma' drive-" | Should -Not -Contain 'drive-scsi0'
    }
}
