BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/GuestSample.ps1"
    $truth = Get-GuestTruth 'disk0p2'
    $inBasics = @($truth.files | Where-Object { $_.path -like '/basics/*' -and $_.type -eq 'file' })
}

Describe 'Export-VmaFile' {
    It 'copies a directory under its own name, byte for byte' {
        Get-Item $Guest | Export-VmaFile $TestDrive/a -FilePath /basics -Volume p2
        foreach ($entry in $inBasics) {
            Get-Digest (Join-Path $TestDrive "a$($entry.path)") | Should -BeExactly $entry.sha256
        }

        $time = [DateTimeOffset]::FromUnixTimeMilliseconds([long]($inBasics[0].mtime_ns / 1e6)).UtcDateTime
        [Math]::Abs(((Get-Item (Join-Path $TestDrive "a$($inBasics[0].path)")).LastWriteTimeUtc - $time).TotalMilliseconds) | Should -BeLessThan 5
        Get-ChildItem $TestDrive/a -Recurse -Force -Filter *.partial | Should -BeNullOrEmpty
    }

    It 'keeps the path below what was listed, or all of it, or none' {
        Get-VmaFile $Guest /basics -Volume p2 -Recurse | Export-VmaFile $TestDrive/b
        Test-Path $TestDrive/b/big.txt | Should -BeTrue
        Get-VmaFile $Guest /basics/big.txt -Volume p2 | Export-VmaFile $TestDrive/c -FullPath
        Test-Path $TestDrive/c/basics/big.txt | Should -BeTrue
        Get-VmaFile $Guest '/basics/len-10*' -Volume p2 | Export-VmaFile $TestDrive/d -Flatten
        (Get-ChildItem $TestDrive/d).Count | Should -Be @($inBasics | Where-Object path -Like '/basics/len-10*').Count
    }

    It 'leaves what exists alone unless it is told' {
        $null = New-Item -ItemType Directory $TestDrive/e
        Set-Content $TestDrive/e/one mine
        Get-Item $Guest | Export-VmaFile $TestDrive/e -FilePath /basics/one -Volume p2 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'TargetExists,*'
        Get-Content $TestDrive/e/one | Should -BeExactly 'mine'
        Get-Item $Guest | Export-VmaFile $TestDrive/e -FilePath /basics/one -Volume p2 -Force
        (Get-Item $TestDrive/e/one).Length | Should -Be 1
    }

    It 'writes nothing through a link that stands in the way' {
        if ($IsWindows) { Set-ItResult -Skipped -Because 'links need a right there' }
        $null = New-Item -ItemType Directory $TestDrive/f, $TestDrive/elsewhere
        $null = New-Item -ItemType SymbolicLink $TestDrive/f/basics -Target $TestDrive/elsewhere
        Get-Item $Guest | Export-VmaFile $TestDrive/f -FilePath /basics -Volume p2 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem.Count | Should -BeGreaterThan 0
        Get-ChildItem $TestDrive/elsewhere | Should -BeNullOrEmpty
    }

    It 'makes only links that stay within what is copied' {
        if ($IsWindows) { Set-ItResult -Skipped -Because 'links need a right there' }
        Get-Item $Guest | Export-VmaFile $TestDrive/g -FilePath /links -Volume p2 -WarningVariable told -WarningAction SilentlyContinue
        $told.Count | Should -BeGreaterThan 0
        $root = (Resolve-Path $TestDrive/g).Path
        foreach ($link in Get-ChildItem $TestDrive/g -Recurse -Force | Where-Object LinkType -EQ SymbolicLink) {
            $link.LinkTarget | Should -Not -BeLike '/*'
            [IO.Path]::GetFullPath((Join-Path (Split-Path $link.FullName) $link.LinkTarget)) | Should -BeLike "$root*"
        }
    }

    It 'copies a link that is named as what it leads to, under its own name' {
        Export-VmaFile $TestDrive/named -InputObject $Guest -FilePath /links/fast -Volume p2
        Get-Digest $TestDrive/named/fast | Should -BeExactly @($truth.files | Where-Object path -EQ '/links/target')[0].sha256
        Export-VmaFile $TestDrive/named -InputObject $Guest -FilePath /links/dangling -Volume p2 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'FileNotFound,*'
        $problem[0].Exception.Message | Should -BeLike '*no-such-*'
    }

    It 'writes a tar archive' {
        Get-Item $Guest | Export-VmaFile $TestDrive/h.tar -FilePath /basics -Volume p2 -AsTar
        $found = @{}
        $reader = [Formats.Tar.TarReader]::new([IO.File]::OpenRead("$TestDrive/h.tar"))
        while ($entry = $reader.GetNextEntry()) {
            if ($entry.EntryType -eq 'RegularFile') {
                $found["/$($entry.Name)"] = if ($entry.DataStream) { (Get-FileHash -InputStream $entry.DataStream).Hash.ToLowerInvariant() } else { Get-BytesDigest @() }
            }
        }

        $reader.Dispose()
        foreach ($entry in $inBasics) { $found[$entry.path] | Should -BeExactly $entry.sha256 }
    }

    It 'writes down what it copied' {
        Get-Item $Guest | Export-VmaFile $TestDrive/i -FilePath /basics -Volume p2 -NewManifestPath $TestDrive/i.json
        $manifest = Get-Content -Raw $TestDrive/i.json | ConvertFrom-Json
        $manifest.archive.sha256 | Should -BeExactly (Get-Digest $Guest)
        $manifest.volumes.id | Should -BeExactly 'drive-scsi0/p2'
        foreach ($entry in $inBasics) {
            ($manifest.files | Where-Object path -CEQ $entry.path).sha256 | Should -BeExactly $entry.sha256
        }
    }

    It 'does nothing with -WhatIf' {
        Get-Item $Guest | Export-VmaFile $TestDrive/j -FilePath /basics -Volume p2 -WhatIf
        Test-Path $TestDrive/j | Should -BeFalse
    }

    It 'refuses a target on another provider' {
        Get-Item $Guest | Export-VmaFile Env:/x -FilePath /basics -Volume p2 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem.Count | Should -Be 1
    }

    It 'keeps access lists on Windows only, and never in tar' {
        if (-not $IsWindows) {
            { Get-Item $Guest | Export-VmaFile $TestDrive/k -FilePath /basics -Volume p2 -PreserveAcl } | Should -Throw -ErrorId 'InvalidRange,*'
        }

        { Get-Item $Guest | Export-VmaFile $TestDrive/k.tar -FilePath /basics -Volume p2 -PreserveAcl -AsTar } | Should -Throw -ErrorId 'InvalidRange,*'
        { Get-Item $Guest | Export-VmaFile $TestDrive/k -FilePath /basics -Volume p2 -Flatten -FullPath } | Should -Throw -ErrorId 'InvalidRange,*'
        Test-Path $TestDrive/k | Should -BeFalse
    }
}
