#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.3.0' }

<#
.SYNOPSIS
    Audits backups: every machine has a recent one, every archive is valid, every disk is there, nothing is left over.
.DESCRIPTION
    A Pester suite to copy, for Pester 5 and 6. Invoke-BackupAudit.ps1 beside it runs it; the example shows how to do so by hand.

    Whatever cannot be checked is red: a share or host that does not answer, an empty folder, a data file that expects nothing.
.EXAMPLE
    Invoke-Pester -Container (New-PesterContainer -Path ./BackupAudit.Tests.ps1 -Data @{ DataFile = './BackupAudit.psd1' })
#>
param(
    # What to expect: stores, machines, ages. BackupAudit.psd1 beside this file is one to start from.
    [Parameter(Mandatory)]
    [string] $DataFile
)

BeforeDiscovery {
    if (-not (Get-Module VmaTools)) { Import-Module VmaTools -ErrorAction Stop }

    $expected = Import-PowerShellDataFile -LiteralPath $DataFile
    $archives = if ($expected.Archives) { $expected.Archives } else { 'Latest' }
    $testOptions = @{ StructureOnly = [bool]$expected.StructureOnly }
    $module = if ($expected.Module) { $expected.Module } else { 'VmaTools' }

    $list = {
        param($Path)
        # An error here ends the listing: half a folder must not look like a whole one.
        Get-VmaBackup -LiteralPath $Path -ErrorAction Stop
    }

    $inventory = foreach ($store in $expected.Stores) {
        $problem = $null
        $found = @()
        $session = $null
        try {
            if ($store.HostName) { $session = New-PSSession -HostName $store.HostName -ConnectingTimeout 20000 -ErrorAction Stop }
            elseif ($store.ComputerName) { $session = New-PSSession -ComputerName $store.ComputerName -ErrorAction Stop }

            if ($session) {
                Invoke-Command -Session $session -ScriptBlock { param($Name) Import-Module $Name -ErrorAction Stop } -ArgumentList $module -ErrorAction Stop
                $found = @(Invoke-Command -Session $session -ScriptBlock $list -ArgumentList $store.Path -ErrorAction Stop)
            }
            else {
                $found = @(& $list $store.Path)
            }
        }
        catch {
            $problem = $_.Exception.Message
        }

        $backups = @($found | Where-Object Kind -EQ 'Backup')
        $newest = @($backups | Group-Object { if ($_.VMId) { $_.VMId } else { $_.FileName } } | ForEach-Object { $_.Group | Sort-Object Age | Select-Object -First 1 })
        $cases = @(foreach ($backup in $(if ($archives -eq 'All') { $backups } else { $newest })) {
                @{ FileName = $backup.FileName; Path = $backup.ArchivePath; IsRestorable = $backup.IsRestorable; Session = $session; Options = $testOptions }
            })
        @{
            Name = if ($store.Name) { $store.Name } else { $store.Path }
            Location = if ($session) { "$($session.ComputerName):$($store.Path)" } else { $store.Path }
            Session = $session
            Problem = $problem
            Backups = $backups
            Debris = @($found | Where-Object Kind -NE 'Backup')
            Archives = $cases
        }
    }

    $machines = foreach ($machine in $expected.Machines) {
        $stores = @($inventory | Where-Object { -not $machine.Store -or $_.Name -eq $machine.Store })
        @{
            VMId = $machine.VMId
            Title = "$($machine.VMId) $($machine.Name)".Trim()
            Name = $machine.Name
            MaxAge = [timespan]$(if ($machine.MaxAge) { $machine.MaxAge } elseif ($expected.MaxAge) { $expected.MaxAge } else { '1.06:00:00' })
            Where = ($stores | ForEach-Object Name) -join ', '
            Newest = $stores | ForEach-Object Backups | Where-Object VMId -EQ $machine.VMId | Sort-Object Age | Select-Object -First 1
        }
    }

    $plan = @{ Stores = @($inventory | Where-Object { $_ }).Count; Machines = @($machines | Where-Object { $_ }).Count }
}

Describe 'The audit' -ForEach @($plan) {
    It 'has stores to look at' { $Stores | Should -BeGreaterThan 0 }
    It 'has machines to expect' { $Machines | Should -BeGreaterThan 0 }
}

if ($machines) {
    Describe 'Machine <Title>' -ForEach @($machines) {
        It 'has a backup' {
            $Newest | Should -Not -BeNullOrEmpty -Because "machine $VMId is expected in: $Where"
        }

        It 'has one that is no older than <MaxAge>' {
            $Newest | Should -Not -BeNullOrEmpty -Because "machine $VMId is expected in: $Where"
            $Newest.Age | Should -BeLessOrEqual $MaxAge -Because "$($Newest.FileName) is the newest"
        }
    }
}

if ($inventory) {
    Describe 'Store <Name>' -ForEach @($inventory) {
        It 'can be read' {
            $Problem | Should -BeNullOrEmpty -Because "$Location has to be there"
        }

        It 'is not empty' {
            $Backups.Count | Should -BeGreaterThan 0 -Because "$Location is where backups go"
        }

        It 'has nothing left over' {
            $Problem | Should -BeNullOrEmpty -Because "$Location has to be there"
            $Debris.FileName | Should -BeNullOrEmpty -Because 'leftovers take room, and tell of a backup that was cut off'
        }

        if ($Archives) {
            Context '<FileName>' -ForEach $Archives {
                BeforeAll {
                    $test = {
                        param($Path, $Options)
                        # A manifest beside the archive is held against it: the only proof of data that is not compressed.
                        $manifest = "$Path.manifest.json"
                        $hasManifest = Test-Path -LiteralPath $manifest
                        if ($hasManifest) { $Options = @{ ManifestPath = $manifest } }
                        $result = Test-VmaArchive -LiteralPath $Path @Options -ErrorAction Stop
                        [pscustomobject]@{
                            IsValid = $result.IsValid
                            IsComplete = $result.IsComplete
                            DataProof = $result.DataProof
                            HasManifest = $hasManifest
                            Errors = @($result.Findings | Where-Object Severity -EQ 'Error' | ForEach-Object { "$($_.Code): $($_.Message)" })
                            Warnings = @($result.Findings | Where-Object Severity -EQ 'Warning' | ForEach-Object { "$($_.Code): $($_.Message)" })
                        }
                    }
                    $failure = $null
                    $verdict = $null
                    try {
                        $verdict = if ($Session) { Invoke-Command -Session $Session -ScriptBlock $test -ArgumentList $Path, $Options -ErrorAction Stop }
                        else { & $test $Path $Options }
                    }
                    catch { $failure = $_.Exception.Message }
                }

                It 'is valid' {
                    $failure | Should -BeNullOrEmpty
                    $verdict.IsValid | Should -BeTrue -Because ($verdict.Errors -join '; ')
                }

                It 'has every disk of the machine' {
                    $failure | Should -BeNullOrEmpty
                    $verdict.IsComplete | Should -BeTrue -Because (@($verdict.Errors) + @($verdict.Warnings) -join '; ')
                }

                It 'matches its manifest, if it has one' {
                    $failure | Should -BeNullOrEmpty
                    if ($verdict.HasManifest) { $verdict.DataProof | Should -Be 'Manifest' }
                }

                It 'has a name that a restore accepts' {
                    $IsRestorable | Should -BeTrue
                }
            }
        }

        AfterAll {
            if ($Session) { Remove-PSSession $Session -ErrorAction Ignore }
        }
    }
}
