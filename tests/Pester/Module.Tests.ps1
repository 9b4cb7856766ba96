BeforeDiscovery {
    . "$PSScriptRoot/Common.ps1"
    $script:CommandNames = (Get-Command -Module VmaTools).Name
}

BeforeAll { . "$PSScriptRoot/Common.ps1" }

Describe 'VmaTools' {
    It 'has a manifest that PowerShell accepts' {
        $manifest = Test-ModuleManifest (Join-Path $ModuleRoot 'VmaTools.psd1') -ErrorAction Stop -WarningAction SilentlyContinue -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $manifest.CompatiblePSEditions | Should -Be 'Desktop', 'Core'
        $manifest.PowerShellVersion | Should -Be '5.1'
        $manifest.ExportedCmdlets.Count | Should -BeGreaterOrEqual 7
    }

    It 'exports what the manifest lists' {
        $manifest = Test-ModuleManifest (Join-Path $ModuleRoot 'VmaTools.psd1')
        (Get-Command -Module VmaTools).Name | Sort-Object | Should -Be ($manifest.ExportedCmdlets.Keys | Sort-Object)
        (Get-Module VmaTools).ExportedFunctions.Count | Should -Be 0
        (Get-Module VmaTools).ExportedVariables.Count | Should -Be 0
    }

    It 'imports into a fresh PowerShell without a word and brings only its own assemblies' {
        $script = "Import-Module '$ModuleRoot/VmaTools.psd1'; [AppDomain]::CurrentDomain.GetAssemblies().Where{ `$_.Location -like '$ModuleRoot*' }.Location | Split-Path -Leaf | Sort-Object; (Get-VmaDevice '$Sample').Count"
        $lines = Invoke-Shell -NoProfile -NonInteractive -Command $script 2>&1
        $lines | Should -Be 'VmaPowerShell.dll', 'VmaTools.dll', 4
    }

    It 'has help for <_>' -ForEach $CommandNames {
        $help = Get-Help $_ -Full
        $help.Synopsis.Trim() | Should -Not -BeLike "$_ *"
        $help.Synopsis.Trim() | Should -Match '\.$'
        @($help.examples.example).Count | Should -BeGreaterOrEqual 3
        foreach ($parameter in $help.parameters.parameter) {
            ($parameter.description | Out-String).Trim() | Should -Not -BeNullOrEmpty
        }
    }

    It 'has help about itself' {
        Get-Help about_VmaTools | Out-String | Should -Match 'VmaTools'
    }

    It 'shows <Type> as a table' -ForEach @(
        @{ Type = 'archives'; Script = { Get-VmaArchive $Sample }; Expected = '691\.5 KiB' }
        @{ Type = 'devices'; Script = { Get-VmaDevice $Sample }; Expected = 'drive-scsi0 .*8 MiB' }
        @{ Type = 'configs'; Script = { Get-VmaConfig $Sample }; Expected = 'qemu-server\.conf .*973 B' }
        @{ Type = 'extents'; Script = { Get-VmaExtent $Sample }; Expected = '13824' }
        @{ Type = 'test results'; Script = { Test-VmaArchive $Sample }; Expected = 'Valid \(data unproven\)' }
        @{ Type = 'tested devices'; Script = { (Test-VmaArchive $Sample).Devices }; Expected = 'drive-scsi2 .*True' }
    ) {
        $text = & $Script | Out-String -Width 200
        $text | Should -Match $Expected
        $text | Should -Not -Match '(?m)^\w+ +: '
    }

    It 'shows what came from a job as it shows the live object' {
        $live = Get-VmaDevice $Sample
        $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($live))
        $copy | Out-String -Width 200 | Should -Be ($live | Out-String -Width 200)
    }

    It 'keeps its objects through jobs' {
        $job = Start-Job -ArgumentList "$ModuleRoot/VmaTools.psd1", $Sample {
            param($Module, $Sample)
            Import-Module $Module
            Get-VmaArchive $Sample
            Get-VmaDevice $Sample -Id 3
            Get-VmaConfig $Sample qemu-server.conf
            Get-VmaExtent $Sample | Select-Object -First 1
            Test-VmaArchive $Sample
        }
        $archive, $device, $config, $extent, $result = $job | Receive-Job -Wait -AutoRemoveJob
        $archive.Devices.Name | Should -Be (Get-VmaArchive $Sample).Devices.Name
        $archive.Devices[1].Size | Should -Be 8MB
        $archive.Configs[0].Name | Should -Be 'qemu-server.conf'
        $device.PSObject.TypeNames[0] | Should -Be 'Deserialized.VmaTools.VmaDevice'
        $device.Size | Should -Be 1049088
        $config.Text | Should -BeExactly (Get-VmaConfig $Sample qemu-server.conf -Raw)
        $extent.Clusters[0].DeviceId | Should -Be (Get-VmaExtent $Sample | Select-Object -First 1).Clusters[0].DeviceId
        $result.Devices[0].IsWhole | Should -BeTrue
        $folder = Join-Path $TestDrive 'from-job'
        $device | Export-VmaDevice $folder
        Get-Digest "$folder/drive-scsi2.raw" | Should -Be $SampleTruth.devices.'drive-scsi2'.sha256
        ($archive | Get-VmaDevice).Count | Should -Be 4
    }

    It 'converts <_> to JSON at the default depth' -ForEach @('Get-VmaArchive', 'Get-VmaDevice', 'Get-VmaConfig', 'Test-VmaArchive') {
        $json = & $_ $Sample | Select-Object -First 1 | ConvertTo-Json -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeNullOrEmpty
        $json | Should -Not -Match '"VmaTools\.\w+"'
        ($json | ConvertFrom-Json).ArchivePath | Should -Be $Sample
    }
}
