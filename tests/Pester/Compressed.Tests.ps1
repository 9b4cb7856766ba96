# Hashes, manifests, partitions and comparisons of archives that were compressed by the programs that the formats come from.
BeforeDiscovery {
    $packed = @(
        @{ Extension = 'zst'; Compression = 'Zstd' }
        @{ Extension = 'gz'; Compression = 'Gzip' }
        @{ Extension = 'lzo'; Compression = 'Lzop' }
        @{ Extension = 'bz2'; Compression = 'Bzip2' }
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

    # The end of a pipe through which a file comes.
    function Open-Pipe([string] $Path) {
        $writer = [IO.Pipes.AnonymousPipeServerStream]::new('Out')
        $reader = [IO.Pipes.AnonymousPipeClientStream]::new('In', $writer.ClientSafePipeHandle)
        $null = [powershell]::Create().AddScript({
                param($From, $To)
                try { $From.CopyTo($To) } catch [IO.IOException] { 'Whoever read has gone.' } finally { $From.Dispose(); $To.Dispose() }
            }).AddArgument([IO.File]::OpenRead($Path)).AddArgument($writer).BeginInvoke()
        $reader
    }

    # Two disks whose clusters come last first, plain; ../fixtures/packed has the same packed.
    $disks = [ordered]@{ gpt = Expand-TestDisk gpt; ext4 = Expand-TestDisk ext4 }
    $plainDisks = Join-Path $TestDrive 'disks.vma'
    Write-TestArchive $plainDisks $disks -Backwards

    # The sample with another byte on a disk, which nothing in a plain archive covers.
    $flipped = Join-Path (New-Item -ItemType Directory (Join-Path $TestDrive 'flipped')) (Split-Path -Leaf $plain)
    $bytes = [IO.File]::ReadAllBytes($plain)
    $bytes[18509] = $bytes[18509] -bxor 1
    [IO.File]::WriteAllBytes($flipped, $bytes)

    # Whether hashes are those of the disks and of the file itself, by every algorithm asked for.
    function Assert-HashSet([object[]] $Hash, [string] $File, [string[]] $Algorithms) {
        $Hash.Count | Should -Be (5 * $Algorithms.Count)
        foreach ($one in $Hash) {
            $of = if ($one.Name) { Join-Path $raw "$($one.Name).raw" } else { $File }
            $one.Hash | Should -BeExactly (Get-FileHash -LiteralPath $of -Algorithm $one.Algorithm).Hash
            $one.Size | Should -Be (Get-Item $of).Length
            if ($one.Name -and $one.Algorithm -eq 'SHA256') { $one.Hash | Should -Be $truth.($one.Name).sha256 }
        }
    }
}

AfterAll { $env:XDG_CACHE_HOME = $savedCache }

Describe 'A .<Extension> archive' -ForEach $packed {
    BeforeAll {
        $archive = Join-Path $Corpus "vzdump-qemu-101-2026_11_20-02_00_03.vma.$Extension"
        $packedDisks = Join-Path $Fixtures "packed/disks.vma.$Extension"
        $algorithms = 'SHA256', 'MD5', 'SHA512'
    }

    It 'is digested with its disks, as Get-FileHash digests them' {
        Assert-HashSet (Get-VmaDeviceHash $archive -Algorithm $algorithms -IncludeArchive) $archive $algorithms
    }

    It 'is digested the same from a stream and from a pipe' {
        $stream = [IO.File]::OpenRead($archive)
        try { Assert-HashSet (Get-VmaDeviceHash -InputStream $stream -Algorithm $algorithms -IncludeArchive) $archive $algorithms } finally { $stream.Dispose() }
        $pipe = Open-Pipe $archive
        try { Assert-HashSet (Get-VmaDeviceHash -InputStream $pipe -Algorithm $algorithms -IncludeArchive) $archive $algorithms } finally { $pipe.Dispose() }
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
        $pipe = Open-Pipe $archive
        try { Export-VmaDevice "$exported-piped" -InputStream $pipe -Name drive-scsi2 -NewManifestPath "$exported-piped.json" } finally { $pipe.Dispose() }
        $piped = Get-Content -Raw "$exported-piped.json" | ConvertFrom-Json
        ($piped.devices | ConvertTo-Json -Depth 6) | Should -BeExactly ($json.devices | ConvertTo-Json -Depth 6)
        $piped.archive.digests.SHA256 | Should -BeExactly $json.archive.digests.SHA256
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

    It 'is red by the manifest of other data, though its own checksums match' {
        $made = Join-Path $TestDrive "other-$Extension.json"
        New-VmaManifest $made $flipped
        $result = Test-VmaArchive $archive -ManifestPath $made
        $result.IsValid | Should -BeFalse
        $differ = @(($result.Findings | Where-Object Code -EQ ManifestMismatch).Device | Where-Object { $_ })
        $differ | Should -Be 'drive-scsi0'
    }

    It 'may have its clusters in any order' {
        foreach ($hash in Get-VmaDeviceHash $packedDisks) { $hash.Hash | Should -Be (Get-BytesDigest $disks[$hash.Name]) }
        $pipe = Open-Pipe $packedDisks
        try { $hashes = @(Get-VmaDeviceHash -InputStream $pipe) } finally { $pipe.Dispose() }
        $hashes.Name | Should -Be 'gpt', 'ext4'
        foreach ($hash in $hashes) { $hash.Hash | Should -Be (Get-BytesDigest $disks[$hash.Name]) }
        New-VmaManifest "$TestDrive/disks-$Extension.json" $packedDisks
        (Test-VmaArchive $packedDisks -ManifestPath "$TestDrive/disks-$Extension.json").DataProof | Should -BeExactly 'Manifest'
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
        $found = @(Get-VmaPartition $packedDisks -Name gpt -WarningAction SilentlyContinue)
        $wanted = @(Get-VmaPartition $plainDisks -Name gpt -WarningAction SilentlyContinue)
        $found.Count | Should -BeGreaterThan 1
        foreach ($property in 'Index', 'Offset', 'Size', 'FileSystem', 'Uuid') { $found.$property | Should -Be $wanted.$property }
        (Get-VmaPartition $packedDisks -Name ext4).FileSystem | Should -Be 'ext4'
        foreach ($partition in $found) {
            $part = [IO.MemoryStream]::new($disks.gpt, [int]$partition.Offset, [int]$partition.Size)
            $digest = (Get-FileHash -InputStream $part).Hash
            ($partition | Get-VmaDeviceHash).Hash | Should -BeExactly $digest
            $exported = $partition | Export-VmaDevice (Join-Path $TestDrive "parts-$Extension") -PassThru
            (Get-FileHash $exported.FullName).Hash | Should -BeExactly $digest
            Get-BytesDigest ($partition | Read-VmaDevice -Count 4096) | Should -Be (Get-BytesDigest ([byte[]]$disks.gpt[$partition.Offset..($partition.Offset + 4095)]))
        }

        Compare-VmaDevice $found[0] $wanted[0] -Quiet | Should -BeTrue
    }
}
