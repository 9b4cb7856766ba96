BeforeDiscovery {
    $chromium = 'chromium', 'chromium-browser', 'google-chrome', 'msedge' |
        ForEach-Object { (Get-Command $_ -CommandType Application -ErrorAction Ignore | Select-Object -First 1).Source } |
        Where-Object { $_ } | Select-Object -First 1
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/ReportSample.ps1"

    $store = Join-Path $TestDrive 'store'
    $null = New-Item -ItemType Directory $store
    $real = Join-Path $Corpus 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
    Copy-Item $real $store
    Copy-Item (Join-Path $Corpus 'nodisk.vma') (Join-Path $store 'vzdump-qemu-102-2026_11_20-02_00_03.vma')
    [IO.File]::WriteAllBytes((Join-Path $store 'vzdump-qemu-103-2026_11_20-02_00_03.vma'), [IO.File]::ReadAllBytes($real)[0..400000])
    Copy-Item $real (Join-Path $store 'copy.vma')
    $null = New-Item (Join-Path $store 'vzdump-qemu-104-2026_11_20-02_00_03.vma.dat')
    $null = New-Item (Join-Path $store 'vzdump-qemu-105-2026_11_20-02_00_03.log')

    function New-Page([object[]] $Objects, [hashtable] $Options = @{}) {
        $file = Join-Path $TestDrive "$([guid]::NewGuid().ToString('N')).html"
        $Objects | Export-VmaReport $file @Options
        Get-Content -Raw -LiteralPath $file
    }

    # A page is well formed where a strict parser takes it, its void elements closed.
    function ConvertTo-Xml([string] $Page) { [xml]($Page -replace '^<!doctype html>' -replace '<(meta|br)([^>]*)>', '<$1$2/>' -replace '<details class="card" open>', '<details class="card">') }
}

Describe 'Export-VmaReport' {
    It 'shows inventory and verdicts of one store together' {
        $backups = Get-VmaBackup $store
        $tests = $backups | Where-Object Kind -EQ Backup | Test-VmaArchive
        $page = New-Page ($backups + $tests) @{ Title = 'My store' }
        $page | Should -BeLike '*<h1>My store</h1>*'
        $page | Should -BeLike '*1 of 4 tested archives is damaged*'
        $page | Should -BeLike '*4 backups of 4 machines; 1 lacks a disk*'
        ([regex]::Matches($page, '<h3>')).Count | Should -Be 4 -Because 'a tested archive is the listed one'
        $page | Should -BeLike '*Damaged*vzdump-qemu-103-2026_11_20-02_00_03.vma*'
        $page | Should -BeLike '*DiskNotInBackup*The disk scsi0 (local-lvm:vm-100-disk-0) is not in the backup*'
        $page | Should -BeLike '*data unproven*'
        $page | Should -BeLike '*copy.vma*a restore refuses this name*'
        $page | Should -BeLike '*Backup cut off*vzdump-qemu-104-2026_11_20-02_00_03.vma.dat*Its archive is gone*vzdump-qemu-105*'
    }

    It 'makes a page of an inventory alone, and of test results alone' {
        New-Page (Get-VmaBackup $store) | Should -BeLike '*No archive was tested*'
        $page = New-Page (Test-VmaArchive $real)
        $page | Should -BeLike '*Every archive is valid and complete*'
        $page | Should -BeLike '*<span class="dim">101</span>*'
    }

    It 'does not call an empty store good' {
        $file = Join-Path $TestDrive 'nothing.html'
        Export-VmaReport $file
        $page = Get-Content -Raw $file
        $page | Should -BeLike '*There is no backup to report on*'
        $page | Should -Not -BeLike '*verdict good*'
    }

    It 'calls a machine too old by -MaxAge' {
        New-Page (Get-ReportSample) @{ MaxAge = [timespan]'1.06:00:00' } | Should -BeLike '*Too old*200 wiki*newest backup: 5 days*'
        New-Page (Get-ReportSample) @{ MaxAge = [timespan]'9.00:00:00' } | Should -Not -BeLike '*newest backup:*'
    }

    It 'escapes every text, whatever it holds' {
        $evil = "<script>alert(1)</script><img src=x onerror=alert(1)> & `"quoted`" 'single' $([char]0x202e)$([char]27)[31m"
        $objects = @(
            [pscustomobject]@{ Kind = 'Backup'; VMId = 1; VMName = $evil; FileName = "$evil.vma"; Path = "/x/$evil"; Compression = $evil; IsRestorable = $false; Length = 1; Age = [timespan]'9.0:0:0' }
            [pscustomobject]@{ Kind = 'Leftover'; FileName = "$evil.dat"; Path = "/y/$evil" }
            [pscustomobject]@{ Path = "/x/$evil"; IsValid = $false; DataProof = $evil; Findings = @([pscustomobject]@{ Severity = $evil; Code = $evil; Message = $evil; Device = $evil }) }
            [pscustomobject]@{ Path = "/z/$evil"; IsValid = $true; IsComplete = $false; DataProof = $evil; Findings = @([pscustomobject]@{ Severity = 'Error'; Code = $evil; Message = $evil }) }
        )
        $page = New-Page $objects @{ Title = $evil; MaxAge = [timespan]'1.0:0:0' }
        $page | Should -Not -BeLike '*<script*'
        $page | Should -Not -BeLike '*<img*'
        $page.Contains([char]0x202e) | Should -BeFalse
        $page.Contains([char]27) | Should -BeFalse
        $xml = ConvertTo-Xml $page
        $xml.SelectNodes('//script | //img | //link | //iframe | //@onerror').Count | Should -Be 0
        $xml.SelectSingleNode('//h1').InnerText | Should -BeLike '<script>alert(1)</script><img src=x onerror=alert(1)> & "quoted" ''single''*'
    }

    It 'needs nothing but itself: no script, no address, well formed' {
        $page = New-Page (Get-ReportSample)
        $page | Should -Not -Match '<script|javascript:|https?://|url\(|@import|src='
        $page | Should -BeLike "*default-src 'none'*"
        $page | Should -BeLike '*prefers-color-scheme:dark*'
        $page | Should -BeLike '*@media print*'
        (ConvertTo-Xml $page).SelectNodes('//table').Count | Should -BeGreaterThan 5
    }

    It 'takes objects that came through a job' {
        $module = Join-Path $ModuleRoot 'VmaTools.psd1'
        $there = Start-Job { Import-Module $using:module; Get-VmaBackup $using:store -VMId 103; Test-VmaArchive (Join-Path $using:store '*103*.vma') } |
            Receive-Job -Wait -AutoRemoveJob
        New-Page $there | Should -BeLike '*1 of 1 tested archive is damaged*ExtentTruncated*'
    }

    It 'refuses a file that exists, unless forced, and leaves nothing half done' {
        $file = Join-Path $TestDrive 'once.html'
        Set-Content $file 'mine'
        Get-VmaBackup $store | Export-VmaReport $file -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'TargetExists,*'
        Get-Content $file | Should -Be 'mine'
        (Get-VmaBackup $store | Export-VmaReport $file -Force -PassThru).FullName | Should -Be $file
        Get-Content -Raw $file | Should -BeLike '<!doctype html>*'
        Get-ChildItem $TestDrive -Force -Filter '*.partial' | Should -BeNullOrEmpty
    }

    It 'writes nothing with -WhatIf' {
        $file = Join-Path $TestDrive 'whatif.html'
        Get-VmaBackup $store | Export-VmaReport $file -WhatIf
        $file | Should -Not -Exist
    }

    It 'says which objects it cannot show' {
        $null = 42 | Export-VmaReport (Join-Path $TestDrive 'odd.html') -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'InvalidInputObject,*'
    }

    It 'reads well in a browser, by day and by night' -ForEach @(@{ Browser = $chromium }) {
        if (-not $Browser) { Set-ItResult -Skipped -Because 'no chromium was found on PATH' }
        $file = Join-Path $TestDrive 'seen.html'
        Get-ReportSample | Export-VmaReport $file -Title 'Backups of example.com' -MaxAge '1.06:00:00'
        $pictures = foreach ($scheme in 1, 0) {
            $picture = Join-Path $TestDrive "seen$scheme.png"
            $profileFolder = Join-Path $TestDrive "profile$scheme"
            # A browser on a busy machine may fail to start once.
            foreach ($attempt in 1..3) {
                if (Test-Path $picture) { break }
                & $Browser --headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run "--user-data-dir=$profileFolder$attempt" `
                    "--blink-settings=preferredColorScheme=$scheme" --window-size=1180,1235 "--screenshot=$picture" ([uri]::new($file).AbsoluteUri) 2>&1 | Out-Null
            }
            $picture | Should -Exist
            # A blank page of that size packs into a few kilobytes.
            (Get-Item $picture).Length | Should -BeGreaterThan 60000
            , [IO.File]::ReadAllBytes($picture)
        }
        $header = $pictures[0]
        [BitConverter]::ToString($header, 0, 8) | Should -Be '89-50-4E-47-0D-0A-1A-0A'
        (([int]$header[18] -shl 8) + $header[19]) | Should -Be 1180
        [Convert]::ToBase64String($pictures[0]) | Should -Not -Be ([Convert]::ToBase64String($pictures[1])) -Because 'the night has other colours'
        if ($env:VMATOOLS_KEEP_REPORT) { [IO.File]::WriteAllBytes($env:VMATOOLS_KEEP_REPORT, $pictures[0]) }
    }
}
