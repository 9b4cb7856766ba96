BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:Zst = Join-Path $Corpus 'vzdump-qemu-101-2026_11_20-02_00_03.vma.zst'
    $script:Guest = Join-Path $Fixtures 'disks/gpt-linux.vma.zst'

    # The main work of the module, and what came of it as one text that must be the same wherever it is done.
    $script:Work = {
        param($Zst, $Guest, $Out)
        $archive = Get-VmaArchive $Zst
        "$($archive.Compression) $($archive.CreationTime.ToUniversalTime().Ticks) $($archive.DeviceCount)"
        Get-VmaDevice $Zst | ForEach-Object { "$($_.DeviceId) $($_.Name) $($_.Size)" }
        $test = Test-VmaArchive $Zst
        "$($test.Verdict) $($test.DataProof) $($test.BytesRead)"
        $vm = Get-VmaVM $Zst
        "$($vm.Name) $($vm.Cores) $($vm.Memory)"
        Get-VmaDeviceHash $Zst | ForEach-Object { "$($_.Name) $($_.Hash)" }
        Get-VmaDevice $Zst | Export-VmaDevice $Out -NewManifestPath "$Out/manifest.json"
        Get-ChildItem $Out -Filter *.raw | Sort-Object Name | ForEach-Object { "$($_.Name) $((Get-FileHash -LiteralPath $_.FullName).Hash)" }
        "$((Test-VmaArchive $Zst -Manifest "$Out/manifest.json").DataProof)"
        Get-VmaFile $Guest -Volume drive-scsi0/p2 -FilePath / | Sort-Object FullName | ForEach-Object { "$($_.FullName) $($_.Length) $($_.LastWriteTimeUtc.Ticks)" }
        Get-Item "$Out/drive-scsi0.raw" | New-VmaArchive "$Out/new.vma.zst" -Uuid 01234567-89ab-cdef-0123-456789abcdef -CreationTime 2026-11-20T02:00:03Z -WarningAction SilentlyContinue
        (Get-FileHash "$Out/new.vma.zst").Hash
    }

    $script:Usual = & $Work $Zst $Guest (Join-Path $TestDrive 'usual')

    # In a PowerShell of its own, with something said before.
    function Invoke-Elsewhere([string] $Before, [string] $Name) {
        $script = Join-Path $TestDrive "$Name.ps1"
        $module = Join-Path $ModuleRoot 'VmaTools.psd1'
        "$Before`nImport-Module '$module'`n& { $Work } '$Zst' '$Guest' '$(Join-Path $TestDrive $Name)'" | Set-Content -LiteralPath $script
        Invoke-Shell -NoProfile -NonInteractive -File $script 2>&1 | ForEach-Object { "$_" }
    }
}

Describe 'The usual work' {
    It 'is all there' {
        $Usual.Count | Should -BeGreaterThan 25
        $Usual | Should -Contain 'Manifest'
        $Usual | Should -Contain "drive-scsi0.raw $($SampleTruth.devices.'drive-scsi0'.sha256.ToUpperInvariant())"
    }
}

Describe 'The same comes' {
    # tr-TR has an i of its own, de-DE a decimal comma, th-TH and ar-SA other calendars, fa-IR other signs for minus.
    It 'in the culture <_>' -ForEach 'tr-TR', 'de-DE', 'th-TH', 'ar-SA', 'fa-IR', '' {
        $before = [cultureinfo]::CurrentCulture, [cultureinfo]::CurrentUICulture
        try {
            [cultureinfo]::CurrentCulture = [cultureinfo]::CurrentUICulture = [cultureinfo]::new($_)
            & $Work $Zst $Guest (Join-Path $TestDrive "culture-$_") | Should -Be $Usual
        }
        finally { [cultureinfo]::CurrentCulture, [cultureinfo]::CurrentUICulture = $before }
    }

    It 'in strict mode, where every error stops' {
        & {
            Set-StrictMode -Version Latest
            $ErrorActionPreference = 'Stop'
            & $Work $Zst $Guest (Join-Path $TestDrive 'strict')
        } | Should -Be $Usual
    }

    It 'in constrained language mode' {
        $mode, $lines = Invoke-Elsewhere '$ExecutionContext.SessionState.LanguageMode = "ConstrainedLanguage"; "$($ExecutionContext.SessionState.LanguageMode)"' 'constrained'
        $mode | Should -Be 'ConstrainedLanguage'
        $lines | Should -Be $Usual
    }

    It 'in runspaces side by side' {
        $module = Join-Path $ModuleRoot 'VmaTools.psd1'
        $text = "$Work"
        $results = 1..4 | ForEach-Object -Parallel {
            Import-Module $using:module
            , (& ([scriptblock]::Create($using:text)) $using:Zst $using:Guest (Join-Path $using:TestDrive "parallel-$_"))
        } -ThrottleLimit 4
        $results.Count | Should -Be 4
        foreach ($result in $results) { $result | Should -Be $Usual }
    }

    It 'in a job and in a thread job' {
        $module = Join-Path $ModuleRoot 'VmaTools.psd1'
        $text = "Import-Module '$module'`n& { $Work } '$Zst' '$Guest' "
        $jobs = (Start-Job ([scriptblock]::Create("$text '$TestDrive/job'"))), (Start-ThreadJob ([scriptblock]::Create("$text '$TestDrive/threadjob'")))
        foreach ($job in $jobs) { Receive-Job $job -Wait -AutoRemoveJob | Should -Be $Usual }
    }

    It 'by a path of more than 260 characters' {
        $deep = Join-Path $TestDrive (@(1..6 | ForEach-Object { "$_".PadLeft(48, 'd') }) -join '/')
        $deep.Length | Should -BeGreaterThan 300
        $null = New-Item $deep -ItemType Directory
        Copy-Item $Zst, $Guest $deep
        & $Work "$deep/$(Split-Path $Zst -Leaf)" "$deep/$(Split-Path $Guest -Leaf)" "$deep/out" | Should -Be $Usual
    }

    It 'by names beyond ASCII' {
        $folder = Join-Path $TestDrive (-join (0xDC, 0x130, 0x131, 0x20, 0x6D4B, 0x8BD5, 0x20, 0xD83D, 0xDCBE, 0x65, 0x301 | ForEach-Object { [char] $_ }))
        $null = New-Item $folder -ItemType Directory
        Copy-Item $Zst, $Guest $folder
        & $Work "$folder/$(Split-Path $Zst -Leaf)" "$folder/$(Split-Path $Guest -Leaf)" "$folder/out" | Should -Be $Usual
    }

    It 'by paths of a drive and of the provider' {
        $null = New-PSDrive -Name Sides -PSProvider FileSystem -Root $Corpus
        $null = New-PSDrive -Name Aims -PSProvider FileSystem -Root $TestDrive
        $name = Split-Path $Zst -Leaf
        & $Work "Sides:/$name" "Microsoft.PowerShell.Core\FileSystem::$Guest" 'Aims:/drive' | Should -Be $Usual
    }
}
