BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $name = 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
    $archive = Join-Path $Corpus $name
    $manifest = Join-Path $TestDrive 'm.json'
    New-VmaManifest $manifest $archive
    function Edit-Archive([int] $At) {
        $bytes = [System.IO.File]::ReadAllBytes($archive)
        $bytes[$At] = $bytes[$At] -bxor 1
        $null = New-Item -ItemType Directory -Force $TestDrive/edited
        [System.IO.File]::WriteAllBytes("$TestDrive/edited/$name", $bytes)
        "$TestDrive/edited/$name"
    }
}

Describe 'New-VmaManifest' {
    It 'writes JSON that states the archive' {
        $json = Get-Content -Raw $manifest | ConvertFrom-Json
        $json.archive.fileName | Should -BeExactly $name
        $json.archive.digests.SHA256 | Should -BeExactly (Get-FileHash $archive).Hash
        $json.devices.name | Should -Be (Get-VmaDevice $archive).Name
        $json.configs.Count | Should -Be 2
        $json.tool | Should -Match '^VmaTools \d'
    }

    It 'refuses an existing file, and replaces it with Force' {
        { New-VmaManifest $manifest $archive -ErrorAction Stop } | Should -Throw -ErrorId 'TargetExists,*'
        (New-VmaManifest $manifest $archive -Force -PassThru).FullName | Should -Be (Get-Item $manifest).FullName
    }

    It 'names files in a folder after their archives' {
        $null = New-Item -ItemType Directory $TestDrive/all
        Get-ChildItem (Join-Path $Corpus '*.vma') | New-VmaManifest $TestDrive/all
        @(Get-ChildItem $TestDrive/all).Count | Should -Be @(Get-ChildItem (Join-Path $Corpus '*.vma')).Count
        Test-Path $TestDrive/all/shuffled.vma.manifest.json | Should -BeTrue
    }

    It 'refuses a damaged archive, with Force too' {
        [System.IO.File]::WriteAllBytes("$TestDrive/cut.vma", [System.IO.File]::ReadAllBytes($archive)[0..707071])
        { New-VmaManifest $TestDrive/cut.json $TestDrive/cut.vma -Force -ErrorAction Stop } | Should -Throw -ErrorId 'ArchiveDamaged,*'
        Test-Path $TestDrive/cut.json | Should -BeFalse
    }

    It 'writes nothing with WhatIf' {
        New-VmaManifest $TestDrive/whatif.json $archive -WhatIf
        Test-Path $TestDrive/whatif.json | Should -BeFalse
    }

    It 'comes out of an export in the same pass, of the whole archive' {
        Export-VmaDevice $TestDrive/export -InputObject $archive -Id 1 -NewManifestPath $TestDrive/export.json
        Test-Path $TestDrive/export/drive-efidisk0.raw | Should -BeTrue
        $made = Get-Content -Raw $TestDrive/export.json | ConvertFrom-Json
        $plain = Get-Content -Raw $manifest | ConvertFrom-Json
        ($made.devices | ConvertTo-Json -Depth 5) | Should -BeExactly ($plain.devices | ConvertTo-Json -Depth 5)
        ($made.archive | ConvertTo-Json -Depth 5) | Should -BeExactly ($plain.archive | ConvertTo-Json -Depth 5)
    }

    It 'comes out of an export of a stream' {
        $stream = [System.IO.File]::OpenRead($archive)
        try { Export-VmaDevice $TestDrive/streamed -InputStream $stream -Id 1 -NewManifestPath $TestDrive/streamed.json } finally { $stream.Dispose() }
        (Test-VmaArchive $archive -ManifestPath $TestDrive/streamed.json).DataProof | Should -BeExactly 'Manifest'
    }
}

Describe 'Test-VmaArchive -ManifestPath' {
    It 'proves the data' {
        $result = Test-VmaArchive $archive -ManifestPath $manifest
        $result.DataProof | Should -BeExactly 'Manifest'
        $result.IsValid | Should -BeTrue
        $result | Format-Table | Out-String -Width 200 | Should -Match '(?m)^Valid\s+Manifest'
    }

    It 'sees a flipped bit, which nothing else does' {
        $edited = Edit-Archive 18509
        Test-VmaArchive $edited -Quiet | Should -BeTrue
        $result = Test-VmaArchive $edited -ManifestPath $manifest
        $result.IsValid | Should -BeFalse
        ($result.Findings | Where-Object Severity -EQ 'Error').Code | Should -Be 'ManifestMismatch'
        ($result.Findings | Where-Object Severity -EQ 'Error').Device | Should -Be 'drive-scsi0'
    }

    It 'only reads the manifest' {
        $before = Get-FileHash $manifest
        $null = Test-VmaArchive (Edit-Archive 18509) -ManifestPath $manifest
        (Get-FileHash $manifest).Hash | Should -Be $before.Hash
    }

    It 'calls a missing manifest an error, and says false when quiet' {
        { Test-VmaArchive $archive -ManifestPath $TestDrive/none.json -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
        Test-VmaArchive $archive -ManifestPath $TestDrive/none.json -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
    }

    It 'calls what is no manifest an error' {
        { Test-VmaArchive $archive -ManifestPath $archive -ErrorAction Stop } | Should -Throw -ErrorId 'ManifestInvalid,*'
    }

    It 'does not go with StructureOnly' {
        { Test-VmaArchive $archive -ManifestPath $manifest -StructureOnly } | Should -Throw -ErrorId 'InvalidRange,*'
    }
}
