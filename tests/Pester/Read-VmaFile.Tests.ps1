BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/GuestSample.ps1"
    $truth = Get-GuestTruth 'disk0p2'
}

Describe 'Read-VmaFile' {
    It 'reads bytes' {
        $entry = $truth.files | Where-Object path -EQ '/basics/big.txt'
        $bytes = Read-VmaFile $Guest /basics/big.txt -Volume p2
        $bytes.Length | Should -Be $entry.size
        Get-BytesDigest $bytes | Should -BeExactly $entry.sha256
        $chunks = @(Read-VmaFile $Guest /basics/big.txt -Volume p2 -ChunkSize 1000)
        $chunks.Count | Should -Be ([Math]::Ceiling($entry.size / 1000))
        $part = Read-VmaFile $Guest /basics/big.txt -Volume p2 -Offset -10
        [Linq.Enumerable]::SequenceEqual([byte[]]$part, [byte[]]$bytes[($bytes.Length - 10)..($bytes.Length - 1)]) | Should -BeTrue
    }

    It 'reads lines' {
        $lines = @(Read-VmaFile $Guest /basics/big.txt -Volume p2 -AsText)
        @(Read-VmaFile $Guest /basics/big.txt -Volume p2 -Tail 3) | Should -Be $lines[-3..-1]
    }

    It 'hands out a stream that seeks' {
        $stream = Get-VmaFile $Guest /basics/big.txt -Volume p2 | Read-VmaFile -AsStream
        try {
            $null = $stream.Seek(-1, 'End')
            $stream.ReadByte() | Should -BeGreaterOrEqual 0
            $stream.ReadByte() | Should -Be -1
        } finally {
            $stream.Dispose()
        }
    }

    It 'reads through links within the guest' {
        $link = $truth.files | Where-Object { $_.type -eq 'symlink' -and $_.path -eq '/links/rel' } | Select-Object -First 1
        if ($link) { (Read-VmaFile $Guest $link.path -Volume p2).Length | Should -BeGreaterThan 0 }
        Read-VmaFile $Guest /basics -Volume p2 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'FileTypeMismatch,*'
    }

    It 'reads what stands behind the last byte' {
        $file = Get-VmaFile $Guest /basics/len-100 -Volume p2
        ($file | Read-VmaFile -Slack).Length | Should -Be (1024 - 100)
        ($file | Read-VmaFile -Slack -Offset -24).Length | Should -Be 24
        $stream = $file | Read-VmaFile -Slack -AsStream
        try { $stream.Length | Should -Be (1024 - 100) } finally { $stream.Dispose() }
        $whole = $truth.files | Where-Object { $_.type -eq 'file' -and $_.size -gt 0 -and $_.size % 1024 -eq 0 } | Select-Object -First 1
        Read-VmaFile $Guest $whole.path -Volume p2 -Slack | Should -BeNullOrEmpty
    }
}
