BeforeDiscovery {
    $missing = Join-Path ([IO.Path]::GetTempPath()) 'there is no such file'
    $errors = @(
        foreach ($name in 'Get-VmaArchive', 'Get-VmaBackup', 'Get-VmaConfig', 'Get-VmaDevice', 'Get-VmaDeviceHash', 'Get-VmaExtent', 'Get-VmaFirmware', 'Get-VmaIndex',
            'Get-VmaPartition', 'Get-VmaVM', 'Get-VmaVolume', 'Measure-VmaDevice', 'New-VmaIndex', 'Read-VmaDevice', 'Start-VmaNbdServer', 'Test-VmaArchive', 'Test-VmaRestore') {
            @{ Command = $name; With = if ($name -eq 'New-VmaIndex') { @{ InputObject = $missing } } else { @{ Path = $missing } } }
        }
        foreach ($name in 'Get-VmaFile', 'Get-VmaFileHash', 'Get-VmaFileVersion', 'Read-VmaFile') { @{ Command = $name; With = @{ Path = $missing; FilePath = '/etc' } } }
        @{ Command = 'Find-VmaFile'; With = @{ Path = $missing; Name = '*' } }
        @{ Command = 'Compare-VmaDevice'; With = @{ ReferenceObject = $missing; DifferenceObject = $missing } }
        @{ Command = 'Compare-VmaFile'; With = @{ ReferencePath = $missing; DifferencePath = $missing } }
        foreach ($name in 'Export-VmaDevice', 'New-VmaManifest', 'Optimize-VmaArchive') { @{ Command = $name; With = @{ Path = "$missing.raw"; InputObject = $missing } } }
        @{ Command = 'Export-VmaFile'; With = @{ Path = "$missing.out"; InputObject = $missing; FilePath = '/etc' } }
        @{ Command = 'Export-VmaReport'; With = @{ InputObject = 1 }; Id = 'InvalidInputObject' }
        @{ Command = 'Get-VmaNbdServer'; With = @{ Id = 99 } }
        @{ Command = 'Stop-VmaNbdServer'; With = @{ Id = 99 } }
    )

    # These make one thing of all that they are given, or nothing.
    $ends = @(
        @{ Command = 'New-VmaArchive'; With = @{ Path = "$missing.vma"; InputObject = $missing } }
        @{ Command = 'New-VmaConfig'; With = @{ Name = 'x'; Disk = $missing } }
    )
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/GuestSample.ps1"

    # What comes of it in another process, as a session, a remote one too, hands it over.
    function Invoke-Far([scriptblock] $Script, [object[]] $Arguments) {
        $whole = [scriptblock]::Create("Import-Module '$(Join-Path $ModuleRoot 'VmaTools.psd1')'`n& { $Script } @args")
        Start-Job $whole -ArgumentList $Arguments | Receive-Job -Wait -AutoRemoveJob
    }
}

Describe 'What comes out of another session' {
    BeforeAll {
        $script:look = {
            param($Archive, $Guest)
            $null = New-PSDrive far Vma $Guest
            Get-VmaArchive $Archive
            Get-VmaBackup (Split-Path $Archive)
            Get-VmaConfig $Archive
            Get-VmaDevice $Archive
            Get-VmaDeviceHash $Archive
            Get-VmaExtent $Archive
            Get-VmaFile $Guest / -Volume p2
            Get-VmaFileHash $Guest /basics -Volume p2
            Get-VmaPartition $Guest
            Get-VmaVM $Archive
            (Get-VmaVM $Archive).Disks
            Get-VmaVolume $Guest
            Measure-VmaDevice $Archive
            Get-ChildItem far:\
            Get-ChildItem far:\drive-scsi0
            Get-ChildItem far:\drive-scsi0\p2
        }
        $script:near = @(& $look $Sample $Guest)
        $script:far = @(Invoke-Far $look $Sample, $Guest)
    }

    It 'is all that there was' {
        $far.Count | Should -Be $near.Count
        $far.Count | Should -BeGreaterThan 50
        for ($i = 0; $i -lt $near.Count; $i++) { $far[$i].PSObject.TypeNames[0] | Should -Be "Deserialized.$($near[$i].PSObject.TypeNames[0])" }
    }

    It 'is shown as it is here' {
        $kinds = $near | ForEach-Object { $_.PSObject.TypeNames[0] } | Sort-Object -Unique
        $kinds.Count | Should -BeGreaterThan 13
        foreach ($kind in $kinds) {
            $here = $near | Where-Object { $_.PSObject.TypeNames[0] -eq $kind } | Out-String -Width 200
            $there = $far | Where-Object { $_.PSObject.TypeNames[0] -eq "Deserialized.$kind" } | Out-String -Width 200
            $there -replace '\s+(?=\r?\n)' | Should -Be ($here -replace '\s+(?=\r?\n)') -Because $kind
        }
    }

    It 'means what it meant to <Command>' -ForEach @(
        @{ Command = 'Get-VmaDevice'; Kind = 'VmaTools.VmaArchive' }
        @{ Command = 'Get-VmaDevice'; Kind = 'VmaTools.VmaBackup' }
        @{ Command = 'Get-VmaDeviceHash'; Kind = 'VmaTools.VmaDevice' }
        @{ Command = 'Get-VmaDeviceHash'; Kind = 'VmaTools.VmaPartition' }
        @{ Command = 'Measure-VmaDevice'; Kind = 'VmaTools.VmaDevice' }
        @{ Command = 'Get-VmaFile'; Kind = 'VmaTools.VmaVolume' }
        @{ Command = 'Get-VmaFileHash'; Kind = 'VmaTools.VmaFile' }
    ) {
        $here = @($near | Where-Object { $_.PSObject.TypeNames[0] -eq $Kind -and $_.PSObject.Properties['CanRead'].Value -ne $false } | & $Command)
        $there = @($far | Where-Object { $_.PSObject.TypeNames[0] -eq "Deserialized.$Kind" -and $_.PSObject.Properties['CanRead'].Value -ne $false } | & $Command)
        $here.Count | Should -BeGreaterThan 0
        $there | ConvertTo-Json -Depth 5 | Should -Be ($here | ConvertTo-Json -Depth 5)
    }

    It 'is no stream any more, and that is told' {
        $stream = Invoke-Far { param($Archive) Read-VmaDevice $Archive -Name drive-scsi0 -AsStream } $Sample
        { $stream | Get-VmaDevice -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidInputObject,*' -ExpectedMessage '*Deserialized.VmaTools.VmaDeviceStream*'
        { Get-VmaDevice -InputStream $stream } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*' -ExpectedMessage '*Deserialized.VmaTools.VmaDeviceStream*'
    }

    It 'is bytes where they were asked for' {
        $there = Invoke-Far { param($Archive) , (Read-VmaDevice $Archive -Name drive-scsi0 -Count 4096) } $Sample
        , $there | Should -BeOfType ([byte[]])
        Get-BytesDigest $there | Should -Be (Get-BytesDigest (Read-VmaDevice $Sample -Name drive-scsi0 -Count 4096))
    }

    It 'has errors with their ids' {
        $found = $null
        Start-Job ([scriptblock]::Create("Import-Module '$(Join-Path $ModuleRoot 'VmaTools.psd1')'; Get-VmaDevice '$TestDrive/none'")) |
            Receive-Job -Wait -AutoRemoveJob -ErrorVariable found -ErrorAction SilentlyContinue
        @($found).Count | Should -Be 1
        $found[0].FullyQualifiedErrorId | Should -Be 'ItemNotFound,VmaTools.PowerShell.GetVmaDeviceCommand'
    }
}

Describe 'An error of <Command>' -ForEach $errors {
    It 'is heard as ErrorAction wants it' {
        Set-StrictMode -Version Latest
        $id = if ($_['Id']) { $_['Id'] } else { 'ItemNotFound' }
        $with = $_['With']
        if ($Command -eq 'Export-VmaReport') { $with.Path = "$TestDrive/report.html" }
        foreach ($way in 'SilentlyContinue', 'Ignore') {
            $before = $global:Error.Count
            @(& $Command @with -ErrorAction $way 2>&1 | Where-Object { $_ -is [Management.Automation.ErrorRecord] }) | Should -BeNullOrEmpty
            if ($way -eq 'Ignore') { $global:Error.Count | Should -Be $before }
        }

        $heard = @(& $Command @with -ErrorAction Continue 2>&1 | Where-Object { $_ -is [Management.Automation.ErrorRecord] })
        ($heard[0].FullyQualifiedErrorId -split ',')[0] | Should -Be $id
        { & $Command @with -ErrorAction Stop } | Should -Throw -ErrorId "$id,*"
        & {
            $ErrorActionPreference = 'Stop'
            { & $Command @with } | Should -Throw -ErrorId "$id,*"
        }
    }
}

Describe 'An error of <Command>' -ForEach $ends {
    It 'ends it, whatever ErrorAction says' {
        $with = $With
        foreach ($way in 'Continue', 'SilentlyContinue', 'Ignore', 'Stop') {
            { & $Command @with -ErrorAction $way } | Should -Throw -ErrorId "ItemNotFound,*"
        }
    }
}

Describe 'Errors' {
    It 'of every cmdlet are heard here' -ForEach @{ Asked = @($errors.Command) + $ends.Command } {
        # That one takes objects only, which are there.
        (Get-Command -Module VmaTools -CommandType Cmdlet).Name | Where-Object { $_ -notin $Asked } | Should -Be 'Remove-VmaIndex'
    }
}
