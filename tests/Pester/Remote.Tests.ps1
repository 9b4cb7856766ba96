Describe 'Archives on servers' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/GuestSample.ps1"
        . "$PSScriptRoot/HttpServer.ps1"
        $script:SavedCache = $env:XDG_CACHE_HOME
        $env:XDG_CACHE_HOME = Join-Path $TestDrive 'cache'
        $script:Name = 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
        $script:Server = Start-HttpServer $Sample
        $script:Guarded = Start-HttpServer $Sample
        [VmaTools.Testing.Answers]::WithKeyOnly($Guarded, 'Geheim')
        $script:indexed = Join-Path (New-Item -ItemType Directory "$TestDrive/indexed") 'guest.vma.zst'
        Copy-Item -LiteralPath $Guest -Destination $indexed
        $script:beside = New-VmaIndex $indexed -Beside
        foreach ($file in $indexed, $beside.IndexPath) { Add-ServedFile $Server $file }
        $Server.Files['/none.vma'] = [Text.Encoding]::ASCII.GetBytes('nothing')
        $script:Uri = "$($Server.AddressOf("/$Name"))?X-Amz-Signature=Geheim%2Fx"
        $script:GuestUri = "$($Server.AddressOf('/guest.vma.zst'))?X-Amz-Signature=Geheim%2Fx"
        $script:Headers = @{ 'X-Key' = ConvertTo-SecureString 'Geheim' -AsPlainText -Force }

        $script:Others = "$($Server.AddressOf('/none.vma'))?s=Geheim", "$($Server.AddressOf('/absent.vma'))?s=Geheim", 'http://h:Geheim/x?s=Geheim'
        $script:GuardedUri = ConvertTo-SecureString "$($Guarded.AddressOf("/$Name"))?a=Geheim" -AsPlainText -Force

        # Everything that objects, errors and other records show, without the lines that they come from.
        function Show([object[]] $Items) {
            $Items | ForEach-Object {
                "$_"
                if ($_ -is [Management.Automation.ErrorRecord]) {
                    "$($_.TargetObject) $($_.CategoryInfo) $($_.Exception) $($_.ErrorDetails)"
                }
                elseif ($_ -isnot [Management.Automation.InformationalRecord]) {
                    $_ | Format-List * -Force | Out-String -Width 4096
                    $_ | ConvertTo-Json -Depth 2 -WarningAction Ignore
                }
            } | Out-String -Width 4096
        }

        # Whether something shows a secret: a failure does not print all of it.
        function Find-Secret([string] $Text) {
            [regex]::Matches($Text, '.{0,80}Geheim.{0,80}').Value
        }
    }

    AfterAll {
        Get-PSDrive -PSProvider Vma -ErrorAction Ignore | Remove-PSDrive
        Get-VmaNbdServer | Stop-VmaNbdServer
        $Server, $Guarded | Where-Object { $_ } | ForEach-Object Dispose
        $env:XDG_CACHE_HOME = $SavedCache
    }

    Context 'each door' {
        It 'takes addresses by <Way>' -ForEach @(
            @{ Way = 'Path'; Get = { Get-VmaDevice $Uri } }
            @{ Way = 'a Uri as Path'; Get = { Get-VmaDevice ([uri] $Uri) } }
            @{ Way = 'LiteralPath'; Get = { Get-VmaDevice -LiteralPath $Uri } }
            @{ Way = 'the pipeline'; Get = { $Uri | Get-VmaDevice } }
            @{ Way = 'a Uri in the pipeline'; Get = { [uri] $Uri | Get-VmaDevice } }
            @{ Way = 'InputUri'; Get = { Get-VmaDevice -InputUri $Uri } }
            @{ Way = 'a Uri as InputUri'; Get = { Get-VmaDevice -InputUri ([uri] $Uri) } }
            @{ Way = 'a SecureString as InputUri'; Get = { Get-VmaDevice -InputUri (ConvertTo-SecureString $Uri -AsPlainText -Force) } }
        ) {
            $devices = & $Get
            $devices.Name | Should -Be (Get-VmaDevice $Sample).Name
            $devices.ArchivePath | Select-Object -Unique | Should -Be $Server.AddressOf("/$Name")
            @($Server.Log)[-1].Target | Should -BeLike '*X-Amz-Signature=Geheim%2Fx'
        }

        It 'takes no wildcards in addresses, and a query is none' {
            { Get-VmaDevice $Server.AddressOf('/*.vma') -ErrorAction Stop } | Should -Throw -ErrorId 'RemoteNotFound,*'
        }

        It 'reads what it reads of the file' {
            $Uri | Get-VmaConfig -Name qemu-server.conf -Raw | Should -Be (Get-VmaConfig $Sample -Name qemu-server.conf -Raw)
            (Get-VmaArchive $Uri).FileName | Should -Be $Name
            (Get-VmaVM $Uri).VMId | Should -Be 101
            (Get-VmaExtent -InputUri $Uri).Count | Should -Be (Get-VmaExtent $Sample).Count
            (Test-VmaArchive $Uri).IsValid | Should -BeTrue
            (Test-VmaArchive -InputUri $Uri).Findings.Code | Should -Be (Test-VmaArchive $Sample).Findings.Code
            (Get-VmaDeviceHash $Uri).Hash | Should -Be (Get-VmaDeviceHash $Sample).Hash
            (Get-VmaDeviceHash -InputUri $Uri).Hash | Should -Be (Get-VmaDeviceHash $Sample).Hash
            (Measure-VmaDevice $Uri).StoredBytes | Should -Be (Measure-VmaDevice $Sample).StoredBytes
            Compare-VmaDevice $Uri $Sample -Name drive-scsi0 -Quiet | Should -BeTrue
            Get-BytesDigest (Read-VmaDevice $Uri drive-scsi0 -Offset 0 -Count 64KB) | Should -Be (Get-BytesDigest (Read-VmaDevice $Sample drive-scsi0 -Offset 0 -Count 64KB))
        }

        It 'exports, and objects open what they were listed of' {
            Export-VmaDevice "$TestDrive/a" -InputUri $Uri
            Get-VmaDevice $Uri | Export-VmaDevice "$TestDrive/b" -FileName '{archive}-{device}'
            foreach ($device in Get-VmaDevice $Sample) {
                Get-Digest "$TestDrive/a/$($device.Name).raw" | Should -Be $SampleTruth.devices.($device.Name).sha256
                "$TestDrive/b/$($Name -replace '\.vma$')-$($device.Name).raw" | Should -Exist
            }

            # By its name alone: the session knows the address.
            $named = (Get-VmaDevice $Uri)[0].ArchivePath
            Get-VmaArchive $named | Should -Not -BeNullOrEmpty
            @($Server.Log)[-1].Target | Should -BeLike '*Geheim*'
        }

        It 'is what archives are made of' {
            Get-VmaDevice $Uri | New-VmaArchive "$TestDrive/new.vma"
            (Test-VmaArchive "$TestDrive/new.vma").IsValid | Should -BeTrue
            Optimize-VmaArchive "$TestDrive/optimized.vma" $Uri
            (Get-VmaDeviceHash "$TestDrive/optimized.vma").Hash | Should -Be (Get-VmaDeviceHash $Sample).Hash
            Export-VmaDevice "$TestDrive/indexed" -InputUri $GuestUri -NewIndexPath "$TestDrive/by.vmaindex"
            "$TestDrive/by.vmaindex" | Should -Exist
        }

        It 'reads files of guests' {
            $volume = (Get-VmaVolume $Guest | Where-Object FileSystem -EQ ext4)[0].Id
            $files = Get-VmaFile $GuestUri -Volume $volume
            $files.FullName | Should -Be (Get-VmaFile $Guest -Volume $volume).FullName
            $files[0].ArchivePath | Should -Be $Server.AddressOf('/guest.vma.zst')
            (Get-VmaFile -InputUri $GuestUri / -Volume $volume).FullName | Should -Be $files.FullName
            ($GuestUri | Get-VmaFile -FilePath / -Volume $volume).FullName | Should -Be $files.FullName
            (Get-VmaVolume -InputUri $GuestUri).Id | Should -Be (Get-VmaVolume $Guest).Id
            Export-VmaFile "$TestDrive/files" -InputUri $GuestUri -FilePath / -Volume $volume
            (Get-ChildItem "$TestDrive/files" -Recurse -File).Count | Should -BeGreaterThan 0
            { $GuestUri | Get-VmaFile -InputUri $GuestUri -ErrorAction Stop } | Should -Throw -ErrorId 'TwoSources,*'
        }

        It 'is a drive' {
            $null = New-PSDrive far Vma $GuestUri -Scope Global
            $null = New-PSDrive near Vma $Guest -Scope Global
            (Get-PSDrive far).Root | Should -Be $Server.AddressOf('/guest.vma.zst')
            (Get-ChildItem far:/).Name | Should -Be (Get-ChildItem near:/).Name
            $item = Get-Item far:/*.conf
            (Get-Item -LiteralPath $item.PSPath).Name | Should -Be $item.Name
            Get-Content far:/*.conf | Should -Be (Get-Content near:/*.conf)
            (Get-VmaDevice $GuestUri).Name | Should -Be (Get-VmaDevice $Guest).Name
            Remove-PSDrive far, near
        }

        It 'is a drive with headers, and with an address that only they see' {
            $plain = $Guarded.AddressOf("/$Name")
            { New-PSDrive shut Vma $plain -ErrorAction Stop } | Should -Throw -ErrorId 'RemoteAccessDenied,*'
            $shown = New-PSDrive open Vma $Name -InputUri $GuardedUri -Headers $Headers -Verbose 4>&1
            (Get-ChildItem open:/).Count | Should -BeGreaterThan 0
            Find-Secret (Show ($shown, (Get-PSDrive open), (Get-ChildItem open:/))) | Should -BeNullOrEmpty
            Remove-PSDrive open
        }

        It 'is an NBD server' {
            $nbd = Start-VmaNbdServer $Uri -Port 0
            $nbd.Exports.Count | Should -BeGreaterThan 0
            Find-Secret (Show ($nbd, (Get-VmaNbdServer))) | Should -BeNullOrEmpty
            $nbd | Stop-VmaNbdServer
        }

        It 'completes names' {
            Complete-Line "Get-VmaDevice '$Uri' -Name drive-s" | Should -Contain 'drive-scsi0'
        }

        It 'is no place to write to, nor a folder of backups' {
            { Export-VmaDevice $Uri -InputObject $Sample -ErrorAction Stop } | Should -Throw -ErrorId 'RemoteNotSupported,*'
            { Get-VmaBackup $Uri -ErrorAction Stop } | Should -Throw -ErrorId 'RemoteNotSupported,*'
            { New-VmaIndex $GuestUri -Beside -Force -ErrorAction Stop } | Should -Throw -ErrorId 'RemoteNotSupported,*'
            { Export-VmaDevice "$TestDrive/s" -InputObject $Uri -Salvage -ErrorAction Stop } | Should -Throw -ErrorId 'RemoteNotSupported,*'
            { Test-VmaArchive -InputUri 'nowhere' -ErrorAction Stop } | Should -Throw -ErrorId 'RemoteAddressInvalid,*'
            { Test-VmaArchive -InputUri 5 -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidInputObject,*'
        }

        It 'takes an index that lies elsewhere by <Way>, and shows nothing secret of it' -ForEach @(
            @{ Way = 'an address'; Index = { $IndexUri } }
            @{ Way = 'a Uri'; Index = { [uri] $IndexUri } }
            @{ Way = 'a SecureString'; Index = { ConvertTo-SecureString $IndexUri -AsPlainText -Force } }
            @{ Way = 'a path'; Index = { Join-Path $TestDrive 'elsewhere.vmaindex' } }
            @{ Way = 'a file'; Index = { Get-Item (Join-Path $TestDrive 'elsewhere.vmaindex') } }
        ) {
            # A signed address is good for one file.
            $signed = Start-HttpServer $indexed
            try {
                Add-ServedFile $signed $beside.IndexPath index
                [VmaTools.Testing.Answers]::Only($signed, @('/guest.vma.zst?a=Geheim', '/index?i=Geheim'))
                Copy-Item -LiteralPath $beside.IndexPath -Destination (Join-Path $TestDrive 'elsewhere.vmaindex')
                $address = "$($signed.AddressOf('/guest.vma.zst'))?a=Geheim"
                $IndexUri = "$($signed.AddressOf('/index'))?i=Geheim"
                $shown = @(Get-VmaFile -InputUri $address -FilePath / -Volume p2 -IndexPath (& $Index) -Verbose *>&1)
                @($shown | Where-Object { $_ -is [VmaTools.VmaFile] }).Count | Should -BeGreaterThan 0
                $null = New-PSDrive signed Vma x -InputUri $address -IndexPath (& $Index)
                (Get-ChildItem signed:/).Count | Should -BeGreaterThan 0
                Find-Secret (Show ($shown + (Get-PSDrive signed))) | Should -BeNullOrEmpty
                $signed.Log.Count | Should -BeLessThan 60
                (Get-VmaIndex).ArchivePath | Should -Not -Contain $signed.AddressOf('/guest.vma.zst')
            }
            finally {
                Remove-PSDrive signed -ErrorAction Ignore
                $signed.Dispose()
            }
        }

        It 'refuses an index that is not there' {
            { Get-VmaDevice $Uri -IndexPath "$TestDrive/none" } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*' -ExpectedMessage '*no such index*'
            { Get-VmaVolume $Uri -IndexPath "$($Server.AddressOf('/none'))?x=Geheim" -ErrorAction Stop } | Should -Throw -ErrorId 'RemoteNotFound,*'
        }

        It 'keeps indexes here' {
            Add-ServedFile $Server $Guest bare.vma.zst
            $bare = $Server.AddressOf('/bare.vma.zst')
            { Get-VmaIndex "$($bare)?s=Geheim" -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
            $index = New-VmaIndex "$($bare)?s=Geheim" -Force
            $index.IndexPath | Should -BeLike "$env:XDG_CACHE_HOME*"
            (Get-VmaIndex "$($bare)?s=other").IndexPath | Should -Be $index.IndexPath
            Find-Secret (Show ($index, (Get-VmaIndex))) | Should -BeNullOrEmpty
            Select-String -LiteralPath $index.IndexPath -Pattern 'Geheim' | Should -BeNullOrEmpty
            $index | Remove-VmaIndex
        }
    }

    Context 'headers' {
        It 'go with requests, as SecureStrings or strings, and objects keep them' {
            foreach ($headers in $Headers, @{ 'X-Key' = 'Geheim' }) {
                $device = (Get-VmaDevice $Guarded.AddressOf("/$Name") -Headers $headers)[0]
                (Read-VmaDevice -InputObject $device -Count 512).Count | Should -Be 512
            }

            @($Guarded.Log)[-1].Headers['X-Key'] | Should -Be 'Geheim'
            @($Guarded.Log)[-1].Headers['Range'] | Should -BeLike 'bytes=*'
        }

        It 'are needed where the server wants them' {
            { Get-VmaDevice "$($Guarded.AddressOf("/$Name"))?x" -ErrorAction Stop } | Should -Throw
            { Get-VmaDevice $Guarded.AddressOf('/other.vma') -ErrorAction Stop } | Should -Throw -ErrorId 'RemoteAccessDenied,*'
        }

        It 'that cannot be sent are refused without being shown' -ForEach @(
            @{ Bad = @{ 'X Key' = 'Geheim' } }, @{ Bad = @{ 'X-Key' = "Geheim`r`nA: b" } }, @{ Bad = @{ Range = 'Geheim' } }, @{ Bad = @{ 'X-Key' = [pscustomobject]@{ Geheim = 1 } } }
        ) {
            $null = Get-VmaDevice $Uri -Headers $Bad -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures.FullyQualifiedErrorId | Should -BeLike 'RemoteAddressInvalid,*'
            "$($failures.Exception) $($failures.TargetObject) $($failures.CategoryInfo)" | Should -Not -Match 'Geheim'
        }
    }

    It 'shows no secret in any stream, object, report or manifest' {
        $ErrorActionPreference = 'Continue'
        $all = @(
            Get-VmaArchive $Uri -Headers $Headers -Verbose -Debug *>&1
            Get-VmaDevice $Uri -Verbose *>&1
            Get-VmaVM $Uri *>&1
            Test-VmaArchive (@($Uri) + $Others) -Verbose *>&1
            Get-VmaVolume $GuestUri -Verbose *>&1
            Get-VmaFile $GuestUri /absent -Verbose *>&1
            Read-VmaFile $GuestUri /absent *>&1
            Export-VmaDevice "$TestDrive/c" -InputObject $Uri -Verbose -WhatIf *>&1
            New-VmaIndex $GuestUri -WhatIf -Force *>&1
            New-VmaManifest "$TestDrive/m.json" $Uri -PassThru -Verbose *>&1
            Export-VmaFile "$TestDrive/t.tar" -AsTar -InputUri $GuestUri -FilePath / -Volume p2 -NewManifestPath "$TestDrive/t.json" -Verbose *>&1
            Get-VmaIndex *>&1
            Test-VmaArchive $Uri | Export-VmaReport "$TestDrive/r.html" -Verbose *>&1
            Get-VmaBackup $Uri *>&1
            Get-Item "Vma::$($Server.AddressOf('/absent.vma'))/x" *>&1
        )
        $all.Count | Should -BeGreaterThan 20
        Find-Secret (Show $Uri) | Should -Not -BeNullOrEmpty
        Find-Secret (Show ($all)) | Should -BeNullOrEmpty
        foreach ($file in "$TestDrive/m.json", "$TestDrive/r.html") {
            $text = Get-Content -Raw -LiteralPath $file
            $text | Should -Match ([regex]::Escape($Name))
            $text | Should -Not -Match 'Geheim'
        }
    }

    It 'tells where a server sends no parts' {
        $whole = Start-HttpServer $Sample
        [VmaTools.Testing.Answers]::WholeOnly($whole)
        try {
            $address = $whole.AddressOf("/$Name")
            (Test-VmaArchive $address).IsValid | Should -BeTrue
            { Read-VmaDevice $address drive-scsi0 -ErrorAction Stop } | Should -Throw -ErrorId 'RemoteRangesUnsupported,*'
        }
        finally { $whole.Dispose() }
    }

    It 'stops waiting at once where somebody stops it' {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $shell = [powershell]::Create([initialsessionstate]::CreateDefault())
        try {
            $null = $shell.AddScript("Import-Module '$ModuleRoot/VmaTools.psd1'; Get-VmaDevice 'http://127.0.0.1:$($listener.LocalEndpoint.Port)/x.vma'")
            $running = $shell.BeginInvoke()

            # Somebody has come, and waits.
            $client = $listener.AcceptTcpClient()
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 45
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
            $client.Dispose()
        }
        finally {
            $shell.Dispose()
            $listener.Stop()
        }
    }
}
