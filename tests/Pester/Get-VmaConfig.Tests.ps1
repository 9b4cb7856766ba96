BeforeAll { . "$PSScriptRoot/Common.ps1" }

Describe 'Get-VmaConfig' {
    It 'gives objects with name, size, text and archive' {
        $config = Get-VmaConfig $Sample qemu-server.conf
        $config | Should -BeOfType 'VmaTools.VmaConfig'
        $config.Name | Should -BeExactly 'qemu-server.conf'
        $config.Size | Should -Be 973
        $config.Text | Should -Match '(?m)^scsi0: '
        $config.ArchivePath | Should -Be $Sample
    }

    It 'gives the true bytes of <_>' -ForEach @('vzdump-qemu-101-2026_11_20-02_00_03', 'vmstate', 'allzero-1g', 'nodisk') {
        $archive = Join-Path $Corpus "$_.vma"
        foreach ($property in $Truth.$_.configs.PSObject.Properties) {
            $bytes = Get-VmaConfig $archive -Name $property.Name -AsByteStream
            , $bytes | Should -BeOfType [byte[]]
            Get-BytesDigest $bytes | Should -Be $property.Value
        }
    }

    It 'gives one string a config with -Raw' {
        $text = Get-VmaConfig $Sample -Raw
        $text.Count | Should -Be 2
        $text[0] | Should -BeOfType [string]
        $text[0] | Should -BeExactly (Get-VmaConfig $Sample)[0].Text
    }

    It 'chooses by wildcard and tells a name that is not there' {
        (Get-VmaConfig $Sample *.fw).Name | Should -Be 'qemu-server.fw'
        (Get-VmaConfig "$Corpus/*.vma" *.fw -ErrorAction Stop).Count | Should -Be 3
        Get-VmaConfig "$Corpus/nodisk.vma" *.fw -ErrorAction Stop | Should -BeNullOrEmpty
        { Get-VmaConfig $Sample -Name no.conf -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
    }

    It 'refuses -Raw with -AsByteStream' {
        { Get-VmaConfig $Sample -Raw -AsByteStream } | Should -Throw -ErrorId 'InvalidRange,*'
    }

    It 'takes archives, devices and files from the pipeline' {
        (Get-VmaArchive $Sample | Get-VmaConfig -Name *.conf).Size | Should -Be 973
        (Get-VmaDevice $Sample -Id 1 | Get-VmaConfig -Name *.conf).Size | Should -Be 973
        (Get-Item $Sample | Get-VmaConfig -Name *.conf).Size | Should -Be 973
    }

    It 'reads a stream' {
        $stream = [IO.MemoryStream]::new([IO.File]::ReadAllBytes($Sample))
        Get-VmaConfig -InputStream $stream -Name qemu-server.conf -Raw | Should -BeExactly (Get-VmaConfig $Sample qemu-server.conf -Raw)
    }

    It 'completes names' {
        Complete-Line "Get-VmaConfig '$Sample' -Name qemu" | Should -Be 'qemu-server.conf', 'qemu-server.fw'
    }
}
