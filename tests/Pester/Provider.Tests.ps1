BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/ArchiveMaker.ps1"
    . "$PSScriptRoot/GuestSample.ps1"
    $script:Archive = Join-Path $Corpus 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
    $script:Disk = $Truth.'vzdump-qemu-101-2026_11_20-02_00_03'.devices.'drive-scsi0'

    function Get-Digest([byte[]]$Bytes) {
        $sha = [System.Security.Cryptography.SHA256]::Create()
        try { [System.BitConverter]::ToString($sha.ComputeHash($Bytes)).Replace('-', '').ToLowerInvariant() } finally { $sha.Dispose() }
    }
}

Describe 'The Vma provider' {
    BeforeAll {
        Push-Location $Corpus
        New-PSDrive -Name bk -PSProvider Vma -Root ./vzdump-qemu-101-2026_11_20-02_00_03.vma -Scope Script | Out-Null
    }
    AfterAll {
        Pop-Location
        Remove-PSDrive bk -Force -ErrorAction SilentlyContinue
    }

    It 'lists configs and devices' {
        Get-ChildItem bk:\ -Name | Should -Be @('qemu-server.conf', 'qemu-server.fw', 'drive-efidisk0', 'drive-scsi0', 'drive-scsi2', 'drive-tpmstate0-backup')
        @(Get-ChildItem bk:\)[0].PSObject.BaseObject | Should -BeOfType VmaTools.VmaConfig
        @(Get-ChildItem bk:\)[3].PSObject.BaseObject | Should -BeOfType VmaTools.VmaDevice
        (Get-Item bk:\).PSObject.BaseObject | Should -BeOfType VmaTools.VmaArchive
    }

    It 'shows everything in one table' {
        $text = Get-ChildItem bk:\ | Out-String -Width 120
        $text | Should -Match 'qemu-server.conf +973 B config'
        $text | Should -Match 'drive-scsi0 +8 MiB disk'
    }

    It 'expands wildcards' {
        (Get-Item bk:\drive-s*).Name | Should -Be @('drive-scsi0', 'drive-scsi2')
        (Get-ChildItem bk:\* -Include *.conf).Name | Should -Be 'qemu-server.conf'
    }

    It 'knows what is there' {
        Test-Path bk:\drive-scsi0 | Should -BeTrue
        Test-Path bk:\DRIVE-SCSI0 | Should -BeTrue
        Test-Path bk:\drive-scsi0 -PathType Container | Should -BeTrue
        Test-Path bk:\qemu-server.conf -PathType Leaf | Should -BeTrue
        Test-Path bk:\nope | Should -BeFalse
        Test-Path bk:\drive-scsi0\p1 | Should -BeFalse
        Test-Path bk:\drive-scsi0\p1\p1 | Should -BeFalse
        { Get-Item bk:\nope -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,*'
    }

    It 'can be walked' {
        Push-Location bk:\drive-scsi0
        try {
            Set-Location ..
            (Get-Item drive-scsi2).Name | Should -Be 'drive-scsi2'
            Set-Location drive-scsi0
            (Get-Item ../drive-efidisk0).Name | Should -Be 'drive-efidisk0'
            (Resolve-Path ../drive-scsi*).Path.Count | Should -Be 2
            (Get-Location).Path | Should -Match '^bk:[\\/]drive-scsi0$'
        }
        finally { Pop-Location }
    }

    It 'completes names' {
        (TabExpansion2 'Get-Item bk:/drive-sc' 21).CompletionMatches.CompletionText | Should -Match 'drive-scsi[02]$'
    }

    It 'reads texts' {
        $text = (Get-VmaConfig $Archive qemu-server.conf).Text
        Get-Content bk:\qemu-server.conf -Raw | Should -BeExactly $text
        @(Get-Content bk:\qemu-server.conf)[0] | Should -BeExactly ($text -split "`n")[0]
        @(Get-Content bk:\qemu-server.conf -TotalCount 2).Count | Should -Be 2
        @(Get-Content bk:\qemu-server.conf -AsByteStream).Count | Should -Be 973
        Get-Content bk:\qemu-server.conf -Encoding latin1 -TotalCount 1 | Should -BeExactly ($text -split "`n")[0]
    }

    It 'counts bytes as the file system does' {
        $first = Get-Content bk:\drive-scsi0 -AsByteStream -TotalCount 512
        $first.Count | Should -Be 512
        $first[0] | Should -BeOfType byte
        $blocks = @(Get-Content bk:\drive-scsi0 -AsByteStream -ReadCount 3MB)
        $blocks.Count | Should -Be 3
        , $blocks[0] | Should -BeOfType byte[]
        $blocks.Length | Should -Be 3
        Get-Digest ($blocks | ForEach-Object { $_ }) | Should -Be $Disk.sha256
        Get-Digest (Get-Content bk:\drive-scsi0 -AsByteStream -Raw) | Should -Be $Disk.sha256
        (Get-Content bk:\drive-scsi0 -AsByteStream -ReadCount 0).Length | Should -Be $Disk.size
    }

    It 'reads at any place through its reader' {
        $reader = $ExecutionContext.InvokeProvider.Content.GetReader('bk:\qemu-server.fw')[0]
        try {
            $reader.Seek(1, 'Begin')
            @($reader.Read(1))[0] | Should -BeExactly @(Get-Content bk:\qemu-server.fw)[1]
        }
        finally { $reader.Close() }
    }

    It 'wants bytes of a disk to be asked for' {
        { Get-Content bk:\drive-scsi0 -ErrorAction Stop } | Should -Throw -ErrorId 'AsByteStreamRequired,*'
        { Get-Content bk:\ -ErrorAction Stop } | Should -Throw -ErrorId 'NoContent,*'
    }

    It 'hands items to cmdlets' {
        (Get-Item bk:\drive-scsi2 | Read-VmaDevice -Count 16).Length | Should -Be 16
        $file = Get-Item bk:\drive-scsi0 | Export-VmaDevice $TestDrive -PassThru
        (Get-FileHash $file.FullName).Hash | Should -Be $Disk.sha256
        (Get-ChildItem bk:\drive-* | Export-VmaDevice (Join-Path $TestDrive all) -PassThru).Count | Should -Be 4
        (Get-Item bk:\ | Get-VmaDevice).Count | Should -Be 4
        $there = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize((Get-Item bk:\drive-scsi2)))
        ($there | Read-VmaDevice -Count 8).Length | Should -Be 8
    }

    It 'finds items by their full path' {
        $item = Get-Item bk:\drive-scsi0
        (Get-Item -LiteralPath $item.PSPath).Name | Should -Be 'drive-scsi0'
        (Get-ChildItem "Vma::$Archive").Count | Should -Be 6
    }

    It 'refuses to <Name>' -ForEach @(
        @{ Name = 'make an item'; Write = { New-Item bk:\x -ErrorAction Stop } }
        @{ Name = 'remove'; Write = { Remove-Item bk:\drive-scsi0 -Recurse -Force -ErrorAction Stop } }
        @{ Name = 'rename'; Write = { Rename-Item bk:\drive-scsi0 x -ErrorAction Stop } }
        @{ Name = 'move'; Write = { Move-Item bk:\drive-scsi0 bk:\x -ErrorAction Stop } }
        @{ Name = 'copy'; Write = { Copy-Item bk:\drive-scsi0 bk:\x -ErrorAction Stop } }
        @{ Name = 'write content'; Write = { Set-Content bk:\qemu-server.conf x -ErrorAction Stop } }
        @{ Name = 'append content'; Write = { Add-Content bk:\qemu-server.conf x -ErrorAction Stop } }
        @{ Name = 'clear content'; Write = { Clear-Content bk:\drive-scsi0 -ErrorAction Stop } }
        @{ Name = 'set an item'; Write = { Set-Item bk:\drive-scsi0 1 -ErrorAction Stop } }
        @{ Name = 'clear an item'; Write = { Clear-Item bk:\drive-scsi0 -ErrorAction Stop } }
    ) {
        $Write | Should -Throw -ErrorId 'VmaDriveReadOnly,*'
    }

    It 'lets nobody write under a new name' {
        # PowerShell takes such a path for one of the file system, where the archive is no folder.
        { Set-Content bk:\new x -ErrorAction Stop } | Should -Throw
        { Add-Content bk:\new x -ErrorAction Stop } | Should -Throw
        Test-Path bk:\new | Should -BeFalse
        (Get-ChildItem bk:\).Count | Should -Be 6
    }

    It 'notices that the archive was replaced' {
        $copy = Join-Path $TestDrive 'replaced.vma'
        Copy-Item $Archive $copy
        New-PSDrive -Name old -PSProvider Vma -Root $copy | Out-Null
        Test-Path old:\drive-scsi0 | Should -BeTrue
        (Get-Item $copy).LastWriteTimeUtc = [datetime]::UtcNow.AddHours(1)
        { Get-ChildItem old:\ -ErrorAction Stop } | Should -Throw -ErrorId 'SourceChanged,*'
        { Get-Content old:\drive-scsi0 -AsByteStream -TotalCount 1 -ErrorAction Stop } | Should -Throw -ErrorId 'SourceChanged,*'
        Remove-PSDrive old
    }

    It 'makes no drive of what is no archive' {
        { New-PSDrive -Name no -PSProvider Vma -Root "$Corpus/TRUTH.json" -ErrorAction Stop } | Should -Throw -ErrorId 'NotAnArchive,*'
        { New-PSDrive -Name no -PSProvider Vma -Root "$Corpus/none.vma" -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
    }
}

Describe 'Partitions on a Vma drive' {
    BeforeAll {
        $disk = Expand-TestDisk gpt
        $file = Join-Path $TestDrive 'vzdump-qemu-102-2026_11_20-02_00_03.vma'
        Write-TestArchive $file ([ordered]@{ gpt = $disk; ext4 = Expand-TestDisk ext4 })
        New-PSDrive -Name pt -PSProvider Vma -Root $file -Scope Script | Out-Null
        $partitions = @(Get-VmaPartition $file -Name gpt -WarningAction SilentlyContinue)

        function Get-Slice($Partition) {
            $bytes = [byte[]]::new($Partition.Size)
            [array]::Copy($disk, $Partition.Offset, $bytes, 0, $bytes.Length)
            , $bytes
        }
    }
    AfterAll { Remove-PSDrive pt -Force -ErrorAction SilentlyContinue }

    It 'are the children of their device' {
        $partitions.Count | Should -BeGreaterThan 1
        $items = @(Get-ChildItem pt:\gpt)
        $items.Count | Should -Be $partitions.Count
        $items.PSChildName | Should -Be $partitions.ForEach({ "p$($_.Index)" })
        $items.Offset | Should -Be $partitions.Offset
        $items[0].PSObject.BaseObject | Should -BeOfType VmaTools.VmaPartition
        Get-ChildItem pt:\gpt -Name | Should -Be $items.PSChildName
        # A disk without a table is a volume itself; that of the sample has nothing behind its superblock.
        { Get-ChildItem pt:\ext4 -ErrorAction Stop } | Should -Throw -ErrorId 'FileSystemChecksumMismatch,*'
        @(Get-ChildItem pt:\ -Recurse).Count | Should -Be (2 + $items.Count)
        Get-ChildItem pt:\gpt | Out-String -Width 120 | Should -Match 'p1 .*(KiB|MiB)'
    }

    It 'are found by name' {
        Test-Path pt:\gpt\p1 | Should -BeTrue
        Test-Path pt:\gpt\P1 | Should -BeTrue
        Test-Path pt:\gpt\p99 | Should -BeFalse
        (Get-Item pt:\gpt\p*).Count | Should -Be $partitions.Count
        (TabExpansion2 'Get-Item pt:/gpt/p' 18).CompletionMatches.CompletionText | Should -Contain 'pt:/gpt/p1'
        (Get-Item "Vma::$file/gpt/p1").Index | Should -Be 1
    }

    It 'have their own bytes as content' {
        foreach ($partition in $partitions) {
            $bytes = Get-Content "pt:\gpt\p$($partition.Index)" -AsByteStream -Raw
            [System.Linq.Enumerable]::SequenceEqual([byte[]]$bytes, (Get-Slice $partition)) | Should -BeTrue
        }
        { Get-Content pt:\gpt\p1 -ErrorAction Stop } | Should -Throw -ErrorId 'AsByteStreamRequired,*'
    }

    It 'go into cmdlets that take partitions' {
        foreach ($item in Get-ChildItem pt:\gpt) {
            $digest = Get-BytesDigest (Get-Slice $item)
            ($item | Get-VmaDeviceHash).Hash | Should -Be $digest
            $written = $item | Export-VmaDevice $TestDrive/parts -PassThru
            $written.Name | Should -BeExactly "gpt-p$($item.Index).raw"
            (Get-FileHash $written.FullName).Hash | Should -Be $digest
            ($item | Read-VmaDevice -Count 100).Length | Should -Be 100
        }
        (Get-Item pt:\gpt | Get-VmaDeviceHash).Hash | Should -Be (Get-BytesDigest $disk)
    }

    It 'come in the same way from a compressed archive' {
        $packed = "$file.gz"
        $gzip = [IO.Compression.GZipStream]::new([IO.File]::Create($packed), [IO.Compression.CompressionMode]::Compress)
        $bytes = [IO.File]::ReadAllBytes($file)
        $gzip.Write($bytes, 0, $bytes.Length)
        $gzip.Dispose()
        $env:XDG_CACHE_HOME, $saved = (Join-Path $TestDrive cache), $env:XDG_CACHE_HOME
        try {
            New-PSDrive -Name pz -PSProvider Vma -Root $packed | Out-Null
            Get-ChildItem pz:\gpt -Name | Should -Be @(Get-ChildItem pt:\gpt -Name)
            $bytes = Get-Content pz:\gpt\p1 -AsByteStream -Raw
            [System.Linq.Enumerable]::SequenceEqual([byte[]]$bytes, (Get-Slice $partitions[0])) | Should -BeTrue
            Remove-PSDrive pz
        }
        finally { $env:XDG_CACHE_HOME = $saved }
    }
}

Describe 'Files on a Vma drive' {
    BeforeAll {
        New-PSDrive -Name gf -PSProvider Vma -Root $Guest -Scope Script | Out-Null
        $truth = Get-GuestTruth 'disk0p2'
        $byPath = @{}
        foreach ($file in $truth.files) { $byPath[$file.path] = $file }
        function Get-FileDigest([string] $Path) { (Get-FileHash -LiteralPath $Path).Hash }
        $some = $truth.files | Where-Object { $_.type -eq 'file' -and $_.path -like '/basics/*' -and $_.size -gt 1000 } | Select-Object -First 1

        # The path on the drive of one in the guest: what \xNN says of a byte, and what cannot stand in a path, becomes %NN.
        function Get-DrivePath([string] $Volume, [string] $Path) {
            $entry = Get-VmaFile $Guest -LiteralFilePath $Path -Volume $Volume -Force -WarningAction SilentlyContinue
            @(Get-ChildItem -LiteralPath "gf:\drive-scsi0\$Volume\$([IO.Path]::GetDirectoryName($Path).Replace('\', '/'))" -Force | Where-Object FullName -CEQ $entry.FullName)[0].PSPath
        }
    }
    AfterAll { Remove-PSDrive gf -Force -ErrorAction SilentlyContinue }

    It 'lie below their volumes' {
        $files = @(Get-ChildItem gf:\drive-scsi0\p2 -Recurse -Force)
        $wanted = @($truth.files | Where-Object path -NE '/')
        @($files.FullName | Sort-Object -CaseSensitive) -join "`n" | Should -BeExactly (@($wanted.path | Sort-Object -CaseSensitive) -join "`n")
        $files[0].PSObject.BaseObject | Should -BeOfType VmaTools.VmaFile
        $file = @($files | Where-Object FullName -CEQ $some.path)[0]
        $file.Length | Should -Be $some.size
        $file.PSIsContainer | Should -BeFalse
        $file.PSDrive.Name | Should -Be gf
        (Get-Item gf:\drive-scsi0\p2\basics).PSIsContainer | Should -BeTrue
    }

    It 'are reached by their names, whatever these are' {
        foreach ($item in Get-ChildItem gf:\drive-scsi0\p2 -Recurse -Force) {
            (Get-Item -LiteralPath $item.PSPath -Force).FullName | Should -BeExactly $item.FullName
        }
        foreach ($item in Get-ChildItem gf:\drive-scsi0\p6\names -Recurse -Force) {
            (Get-Item -LiteralPath $item.PSPath -Force).FullName | Should -BeExactly $item.FullName
        }
    }

    It 'give their content' {
        $path = "gf:\drive-scsi0\p2$($some.path)"
        Get-BytesDigest (Get-Content -LiteralPath $path -AsByteStream -Raw) | Should -Be $some.sha256
        $lines = (Read-VmaFile $Guest /basics/text.txt -Volume p2 -AsText)
        Get-Content gf:\drive-scsi0\p2\basics\text.txt | Should -BeExactly $lines
        @(Get-Content gf:\drive-scsi0\p2\basics\text.txt -TotalCount 3) | Should -BeExactly @($lines)[0..2]
        Get-Item gf:\drive-scsi0\p2\basics\text.txt | Get-Content -TotalCount 1 | Should -BeExactly @($lines)[0]
        { Get-Content gf:\drive-scsi0\p2\basics -ErrorAction Stop } | Should -Throw -ErrorId 'NoContent,*'
        @(Get-Content gf:\drive-scsi0\p2 -AsByteStream -TotalCount 512).Count | Should -Be 512
    }

    It 'give named streams' {
        $file = (Get-GuestTruth 'disk0p6').files | Where-Object { $_.ads } | Select-Object -First 1
        $stream = $file.ads[0]
        $path = Get-DrivePath p6 $file.path
        Get-BytesDigest (Get-Content -LiteralPath $path -Stream $stream.name -AsByteStream -Raw) | Should -Be $stream.sha256
        { Get-Content -LiteralPath $path -Stream nothing -ErrorAction Stop } | Should -Throw
    }

    It 'are filtered, by depth and by name' {
        @(Get-ChildItem gf:\drive-scsi0\p2 -Recurse -Filter big.txt).FullName | Should -BeExactly '/basics/big.txt'
        @(Get-ChildItem gf:\drive-scsi0\p2 -Filter bas*).FullName | Should -BeExactly '/basics'
        @(Get-ChildItem gf:\drive-scsi0\p2 -Depth 1 -Force).Count | Should -Be @($truth.files | Where-Object { $_.path -ne '/' -and $_.path.Split('/').Count -le 3 }).Count
        @(Get-ChildItem gf:\drive-scsi0\p2\basics -Recurse -Include big.txt).FullName | Should -BeExactly '/basics/big.txt'
        @(Get-ChildItem gf:\drive-scsi0\p2\bas*\len-10?).Name | Should -Be 'len-100'
        Get-ChildItem gf:\drive-scsi0\p2\basics -Name -Filter len-1* | Should -Contain 'len-100'
    }

    It 'stop at volumes from above, unless forced' {
        $items = @(Get-ChildItem gf:\ -Recurse)
        @($items | Where-Object { $_.PSObject.BaseObject -is [VmaTools.VmaFile] }).Count | Should -Be 0
        @($items | Where-Object { $_.PSObject.BaseObject -is [VmaTools.VmaPartition] }).Count | Should -Be 6
        $all = @(Get-ChildItem gf:\ -Recurse -Force)
        @($all | Where-Object { $_.PSObject.BaseObject -is [VmaTools.VmaFile] -and $_.Volume -eq 'drive-scsi0/p2' }).Count | Should -Be ($truth.files.Count - 1)
    }

    It 'are told apart as the file system does it' {
        Test-Path gf:\drive-scsi0\p2\basics\text.txt | Should -BeTrue
        Test-Path gf:\drive-scsi0\p2\BASICS | Should -BeFalse
        Test-Path gf:\drive-scsi0\p6\WINDOWS | Should -BeTrue
        Test-Path gf:\drive-scsi0\p2\basics -PathType Container | Should -BeTrue
        Test-Path gf:\drive-scsi0\p2\basics\text.txt -PathType Leaf | Should -BeTrue
        Test-Path gf:\drive-scsi0\p2\nothing | Should -BeFalse
        { Get-Item gf:\drive-scsi0\p2\nothing -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,*'
    }

    It 'are followed where they are links' {
        $links = @($truth.files | Where-Object { $_.type -eq 'symlink' })
        $toFile = $links | Where-Object { $byPath["/links/$($_.target)"].type -eq 'file' -and $_.path -like '/links/*' -and $_.path.Split('/').Count -eq 3 } | Select-Object -First 1
        Get-BytesDigest (Get-Content "gf:\drive-scsi0\p2$($toFile.path)" -AsByteStream -Raw) | Should -Be $byPath["/links/$($toFile.target)"].sha256
        (Get-Item "gf:\drive-scsi0\p2$($toFile.path)").LinkTarget | Should -BeExactly $toFile.target
        Get-ChildItem gf:\drive-scsi0\p2\links\to-dir -Name | Should -Be @(Get-ChildItem gf:\drive-scsi0\p2\links\dir -Name)
        @(Get-ChildItem gf:\drive-scsi0\p2\links -Recurse).FullName | Should -Not -Contain '/links/to-dir/inside'
        Test-Path gf:\drive-scsi0\p2\links\loop-a\x | Should -BeFalse
        Test-Path gf:\drive-scsi0\p2\links\dangling | Should -BeTrue
        { Get-Content gf:\drive-scsi0\p2\links\dangling -ErrorAction Stop } | Should -Throw -ErrorId 'FileNotFound,*'
    }

    It 'can be walked and completed' {
        Push-Location gf:\drive-scsi0\p2\basics
        try {
            (Get-Item text.txt).FullName | Should -BeExactly '/basics/text.txt'
            Set-Location ..
            (Get-Item basics/text.txt).FullName | Should -BeExactly '/basics/text.txt'
        }
        finally { Pop-Location }
        Complete-Line 'Get-Item gf:/drive-scsi0/p2/basics/te' | Should -Contain 'gf:/drive-scsi0/p2/basics/text.txt'
    }

    It 'are copied out by the pipeline' {
        $written = Get-Item gf:\drive-scsi0\p2\basics\text.txt | Export-VmaFile $TestDrive/one -PassThru
        $written.Name | Should -BeExactly 'text.txt'
        Get-FileDigest $written.FullName | Should -Be $byPath['/basics/text.txt'].sha256
        Get-ChildItem gf:\drive-scsi0\p2\basics -Recurse -Filter big.txt | Export-VmaFile $TestDrive/many
        Get-FileDigest $TestDrive/many/big.txt | Should -Be $byPath['/basics/big.txt'].sha256
        Get-Item gf:\drive-scsi0\p2\basics | Export-VmaFile $TestDrive/tree
        Get-FileDigest $TestDrive/tree/basics/big.txt | Should -Be $byPath['/basics/big.txt'].sha256
    }

    It 'cannot be changed' {
        { Remove-Item gf:\drive-scsi0\p2\basics -Recurse -Force -ErrorAction Stop } | Should -Throw -ErrorId 'VmaDriveReadOnly,*'
        { Get-Item gf:\drive-scsi0\p2\basics\text.txt | Remove-Item -ErrorAction Stop } | Should -Throw -ErrorId 'VmaDriveReadOnly,*'
        { Set-Content gf:\drive-scsi0\p2\basics\text.txt x -ErrorAction Stop } | Should -Throw -ErrorId 'VmaDriveReadOnly,*'
    }
}

Describe 'Logical volumes on a Vma drive' {
    BeforeAll {
        New-PSDrive -Name lv -PSProvider Vma -Root (Join-Path $Fixtures 'disks/lvm-two-disks.vma.zst') -Scope Script | Out-Null
        New-PSDrive -Name md -PSProvider Vma -Root (Join-Path $Fixtures 'disks/md-raid0.vma.zst') -Scope Script | Out-Null
    }
    AfterAll { Remove-PSDrive lv, md -Force -ErrorAction SilentlyContinue }

    It 'lie below their groups, beside the devices' {
        (Get-Item lv:\data).PSObject.BaseObject | Should -BeOfType VmaTools.VmaVolumeGroup
        Get-ChildItem lv:\data -Name | Sort-Object | Should -Be span, stripe
        (Get-Item lv:\data\span).PSObject.BaseObject | Should -BeOfType VmaTools.VmaVolume
        Get-ChildItem lv:\ | Out-String -Width 120 | Should -Match 'data +.*group +2 volumes'
        Get-ChildItem lv:\data | Out-String -Width 120 | Should -Match 'span +.*volume +ext4'
    }

    It 'have files and bytes' {
        $file = Get-Item lv:\data\span\basics\text.txt
        $file.Volume | Should -BeExactly 'data/span'
        $file | Get-Content -TotalCount 1 | Should -Not -BeNullOrEmpty
        @(Get-Content lv:\data\span -AsByteStream -TotalCount 4096).Count | Should -Be 4096
        (Get-Item lv:\data | Get-VmaVolume).Id | Sort-Object | Should -Be 'data/span', 'data/stripe'
    }

    It 'are arrays, too' {
        (Get-Item md:\md0).Kind | Should -Be Array
        (Get-ChildItem md:\md0 -Filter basics).FullName | Should -BeExactly '/basics'
    }

    It 'are there for paths without a drive' {
        $path = (Get-Item lv:\data\span\basics\text.txt).PSPath
        Remove-PSDrive lv
        (Get-Item -LiteralPath $path).FullName | Should -BeExactly '/basics/text.txt'
        @(Get-ChildItem -LiteralPath $path.Substring(0, $path.LastIndexOf('/'))).FullName | Should -Contain '/basics/text.txt'
    }
}
