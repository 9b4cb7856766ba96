# Hashes, manifests, partitions and comparisons of compressed archives, held against what the tools of the system say.
BeforeDiscovery {
    $packed = @(
        @{ Extension = 'zst'; Compression = 'Zstd'; Packer = 'zstd'; Arguments = '-q', '-c' }
        @{ Extension = 'gz'; Compression = 'Gzip'; Packer = 'gzip'; Arguments = , '-c' }
        @{ Extension = 'lzo'; Compression = 'Lzop'; Packer = 'lzop'; Arguments = , '-c' }
        @{ Extension = 'bz2'; Compression = 'Bzip2'; Packer = 'bzip2'; Arguments = , '-c' }
    )
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/ArchiveMaker.ps1"
    $truth = $SampleTruth.devices
    $plain = Join-Path $Corpus 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
    $raw = Join-Path $TestDrive 'raw'
    $savedCache = $env:XDG_CACHE_HOME
    $env:XDG_CACHE_HOME = Join-Path $TestDrive 'cache'

    # The disks as raw files that TRUTH.json vouches for, so that other digests of them can be trusted.
    Export-VmaDevice $raw -InputObject $plain
    foreach ($name in $truth.PSObject.Properties.Name) { Get-Digest (Join-Path $raw "$name.raw") | Should -Be $truth.$name.sha256 }

    function Test-Tool([string] $Name) { [bool](Get-Command $Name -CommandType Application -ErrorAction Ignore) }

    # What sha256sum and its like print of a file.
    function Get-ToolDigest([string] $Algorithm, [string] $Path) {
        ((& "$($Algorithm.ToLowerInvariant())sum" $Path) -replace '^\\').Split(' ')[0].ToUpperInvariant()
    }

    # A process that gives a file through a pipe.
    function Open-Pipe([string] $Path) {
        $start = [Diagnostics.ProcessStartInfo]::new('cat', "`"$Path`"")
        $start.RedirectStandardOutput = $true
        $start.UseShellExecute = $false
        [Diagnostics.Process]::Start($start)
    }

    function Compress-File([string] $Packer, [string[]] $Arguments, [string] $Path, [string] $Target) {
        $start = [Diagnostics.ProcessStartInfo]::new($Packer, ((@($Arguments) + "`"$Path`"") -join ' '))
        $start.RedirectStandardOutput = $true
        $start.UseShellExecute = $false
        $process = [Diagnostics.Process]::Start($start)
        $file = [IO.File]::Create($Target)
        $process.StandardOutput.BaseStream.CopyTo($file)
        $file.Dispose()
        $process.WaitForExit()
        $process.ExitCode | Should -Be 0
    }

    # Whether hashes are those of the disks and of the file itself, by every algorithm asked for.
    function Assert-HashSet([object[]] $Hash, [string] $File, [string[]] $Algorithms) {
        $Hash.Count | Should -Be (5 * $Algorithms.Count)
        foreach ($one in $Hash) {
            $of = if ($one.Name) { Join-Path $raw "$($one.Name).raw" } else { $File }
            $one.Hash | Should -BeExactly (Get-ToolDigest $one.Algorithm $of)
            $one.Size | Should -Be (Get-Item $of).Length
            if ($one.Name -and $one.Algorithm -eq 'SHA256') { $one.Hash | Should -Be $truth.($one.Name).sha256 }
        }
    }
}

AfterAll { $env:XDG_CACHE_HOME = $savedCache }

Describe 'A .<Extension> archive' -ForEach $packed {
    BeforeAll {
        $archive = Join-Path $Corpus "vzdump-qemu-101-2026_11_20-02_00_03.vma.$Extension"
        $algorithms = 'SHA256', 'MD5', 'SHA512'
    }

    It 'is digested with its disks, as sha256sum and its like digest them' {
        if (-not (Test-Tool sha256sum)) { Set-ItResult -Skipped -Because 'sha256sum was not found on PATH' }
        Assert-HashSet (Get-VmaDeviceHash $archive -Algorithm $algorithms -IncludeArchive) $archive $algorithms
    }

    It 'is digested the same from a stream and from a pipe' {
        if (-not ((Test-Tool sha256sum) -and (Test-Tool cat))) { Set-ItResult -Skipped -Because 'sha256sum or cat was not found on PATH' }
        $stream = [IO.File]::OpenRead($archive)
        try { Assert-HashSet (Get-VmaDeviceHash -InputStream $stream -Algorithm $algorithms -IncludeArchive) $archive $algorithms } finally { $stream.Dispose() }
        $pipe = Open-Pipe $archive
        try { Assert-HashSet (Get-VmaDeviceHash -InputStream $pipe.StandardOutput.BaseStream -Algorithm $algorithms -IncludeArchive) $archive $algorithms } finally { $pipe.Dispose() }
    }

    It 'gets a manifest that states the file as stored, the same from an export and from a pipe' {
        $made = New-VmaManifest (Join-Path $TestDrive "$Extension.json") $archive -PassThru
        $json = Get-Content -Raw $made | ConvertFrom-Json
        $json.archive.fileName | Should -BeExactly (Split-Path -Leaf $archive)
        $json.archive.compression | Should -BeExactly $Compression
        $json.archive.length | Should -Be (Get-Item $archive).Length
        $json.archive.digests.SHA256 | Should -BeExactly (Get-FileHash $archive).Hash
        foreach ($device in $json.devices) { $device.digests.SHA256 | Should -Be $truth.($device.name).sha256 }

        $exported = Join-Path $TestDrive "$Extension-exported"
        Export-VmaDevice $exported -InputObject $archive -Name drive-scsi2 -NewManifestPath "$exported.json"
        Get-Digest (Join-Path $exported 'drive-scsi2.raw') | Should -Be $truth.'drive-scsi2'.sha256
        $other = Get-Content -Raw "$exported.json" | ConvertFrom-Json
        foreach ($part in 'archive', 'devices', 'configs') { ($other.$part | ConvertTo-Json -Depth 6) | Should -BeExactly ($json.$part | ConvertTo-Json -Depth 6) }
        (Test-VmaArchive $archive -ManifestPath "$exported.json").DataProof | Should -BeExactly 'Manifest'
        if (Test-Tool cat) {
            $pipe = Open-Pipe $archive
            try { Export-VmaDevice "$exported-piped" -InputStream $pipe.StandardOutput.BaseStream -Name drive-scsi2 -NewManifestPath "$exported-piped.json" } finally { $pipe.Dispose() }
            $piped = Get-Content -Raw "$exported-piped.json" | ConvertFrom-Json
            ($piped.devices | ConvertTo-Json -Depth 6) | Should -BeExactly ($json.devices | ConvertTo-Json -Depth 6)
            $piped.archive.digests.SHA256 | Should -BeExactly $json.archive.digests.SHA256
        }
    }

    It 'is proven by its manifest, from a stream too, and by that of the same disks packed otherwise not' {
        $made = Join-Path $TestDrive "proof-$Extension.json"
        New-VmaManifest $made $archive
        $result = Test-VmaArchive $archive -ManifestPath $made
        $result.IsValid | Should -BeTrue
        $result.DataProof | Should -BeExactly 'Manifest'
        $stream = [IO.File]::OpenRead($archive)
        try { (Test-VmaArchive -InputStream $stream -ManifestPath $made).DataProof | Should -BeExactly 'Manifest' } finally { $stream.Dispose() }
        (Test-VmaArchive $archive).DataProof | Should -BeExactly 'Checksum'
        $other = Test-VmaArchive (Join-Path $Corpus 'shuffled.vma') -ManifestPath $made
        $other.Findings.Code | Should -Contain 'ManifestMismatch'
    }

    It 'is red by its manifest where the archive was packed again from other data' {
        if (-not (Test-Tool $Packer)) { Set-ItResult -Skipped -Because "$Packer was not found on PATH" }
        $made = Join-Path $TestDrive "again-$Extension.json"
        New-VmaManifest $made $archive
        $bytes = [IO.File]::ReadAllBytes($plain)
        $bytes[18509] = $bytes[18509] -bxor 1
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive "again-$Extension")
        [IO.File]::WriteAllBytes("$folder/flipped.vma", $bytes)
        $flipped = Join-Path $folder (Split-Path -Leaf $archive)
        Compress-File $Packer $Arguments "$folder/flipped.vma" $flipped
        (Test-VmaArchive $flipped).IsValid | Should -BeTrue -Because 'its own checksums match'
        $result = Test-VmaArchive $flipped -ManifestPath $made
        $result.IsValid | Should -BeFalse
        ($result.Findings | Where-Object Code -EQ ManifestMismatch).Device | Should -Contain 'drive-scsi0'
    }

    It 'may have its clusters in any order' {
        if (-not ((Test-Tool $Packer) -and (Test-Tool cat))) { Set-ItResult -Skipped -Because "$Packer or cat was not found on PATH" }
        $shuffled = Join-Path $TestDrive "shuffled.vma.$Extension"
        Compress-File $Packer $Arguments (Join-Path $Corpus 'shuffled.vma') $shuffled
        foreach ($hash in Get-VmaDeviceHash $shuffled) { $hash.Hash | Should -Be $truth.($hash.Name).sha256 }
        $pipe = Open-Pipe $shuffled
        try { foreach ($hash in Get-VmaDeviceHash -InputStream $pipe.StandardOutput.BaseStream) { $hash.Hash | Should -Be $truth.($hash.Name).sha256 } } finally { $pipe.Dispose() }
        New-VmaManifest "$shuffled.json" $shuffled
        (Test-VmaArchive $shuffled -ManifestPath "$shuffled.json").DataProof | Should -BeExactly 'Manifest'
    }

    It 'compares with the plain one and with raw files in place' {
        Compare-VmaDevice $archive (Join-Path $raw 'drive-scsi0.raw') -Name drive-scsi0 | Should -BeNullOrEmpty
        Get-VmaDevice $archive -Name drive-scsi0 | Compare-VmaDevice (Get-VmaDevice $plain -Name drive-scsi0) -Quiet | Should -BeTrue
        $edited = Join-Path $TestDrive "edited-$Extension.raw"
        $bytes = [IO.File]::ReadAllBytes((Join-Path $raw 'drive-scsi0.raw'))
        $bytes[5000] = $bytes[5000] -bxor 1
        [IO.File]::WriteAllBytes($edited, $bytes)
        $found = Compare-VmaDevice $archive $edited -Name drive-scsi0
        $found.Offset | Should -Be 4096
        $found.Size | Should -Be 4096
    }

    It 'shows its partitions, and exports, reads and digests them' {
        if (-not (Test-Tool $Packer)) { Set-ItResult -Skipped -Because "$Packer was not found on PATH" }
        $disk = Expand-TestDisk gpt
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive "disks-$Extension")
        Write-TestArchive "$folder/disks.vma" ([ordered]@{ gpt = $disk; ext4 = Expand-TestDisk ext4 })
        $file = Join-Path $folder "vzdump-qemu-102-2026_11_20-02_00_03.vma.$Extension"
        Compress-File $Packer $Arguments "$folder/disks.vma" $file
        $found = @(Get-VmaPartition $file -Name gpt -WarningAction SilentlyContinue)
        $wanted = @(Get-VmaPartition "$folder/disks.vma" -Name gpt -WarningAction SilentlyContinue)
        $found.Count | Should -BeGreaterThan 1
        foreach ($property in 'Index', 'Offset', 'Size', 'FileSystem', 'Uuid') { $found.$property | Should -Be $wanted.$property }
        (Get-VmaPartition $file -Name ext4).FileSystem | Should -Be 'ext4'
        foreach ($partition in $found) {
            $part = [IO.MemoryStream]::new($disk, [int]$partition.Offset, [int]$partition.Size)
            $digest = (Get-FileHash -InputStream $part).Hash
            ($partition | Get-VmaDeviceHash).Hash | Should -BeExactly $digest
            $exported = $partition | Export-VmaDevice (Join-Path $folder 'out') -PassThru
            (Get-FileHash $exported.FullName).Hash | Should -BeExactly $digest
            Get-BytesDigest ($partition | Read-VmaDevice -Count 4096) | Should -Be (Get-BytesDigest ([byte[]]$disk[$partition.Offset..($partition.Offset + 4095)]))
        }

        Compare-VmaDevice $found[0] $wanted[0] -Quiet | Should -BeTrue
    }
}
