BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/GuestSample.ps1"
    $truth = Get-GuestTruth 'disk0p2'
}

Describe 'Get-VmaFileHash' {
    It 'gives the digests that the kernel''s content has' {
        $hashes = @(Get-VmaFileHash $Guest /basics -Volume p2 -Recurse)
        foreach ($hash in $hashes) {
            $hash.Hash.ToLowerInvariant() | Should -BeExactly ($truth.files | Where-Object path -CEQ $hash.FullName).sha256
        }

        $hashes.Count | Should -Be @($truth.files | Where-Object { $_.path -like '/basics/*' -and $_.type -eq 'file' }).Count
    }

    It 'tells a path that is not there, and goes on' {
        $hashes = @(Get-VmaFileHash $Guest /basics/none, /basics/big.txt -Volume p2 -Algorithm MD5 -ErrorAction SilentlyContinue -ErrorVariable problems)
        $hashes.FullName | Should -Be /basics/big.txt
        $hashes.Hash.Length | Should -Be 32
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FileNotFound,*'
    }
}
