BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $archive = Join-Path $Corpus 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
    $devices = $Truth.'vzdump-qemu-101-2026_11_20-02_00_03'.devices
}

Describe 'Get-VmaDeviceHash' {
    It 'gives the digests of the raw disks' {
        $hashes = Get-VmaDeviceHash $archive
        $hashes.Count | Should -Be 4
        foreach ($hash in $hashes) {
            $hash.Hash | Should -BeExactly $devices.($hash.Name).sha256.ToUpperInvariant()
            $hash.Algorithm | Should -BeExactly 'SHA256'
            $hash.ArchivePath | Should -BeExactly $archive
            $hash.Size | Should -Be $devices.($hash.Name).size
        }
    }

    It 'equals Get-FileHash of what is exported, by each algorithm, shuffled or not' {
        $shuffled = Join-Path $Corpus 'shuffled.vma'
        Export-VmaDevice $TestDrive/out -InputObject $shuffled
        foreach ($hash in Get-VmaDeviceHash $shuffled -Algorithm MD5, SHA1, SHA512) {
            (Get-FileHash -Algorithm $hash.Algorithm (Join-Path $TestDrive "out/$($hash.Name).raw")).Hash | Should -BeExactly $hash.Hash
        }
    }

    It 'digests the container as stored' {
        $hash = Get-VmaDeviceHash $archive -Id 1 -IncludeArchive | Where-Object { -not $_.Name }
        $hash.Hash | Should -BeExactly (Get-FileHash $archive).Hash
    }

    It 'takes devices from the pipeline, several archives in turn' {
        $hashes = Get-VmaArchive (Join-Path $Corpus '*.vma') | Get-VmaDevice -Name drive-scsi2 -ErrorAction Ignore | Get-VmaDeviceHash
        $hashes.Count | Should -BeGreaterThan 2
        @($hashes.Hash | Sort-Object -Unique).Count | Should -Be 1
    }

    It 'takes a stream' {
        $stream = [System.IO.File]::OpenRead($archive)
        try { (Get-VmaDeviceHash -InputStream $stream -Name drive-scsi0).Hash | Should -BeExactly $devices.'drive-scsi0'.sha256.ToUpperInvariant() }
        finally { $stream.Dispose() }
    }

    It 'writes lines as sha256sum does: of the files that Export-VmaDevice writes' {
        Export-VmaDevice $TestDrive/sums -InputObject $archive
        $lines = Get-VmaDeviceHash $archive -AsChecksumLine
        $lines | Should -BeExactly @($devices.PSObject.Properties | ForEach-Object { "$($_.Value.sha256)  $($_.Name).raw" })
        foreach ($line in $lines) { Get-Digest "$TestDrive/sums/$($line.Substring(66))" | Should -BeExactly $line.Substring(0, 64) }
    }

    It 'digests a partition' {
        $partition = Get-VmaPartition $archive -Name drive-scsi0
        ($partition | Get-VmaDeviceHash).Hash | Should -BeExactly $devices.'drive-scsi0'.sha256.ToUpperInvariant()
    }

    It 'gives no digest of a device that is not whole' {
        [System.IO.File]::WriteAllBytes("$TestDrive/cut.vma", [System.IO.File]::ReadAllBytes($archive)[0..707071])
        $hashes = Get-VmaDeviceHash $TestDrive/cut.vma -ErrorVariable failed -ErrorAction SilentlyContinue
        $hashes.Name | Should -Be @('drive-efidisk0', 'drive-scsi2')
        $failed.FullyQualifiedErrorId | Should -Be (@('DeviceNotWhole,VmaTools.PowerShell.GetVmaDeviceHashCommand') * 2)
    }

    It 'refuses a scratch folder that is not there' {
        { Get-VmaDeviceHash $archive -SpillPath $TestDrive/none } | Should -Throw -ErrorId 'ItemNotFound,*'
    }
}
