BeforeDiscovery {
    $kinds = 'VmaArchive', 'VmaBackup', 'VmaConfig', 'VmaDeletedFile', 'VmaDevice', 'VmaDeviceMeasure', 'VmaDeviceRange', 'VmaDifference', 'VmaExtent', 'VmaFile',
    'VmaFileCatalog', 'VmaFileDifference', 'VmaFileHash', 'VmaFileStreamInfo', 'VmaFileVersion', 'VmaFirmware', 'VmaFoundFile', 'VmaHash', 'VmaIndex', 'VmaNbdServer', 'VmaPartition', 'VmaTestResult', 'VmaVM', 'VmaVolume' |
        ForEach-Object { @{ Kind = $_ } }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/GuestSample.ps1"

    # An object, the objects in its properties, and those in theirs: all that has a type of the module's.
    function Get-Whole($Item, [int] $Depth = 3) {
        $Item
        if ($Depth -eq 0) { return }
        foreach ($property in $Item.PSObject.Properties) {
            foreach ($value in $property.Value) {
                if ($null -ne $value -and $value.PSObject.TypeNames[0] -like 'VmaTools.Vma*') { Get-Whole $value ($Depth - 1) }
            }
        }
    }

    $script:folder = (New-Item -ItemType Directory "$TestDrive/store").FullName
    $script:archive = Join-Path $folder 'vzdump-qemu-101-2026_11_20-02_00_03.vma.zst'
    Copy-Item $Guest $archive
    $sampleDevice = (Get-VmaDevice $Sample)[0]
    $server = Start-VmaNbdServer $archive
    $packed = [IO.Compression.GZipStream]::new([IO.File]::OpenRead((Join-Path $Fixtures 'firmware/OVMF_VARS_4M.ms.fd.gz')), [IO.Compression.CompressionMode]::Decompress)
    $raw = [IO.File]::Create("$TestDrive/drive-efidisk0.raw")
    $packed.CopyTo($raw)
    $raw.Dispose()
    $packed.Dispose()
    $firmware = "$TestDrive/firmware.vma"
    New-VmaArchive $firmware -InputObject "$TestDrive/drive-efidisk0.raw" -WarningAction Ignore
    $index, $catalog = $archive | New-VmaIndex -Beside -Files
    $script:objects = @(
        Get-VmaArchive $archive
        Get-VmaBackup $folder
        Get-VmaConfig $archive
        Get-VmaDevice $archive
        Measure-VmaDevice $archive
        Measure-VmaDevice $archive -AsRange
        Compare-VmaDevice $sampleDevice (Get-VmaDevice $Sample)[-1] | Select-Object -First 1
        Get-VmaExtent $archive | Select-Object -First 1
        Get-VmaFile $archive / -Volume p2
        Get-VmaFile (Join-Path $Fixtures 'disks/fat12-floppy.vma.zst') /gone -Deleted | Select-Object -Last 1
        Get-VmaFile $archive / -Volume p6 -Recurse -Stream * | Select-Object -First 1
        Get-VmaFileHash $archive /basics/one -Volume p2
        Get-VmaFileVersion $archive /basics/one -Volume p2 -Content
        Compare-VmaFile (Join-Path $Fixtures 'disks/fat16-mtools.vma.zst') (Join-Path $Fixtures 'disks/fat32-kernel.vma.zst') | Select-Object -First 1
        Get-VmaDeviceHash $archive
        $index
        $catalog
        Get-VmaFirmware $firmware
        Find-VmaFile $archive one -Volume p2 | Select-Object -First 1
        $server
        Get-VmaPartition $archive
        Test-VmaArchive $archive
        Test-VmaRestore $archive
        Get-VmaVM $Sample
        Get-VmaVolume $archive
    )
}

AfterAll { $server | Stop-VmaNbdServer }

Describe 'Objects of the module' {
    It 'would be seen to lead there, had they such a property' {
        [IO.File]::WriteAllText("$TestDrive/lead", 'x')
        [pscustomobject]@{ Path = "$TestDrive/lead" } | Remove-Item
        "$TestDrive/lead" | Should -Not -Exist
    }

    It 'are all here' {
        $promised = (Get-Command -Module VmaTools -CommandType Cmdlet).OutputType.Name | Where-Object { $_ -like 'VmaTools.*' } | Sort-Object -Unique
        $promised | Should -Not -BeNullOrEmpty
        $objects | ForEach-Object { $_.GetType().FullName } | Sort-Object -Unique | Should -Be $promised
    }
}

Describe 'A server' {
    It 'is no process of the host, whatever its number' {
        [pscustomobject]@{ Id = $PID } | Get-Process | Should -Not -BeNullOrEmpty
        $server.PSObject.Properties['Id'] | Should -BeNullOrEmpty
        { $server | Get-Process -ErrorAction Stop } | Should -Throw -ErrorId 'InputObjectNotBound,*'
        { $server | Stop-Process -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'InputObjectNotBound,*'
    }
}

Describe 'A <Kind>' -ForEach $kinds {
    BeforeAll {
        $own = @($objects | Where-Object { $_.GetType().Name -eq $Kind } | Select-Object -First 1)
        $all = @($own | ForEach-Object { Get-Whole $_ } | Group-Object { $_.GetType().Name } | ForEach-Object { $_.Group | Select-Object -First 1 })
        $items = @($all) + @($all | ForEach-Object { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($_, 3)) })
    }

    It 'has no property that cmdlets for files bind' {
        $items | Should -Not -BeNullOrEmpty
        foreach ($item in $items) {
            foreach ($name in 'Path', 'LiteralPath', 'PSPath', 'LP', 'Destination') { $item.PSObject.Properties[$name] | Should -BeNullOrEmpty -Because "$item" }
        }
    }

    It 'has no number or letter that cmdlets for processes, jobs, disks and volumes bind' {
        # Stop-Process and Stop-Job have -Id, Debug-Process has PID and ProcessId for it, Clear-Disk has -Number, Remove-Partition
        # -DiskNumber and -PartitionNumber, and Format-Volume -DriveLetter, for which there is no -WhatIf.
        foreach ($item in $items) {
            $item.PSObject.Properties['Id'].Value | Should -Not -BeOfType ([ValueType]) -Because "$item"
            foreach ($name in 'ProcessId', 'PID', 'InstanceId', 'Number', 'DiskNumber', 'PartitionNumber', 'DriveLetter', 'UniqueId', 'ObjectId') {
                $item.PSObject.Properties[$name] | Should -BeNullOrEmpty -Because "$item"
            }
        }
    }

    It 'is no process and no job of the host for <_>' -ForEach 'Get-Process', 'Stop-Process', 'Wait-Process', 'Debug-Process', 'Get-Job', 'Stop-Job', 'Remove-Job' {
        $arguments = @{ ErrorAction = 'SilentlyContinue'; ErrorVariable = 'failures' }
        if ((Get-Command $_).Parameters.ContainsKey('WhatIf')) { $arguments.WhatIf = $true }
        $command = $_
        foreach ($item in $items) {
            $failures = @()
            $result = try { $item | & $command @arguments } catch { $failures = @($_) }
            @($result | Where-Object { $null -ne $_ }) | Should -BeNullOrEmpty -Because "$item"

            # What it says of an object that has a name is that it knows none of that name.
            $failures | ForEach-Object { $_.FullyQualifiedErrorId } | Should -Match '^(InputObjectNotBound|NoProcessFoundForGivenName|JobWithSpecifiedNameNotFound),' -Because "$item"
        }
    }

    It 'says what it is, with its kind in front' {
        foreach ($item in $all) { "$item" | Should -Match "^$($item.GetType().Name -replace '^VmaFinding$', '(Error|Warning|Information) \w+'): \S" }
    }

    It 'makes a row of text that has what is in its lists, and no names of types' {
        foreach ($item in $all) {
            foreach ($cell in ($item | ConvertTo-Csv -NoTypeInformation | ConvertFrom-Csv).PSObject.Properties) {
                $cell.Value | Should -Not -Match '^(System|VmaTools)\.' -Because "$($item.GetType().Name).$($cell.Name)"
            }
        }
    }

    It 'does not lead <_> to a file of the host' -ForEach 'Remove-Item', 'Move-Item', 'Copy-Item', 'Get-Content', 'Select-String', 'Get-FileHash' {
        # Files by every name that an object could be taken for.
        $place = (New-Item -ItemType Directory "$TestDrive/$Kind-$_/host").FullName
        $target = (New-Item -ItemType Directory "$TestDrive/$Kind-$_/target").FullName
        $names = foreach ($item in $items) {
            "$item"
            "$item" -replace '^[^:]*: ?'
            $item.PSObject.TypeNames
            $item.PSObject.Properties | ForEach-Object { $_.Name; foreach ($value in $_.Value) { "$value" } }
        }
        $names = $names | Where-Object { $_ -and $_.Length -lt 120 -and $_.IndexOfAny([IO.Path]::GetInvalidFileNameChars()) -lt 0 -and $_ -notin '.', '..' } | Sort-Object -Unique -CaseSensitive
        $names.Count | Should -BeGreaterThan 5
        foreach ($name in $names) { [IO.File]::WriteAllText((Join-Path $place $name), 'untouched') }
        $size = (Get-Item $archive).Length

        Push-Location -LiteralPath $place
        try {
            $arguments = @{ ErrorAction = 'SilentlyContinue' }
            if ($_ -in 'Move-Item', 'Copy-Item') { $arguments.Destination = $target }
            if ($_ -eq 'Select-String') { $arguments.Pattern = 'untouched' }
            # One that cannot bind at all ends with an error, which is as good.
            $command = $_
            $result = foreach ($item in $items) { try { $item | & $command @arguments } catch { $null = $_ } }
        }
        finally { Pop-Location }

        @($result | Where-Object { $null -ne $_ }) | Should -BeNullOrEmpty
        [IO.Directory]::GetFileSystemEntries($target) | Should -BeNullOrEmpty
        $left = @([IO.Directory]::GetFiles($place) | Where-Object { [IO.File]::ReadAllText($_) -ceq 'untouched' })
        $left.Count | Should -Be @($names).Count
        (Get-Item $archive).Length | Should -Be $size
    }
}
