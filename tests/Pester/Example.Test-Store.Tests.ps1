BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/RemoteHosts.ps1"
    Push-FakeSsh (Join-Path $TestDrive 'bin')
    $script = Join-Path $RepositoryRoot 'examples/Test-Store.ps1'
    $module = Join-Path $ModuleRoot 'VmaTools.psd1'
    $store = Join-Path $TestDrive 'store'
    $null = New-Item -ItemType Directory $store
    $real = Join-Path $Corpus 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
    Copy-Item $real (Join-Path $store 'vzdump-qemu-101-2026_11_19-02_00_03.vma')
    Copy-Item $real $store
    Copy-Item (Join-Path $Corpus 'nodisk.vma') (Join-Path $store 'vzdump-qemu-102-2026_11_20-02_00_03.vma')
    $bytes = [IO.File]::ReadAllBytes($real)
    [IO.File]::WriteAllBytes((Join-Path $store 'vzdump-qemu-103-2026_11_20-02_00_03.vma'), $bytes[0..400000])
}

AfterAll { Pop-FakeSsh }

Describe 'Test-Store' {
    It 'tests every archive of a folder, several at once, and says how many' {
        $rows = & $script -Path $store -ThrottleLimit 2 -Module $module -InformationVariable said | Sort-Object ArchivePath
        $rows.VMId | Should -Be 101, 101, 102, 103
        $rows.IsValid | Should -Be $true, $true, $true, $false
        $rows.IsComplete | Should -Be $true, $true, $false, $false
        $rows[2].Findings | Should -Be 'DiskNotInBackup'
        $rows[3].Findings | Should -Contain 'ExtentTruncated'
        $rows.ComputerName | Select-Object -Unique | Should -Be ([Environment]::MachineName)
        "$said" | Should -BeLike '*4 archives, 2 at once*'
    }

    It 'tests the newest ones only, on request' {
        $rows = & $script -Path $store -Latest -StructureOnly -Module $module
        @($rows).Count | Should -Be 3
    }

    It 'makes a row of a folder that is missing or empty' {
        $empty = Join-Path $TestDrive 'empty'
        $null = New-Item -ItemType Directory $empty
        $rows = & $script -Path (Join-Path $TestDrive 'none'), $empty -Module $module
        $rows.IsValid | Should -Be $false, $false
        $rows[0].Problem | Should -BeLike 'There is no file or folder that matches*'
        $rows[1].Problem | Should -Be 'There is no backup in the folder.'
    }

    It 'merges what several hosts say, and copes with one that fails' {
        if ($IsWindows) { Set-ItResult -Skipped -Because 'a script cannot stand for ssh there' }
        $rows = & $script -Path $store -Latest -HostName one, nowhere, two -ThrottleLimit 1 -Module $module
        $rows.Count | Should -Be 7
        ($rows | Group-Object ComputerName | Sort-Object Name).Name | Should -Be 'nowhere', 'one', 'two'
        $lost = $rows | Where-Object ComputerName -EQ nowhere
        $lost.IsValid | Should -BeFalse
        $lost.Problem | Should -Not -BeNullOrEmpty
        ($rows | Where-Object { $_.ComputerName -eq 'one' -and $_.VMId -eq 101 }).IsValid | Should -BeTrue
        ($rows | Where-Object { $_.ComputerName -eq 'two' -and $_.VMId -eq 103 }).Findings | Should -Contain 'ExtentTruncated'
    }

    It 'says so when a host lacks the module' {
        if ($IsWindows) { Set-ItResult -Skipped -Because 'a script cannot stand for ssh there' }
        $rows = & $script -Path $store -HostName one -Module (Join-Path $TestDrive 'no such module.psd1')
        @($rows).Count | Should -Be 1
        $rows.Problem | Should -BeLike '*no such module*'
    }
}
