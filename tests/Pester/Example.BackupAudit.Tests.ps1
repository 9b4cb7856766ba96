BeforeDiscovery {
    # The audit has to work on both.
    . "$PSScriptRoot/FindPester.ps1"
    $pesters = @(
        @{ Version = 5; PesterPath = Find-Pester 5; Format = 'NUnitXml'; Root = 'test-results' }
        @{ Version = 6; PesterPath = Find-Pester 6; Format = 'JUnitXml'; Root = 'testsuites' }
    )

    # Where nothing can be downloaded it is tried on the one that is there; where the suites are the judge of a change, on both.
    if (-not $env:CI) { $pesters = @($pesters | Where-Object PesterPath) }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/RemoteHosts.ps1"
    Push-FakeSsh (Join-Path $TestDrive 'bin')

    $examples = Join-Path $RepositoryRoot 'examples'
    $module = Join-Path $ModuleRoot 'VmaTools.psd1'
    $real = Join-Path $Corpus 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
    $today = (Get-Date).AddHours(-1).ToString('yyyy_MM_dd-HH_mm_ss', [cultureinfo]::InvariantCulture)
    $long = (Get-Date).AddDays(-9).ToString('yyyy_MM_dd-HH_mm_ss', [cultureinfo]::InvariantCulture)

    function Add-Store([string] $Name, [hashtable] $Files) {
        $folder = Join-Path $TestDrive $Name
        $null = New-Item -ItemType Directory -Force $folder
        foreach ($file in $Files.Keys) { Copy-Item $Files[$file] (Join-Path $folder $file) }
        $folder
    }

    # Runs the wrapper in a process of its own, as a scheduled task does.
    function Invoke-Audit([string] $DataText, [string[]] $More = @(), [string] $Pester = [IO.Path]::ChangeExtension((Get-Module Pester).Path, '.psd1')) {
        $data = Join-Path $TestDrive "data-$([guid]::NewGuid().ToString('N')).psd1"
        Set-Content -LiteralPath $data $DataText
        $import = "Import-Module '$module', '$Pester'; "
        $command = "$import& '$examples/Invoke-BackupAudit.ps1' -DataFile '$data' $More; exit `$LASTEXITCODE"
        $text = Invoke-Shell -NoProfile -NonInteractive -Command $command 2>&1 | Out-String -Width 500
        [pscustomobject]@{ ExitCode = $LASTEXITCODE; Text = $text -replace '\x1b\[[0-9;]*m' }
    }

    $good = Add-Store good @{ "vzdump-qemu-101-$today.vma" = $real }
    $green = "@{ Stores = @(@{ Name = 'good'; Path = '$good' }); Machines = @(@{ VMId = 101; Name = 'tiny' }) }"
}

AfterAll { Pop-FakeSsh }

# Each audit takes a process: one shows as much as it can.
Describe 'The backup audit on Pester <Version>' -ForEach $pesters {
    BeforeAll { $PesterPath | Should -Not -BeNullOrEmpty -Because "the audit is tried with Pester $Version too (dotnet restore tools/Pester.csproj)" }

    It 'is green for a machine with a fresh, valid, complete backup, writes <Format>, and calls nobody' {
        $file = Join-Path $TestDrive "$Format.xml"
        $told = Join-Path $TestDrive "green-$Version"
        $audit = Invoke-Audit $green -Pester $PesterPath -More '-ResultPath', "'$file'", '-ResultFormat', $Format, '-OnFailure', "{ Set-Content '$told' called }"
        $audit.Text | Should -BeLike '*green*'
        $audit.ExitCode | Should -Be 0
        $audit.Text | Should -BeLike '*Machine 101 tiny*'
        $audit.Text | Should -BeLike "*vzdump-qemu-101-$today.vma*"
        $told | Should -Not -Exist
        ([xml](Get-Content -Raw -LiteralPath $file)).DocumentElement.LocalName | Should -Be $Root
    }

    It 'is red for a machine without a backup, and calls -OnFailure with what failed' {
        $told = Join-Path $TestDrive "told-$Version.json"
        $audit = Invoke-Audit "@{ Stores = @(@{ Name = 'good'; Path = '$good' }); Machines = @(@{ VMId = 101 }, @{ VMId = 999; Name = 'lost' }) }" -Pester $PesterPath -More (
            '-OnFailure', "{ param(`$Summary) `$Summary | ConvertTo-Json -Depth 4 | Set-Content '$told' }")
        $audit.ExitCode | Should -Be 1
        $audit.Text | Should -BeLike '*RED*Machine 999 lost.has a backup*'
        $audit.Text | Should -Not -BeLike '*- Machine 101*'
        $summary = Get-Content -Raw $told | ConvertFrom-Json
        $summary.Result | Should -Be 'Red'
        $summary.Failed | Should -Be 2
        $summary.Failures[0].Name | Should -BeLike 'Machine 999 lost.has a backup'
        $summary.Text | Should -BeLike '*Machine 999*'
    }

    It 'is red when it expects nothing, also when -OnFailure fails' {
        (Invoke-Audit '@{ Stores = @(); Machines = @() }' -Pester $PesterPath -More '-OnFailure', '{ throw "no mail" }').ExitCode | Should -Be 1
    }
}

Describe 'The backup audit' {
    # One audit for all of them, for each takes a process: each has a store, and a machine that is expected there.
    Context 'Stores with something wrong' {
        BeforeAll {
            $cut = Join-Path $TestDrive 'cut.vma'
            [IO.File]::WriteAllBytes($cut, [IO.File]::ReadAllBytes($real)[0..400000])
            $stores = [ordered]@{
                'old' = @{ "vzdump-qemu-101-$long.vma" = $real }
                'empty' = @{}
                'leftover' = @{ "vzdump-qemu-101-$today.vma" = $real; "vzdump-qemu-102-$today.vma.dat" = $real }
                'log' = @{ "vzdump-qemu-101-$today.vma" = $real; "vzdump-qemu-102-$today.log" = $real }
                'damaged' = @{ "vzdump-qemu-101-$today.vma" = $cut }
                'diskless' = @{ "vzdump-qemu-101-$today.vma" = (Join-Path $Corpus 'nodisk.vma') }
                'named' = @{ "vzdump-qemu-101-$today.vma" = $real; 'copy.vma' = $real }
                'sound' = @{ "vzdump-qemu-101-$today.vma" = $real }
            }
            $list = $stores.Keys | ForEach-Object { "@{ Name = '$_'; Path = '$(Add-Store "red-$_" $stores[$_])' }" }
            $machines = $stores.Keys | ForEach-Object { "@{ VMId = 101; Name = 'of $_'; Store = '$_' }" }
            $several = Invoke-Audit "@{ Stores = @($($list -join ', ')); Machines = @($($machines -join ', ')) }"
        }

        It 'are told: <Says>' -ForEach @(
            @{ Says = '*- Machine 101 of old.has one that is no older than*' }
            @{ Says = '*- Store empty.is not empty*' }
            @{ Says = '*- Machine 101 of empty.has a backup*' }
            @{ Says = '*- Store leftover.has nothing left over*' }
            @{ Says = '*- Store log.has nothing left over*' }
            @{ Says = '*- Store damaged.vzdump*is valid*ExtentTruncated*' }
            @{ Says = '*- Store diskless.vzdump*has every disk*DiskNotInBackup*' }
            @{ Says = '*- Store named.copy.vma.has a name that a restore accepts*' }
        ) {
            $several.Text | Should -BeLike $Says
        }

        It 'make the audit red, and the sound one among them is not named' {
            $several.ExitCode | Should -Be 1
            $several.Text | Should -BeLike '*RED*'
            $several.Text | Should -Not -BeLike '*- Store sound*'
            $several.Text | Should -Not -BeLike '*- Machine 101 of sound*'
        }
    }

    It 'is red for a share that is not there, and still looks at the others' {
        $audit = Invoke-Audit "@{ Stores = @(@{ Name = 'gone'; Path = '$TestDrive/gone' }, @{ Name = 'good'; Path = '$good' }); Machines = @(@{ VMId = 101 }) }"
        $audit.ExitCode | Should -Be 1
        $audit.Text | Should -BeLike '*RED, 3 of*Store gone.can be read*'
    }

    It 'is green for a host that answers' {
        if ($IsWindows) { Set-ItResult -Skipped -Because 'a script cannot stand for ssh there' }
        $audit = Invoke-Audit "@{ Stores = @(@{ Name = 'pve1'; HostName = 'pve1'; Path = '$good' }); Machines = @(@{ VMId = 101; Store = 'pve1' }); Module = '$module' }"
        $audit.Text | Should -BeLike '*green*'
        $audit.ExitCode | Should -Be 0
    }

    It 'is red for a host that does not answer' {
        if ($IsWindows) { Set-ItResult -Skipped -Because 'a script cannot stand for ssh there' }
        $audit = Invoke-Audit "@{ Stores = @(@{ Name = 'pve9'; HostName = 'nowhere'; Path = '$good' }, @{ Name = 'good'; Path = '$good' }); Machines = @(@{ VMId = 101 }) }"
        $audit.ExitCode | Should -Be 1
        $audit.Text | Should -BeLike '*Store pve9.can be read*'
    }

    It 'is red when the data file is missing or broken' {
        (Invoke-Audit 'no data').ExitCode | Should -Be 1
        $null = Invoke-Shell -NoProfile -Command "Import-Module '$([IO.Path]::ChangeExtension((Get-Module Pester).Path, '.psd1'))'; & '$examples/Invoke-BackupAudit.ps1' -DataFile '$TestDrive/none.psd1'" 2>&1
        $LASTEXITCODE | Should -Be 1
    }

    It 'reads all archives on request' {
        $folder = Add-Store 'both' @{ "vzdump-qemu-101-$today.vma" = $real; "vzdump-qemu-101-$long.vma" = (Join-Path $Corpus 'nodisk.vma') }
        $data = "@{{ Stores = @(@{{ Path = '$folder' }}); Machines = @(@{{ VMId = 101 }}); Archives = '{0}' }}"
        (Invoke-Audit ($data -f 'Latest')).ExitCode | Should -Be 0
        (Invoke-Audit ($data -f 'All')).ExitCode | Should -Be 1
    }

    It 'holds an archive against the manifest that New-VmaManifest put beside it' {
        $name = "vzdump-qemu-101-$today.vma"
        $folders = 'same', 'flipped', 'alone' | ForEach-Object { Add-Store "manifest-$_" @{ $name = $real } }
        foreach ($folder in $folders[0..1]) { New-VmaManifest $folder (Join-Path $folder $name) }

        # A flipped bit in data that nothing but the manifest covers.
        foreach ($folder in $folders[1..2]) {
            $file = Join-Path $folder $name
            $bytes = [IO.File]::ReadAllBytes($file)
            $bytes[18509] = $bytes[18509] -bxor 1
            [IO.File]::WriteAllBytes($file, $bytes)
        }

        $stores = $folders | ForEach-Object { "@{ Name = '$(Split-Path $_ -Leaf)'; Path = '$_' }" }
        $machines = $folders | ForEach-Object { "@{ VMId = 101; Store = '$(Split-Path $_ -Leaf)' }" }
        $audit = Invoke-Audit "@{ Stores = @($($stores -join ', ')); Machines = @($($machines -join ', ')) }"
        $audit.ExitCode | Should -Be 1
        $audit.Text | Should -BeLike '*- Store manifest-flipped*is valid*ManifestMismatch*'
        $audit.Text | Should -BeLike '*matches its manifest, if it has one*'
        $audit.Text | Should -Not -BeLike '*- Store manifest-same*'
        $audit.Text | Should -Not -BeLike '*- Store manifest-alone*'
    }
}

Describe 'Send-AuditMail' {
    It 'makes a mail of a summary' {
        $box = (New-Item -ItemType Directory (Join-Path $TestDrive 'box')).FullName
        $summary = [pscustomobject]@{ Result = 'Red'; Failed = 2; Total = 9; Text = 'Machine 999.has a backup'; ResultPath = $null }
        & (Join-Path $examples 'Send-AuditMail.ps1') -Summary $summary -From audit@example.com -To admin@example.com -PickupFolder $box
        $mail = Get-Content -Raw (Get-ChildItem $box -Filter *.eml).FullName
        $mail | Should -BeLike '*To: admin@example.com*'
        $mail | Should -BeLike "*$([Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($summary.Text)))*"
    }
}
