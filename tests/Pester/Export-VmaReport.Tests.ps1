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

    function Get-Page([object[]] $Objects, [hashtable] $Options = @{}) {
        $file = Join-Path $TestDrive "$([guid]::NewGuid().ToString('N')).html"
        $Objects | Export-VmaReport $file @Options
        Get-Content -Raw -LiteralPath $file
    }

    # A page is well formed where a strict parser takes it, its void elements closed.
    function ConvertFrom-Page([string] $Page) { [xml]($Page -replace '^<!doctype html>' -replace '<(meta|br)([^>]*)>', '<$1$2/>' -replace '<details class="card" open>', '<details class="card">') }
}

Describe 'Export-VmaReport' {
    It 'writes no page where all that came was refused, and one of what is left' {
        1, 'x' | Export-VmaReport $TestDrive/refused.html -ErrorAction SilentlyContinue -ErrorVariable refused
        $refused.FullyQualifiedErrorId | Should -Be (@('InvalidInputObject,VmaTools.PowerShell.ExportVmaReportCommand') * 2)
        Test-Path $TestDrive/refused.html | Should -BeFalse
        @(1) + @(Get-VmaBackup $store) | Export-VmaReport $TestDrive/refused.html -ErrorAction SilentlyContinue
        Test-Path $TestDrive/refused.html | Should -BeTrue
    }

    It 'shows inventory and verdicts of one store together' {
        $backups = Get-VmaBackup $store
        $tests = $backups | Where-Object Kind -EQ Backup | Test-VmaArchive
        $page = Get-Page ($backups + $tests) @{ Title = 'My store' }
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
        Get-Page (Get-VmaBackup $store) | Should -BeLike '*No archive was tested*'
        $page = Get-Page (Test-VmaArchive $real)
        $page | Should -BeLike '*Every archive is valid and complete*'
        $page | Should -BeLike '*<span class="dim">101</span>*'
    }

    It 'draws what was measured, in the archive it belongs to' {
        $page = Get-Page (@(Get-VmaBackup $store) + @(Test-VmaArchive $real) + @(Measure-VmaDevice (Join-Path $store '*-101-*.vma')))
        $page | Should -BeLike '*<h2>What the disks hold</h2>*<h3>*101*drive-efidisk0*528 KiB: *drive-scsi0*8 MiB: 588 KiB stored, 7.4 MiB zero<*drive-scsi2*drive-tpmstate0-backup*'
        $xml = ConvertFrom-Page $page
        $maps = $xml.SelectNodes('//*[@class="map"]')
        $maps.Count | Should -Be 4
        $xml.SelectNodes('//figure').Count | Should -Be 4
        # 128 clusters, and so 128 parts on one line: every part of the disk is drawn, whatever neighbours were joined.
        $widths = foreach ($shape in $maps[1].SelectNodes('rect')) { [int]$shape.width }
        ($widths | Measure-Object -Sum).Sum | Should -Be (128 * 8)
        $maps[1].GetAttribute('aria-label') | Should -Be 'drive-scsi0: 588 KiB stored, 7.4 MiB zero'
        $page | Should -Not -Match '<script|javascript:|https?://|url\(|@import|src='
    }

    It 'draws what is missing so that it shows without colours, and points at it where nothing was tested' {
        $cut = Join-Path $store 'vzdump-qemu-103-2026_11_20-02_00_03.vma'
        $page = Get-Page (Measure-VmaDevice $cut -Name drive-scsi0)
        $page | Should -BeLike '*class="cross"*'
        $page | Should -BeLike '*Needs attention*Missing*vzdump-qemu-103-2026_11_20-02_00_03.vma*of drive-scsi0 are not in the archive*'
        $page | Should -BeLike '*1 backup of 1 machine*'
        Get-Page (@(Test-VmaArchive $cut) + @(Measure-VmaDevice $cut)) | Should -Not -BeLike '*are not in the archive*' -Because 'the test tells it'
    }

    It 'draws no more than a page can take' {
        $map = Measure-VmaDevice $real -Id 1
        $page = Get-Page (@($map) * 203)
        ([regex]::Matches($page, '<figure>')).Count | Should -Be 200
        $page | Should -BeLike '*and 3 more*'
    }

    It 'does not call an empty store good' {
        $file = Join-Path $TestDrive 'nothing.html'
        Export-VmaReport $file
        $page = Get-Content -Raw $file
        $page | Should -BeLike '*There is no backup to report on*'
        $page | Should -Not -BeLike '*verdict good*'
    }

    It 'calls a machine too old by -MaxAge' {
        Get-Page (Get-ReportSample) @{ MaxAge = [timespan]'1.06:00:00' } | Should -BeLike '*Too old*200 wiki*newest backup: 5 days*'
        Get-Page (Get-ReportSample) @{ MaxAge = [timespan]'9.00:00:00' } | Should -Not -BeLike '*newest backup:*'
    }

    It 'escapes every text, whatever it holds' {
        $evil = "<script>alert(1)</script><img src=x onerror=alert(1)> & `"quoted`" 'single' $([char]0x202e)$([char]27)[31m"
        $objects = @(
            [pscustomobject]@{ Kind = 'Backup'; VMId = 1; VMName = $evil; FileName = "$evil.vma"; ArchivePath = "/x/$evil"; Compression = $evil; IsRestorable = $false; Length = 1; Age = [timespan]'9.0:0:0' }
            [pscustomobject]@{ Kind = 'Leftover'; FileName = "$evil.dat"; ArchivePath = "/y/$evil" }
            [pscustomobject]@{ ArchivePath = "/x/$evil"; IsValid = $false; DataProof = $evil; Findings = @([pscustomobject]@{ Severity = $evil; Code = $evil; Message = $evil; Device = $evil }) }
            [pscustomobject]@{ ArchivePath = "/x/$evil"; DeviceId = 1; Name = $evil; Size = 10; StoredBytes = 4; ZeroBytes = 3; MissingBytes = 3; Cells = @([pscustomobject]@{ Offset = 0; Size = 10; StoredBytes = 4; ZeroBytes = 3 }) }
            [pscustomobject]@{ ArchivePath = "/z/$evil"; IsValid = $true; IsComplete = $false; DataProof = $evil; Findings = @([pscustomobject]@{ Severity = 'Error'; Code = $evil; Message = $evil }) }
        )
        $page = Get-Page $objects @{ Title = $evil; MaxAge = [timespan]'1.0:0:0' }
        $page | Should -Not -BeLike '*<script*'
        $page | Should -Not -BeLike '*<img*'
        $page.Contains([char]0x202e) | Should -BeFalse
        $page.Contains([char]27) | Should -BeFalse
        $xml = ConvertFrom-Page $page
        $xml.SelectNodes('//script | //img | //link | //iframe | //@onerror').Count | Should -Be 0
        $xml.SelectSingleNode('//figcaption').InnerText | Should -BeLike '<script>alert(1)</script><img src=x onerror=alert(1)> & "quoted" ''single''*'
        $xml.SelectSingleNode('//*[@class="map"]').GetAttribute('aria-label') | Should -BeLike '<script>*& "quoted" ''single''*: 4 B stored, 3 B zero, 3 B missing'
        $xml.SelectSingleNode('//h1').InnerText | Should -BeLike '<script>alert(1)</script><img src=x onerror=alert(1)> & "quoted" ''single''*'
    }

    It 'needs nothing but itself: no script, no address, well formed' {
        $page = Get-Page (Get-ReportSample)
        $page | Should -Not -Match '<script|javascript:|https?://|url\(|@import|src='
        $page | Should -BeLike "*default-src 'none'*"
        $page | Should -BeLike '*prefers-color-scheme:dark*'
        $page | Should -BeLike '*@media print*'
        (ConvertFrom-Page $page).SelectNodes('//table').Count | Should -BeGreaterThan 5
    }

    It 'takes objects that came through a job' {
        $module = Join-Path $ModuleRoot 'VmaTools.psd1'
        $there = Start-Job { Import-Module $using:module; Get-VmaBackup $using:store -VMId 103; Test-VmaArchive (Join-Path $using:store '*103*.vma'); Measure-VmaDevice (Join-Path $using:store '*103*.vma') } |
            Receive-Job -Wait -AutoRemoveJob
        $page = Get-Page $there
        $page | Should -BeLike '*1 of 1 tested archive is damaged*ExtentTruncated*'
        $page | Should -BeLike '*drive-scsi0*class="cross"*'
        (ConvertFrom-Page $page).SelectNodes('//*[@class="map"]').Count | Should -Be 4
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
}
