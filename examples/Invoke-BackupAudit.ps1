#Requires -Version 5.1

<#
.SYNOPSIS
    Runs the backup audit, and makes sure that somebody hears of it when it is not green.
.DESCRIPTION
    Runs BackupAudit.Tests.ps1 with a data file, shows the results, writes them as NUnit or JUnit XML where asked to, calls
    -OnFailure unless all is green, and exits with 0 for green and 1 for red. A run in which no test ran is red.
.EXAMPLE
    ./Invoke-BackupAudit.ps1 -DataFile ./BackupAudit.psd1 -ResultPath ./audit.xml -ResultFormat JUnitXml
.EXAMPLE
    ./Invoke-BackupAudit.ps1 -DataFile ./BackupAudit.psd1 -OnFailure {
        param($Summary)
        & ./Send-AuditMail.ps1 -Summary $Summary -SmtpServer mail.example.com -From audit@example.com -To admin@example.com
    }
#>
[CmdletBinding()]
param(
    # What to expect: stores, machines, ages.
    [string] $DataFile = (Join-Path $PSScriptRoot 'BackupAudit.psd1'),

    # The suite to run.
    [string] $SuitePath = (Join-Path $PSScriptRoot 'BackupAudit.Tests.ps1'),

    # Where to write the results as XML.
    [string] $ResultPath,

    # The kind of XML.
    [ValidateSet('NUnitXml', 'NUnit2.5', 'NUnit3', 'JUnitXml')]
    [string] $ResultFormat = 'NUnitXml',

    # Called with a summary when the audit is red: Result, Total, Passed, Failed, Failures (Name, Message), Text, ResultPath.
    [scriptblock] $OnFailure,

    # How much Pester tells on the screen.
    [ValidateSet('None', 'Normal', 'Detailed')]
    [string] $Output = 'Detailed'
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module Pester)) { Import-Module Pester -MinimumVersion 5.3.0 }

$run = $null
$problem = $null
try {
    # Pester must not take a file for granted that is not there.
    $data = (Resolve-Path -LiteralPath $DataFile).ProviderPath
    $suite = (Resolve-Path -LiteralPath $SuitePath).ProviderPath

    $configuration = New-PesterConfiguration
    $configuration.Run.Container = New-PesterContainer -Path $suite -Data @{ DataFile = $data }
    $configuration.Run.PassThru = $true
    $configuration.Output.Verbosity = $Output
    if ($ResultPath) {
        $configuration.TestResult.Enabled = $true
        $configuration.TestResult.OutputFormat = $ResultFormat
        $configuration.TestResult.OutputPath = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($ResultPath)
    }

    $run = Invoke-Pester -Configuration $configuration
}
catch {
    $problem = $_.Exception.Message
}

$failures = @(
    if ($problem) { [pscustomobject]@{ Name = 'The audit could not run'; Message = $problem } }
    foreach ($test in $run.Failed) {
        [pscustomobject]@{ Name = $test.ExpandedPath; Message = ($test.ErrorRecord | ForEach-Object { $_.Exception.Message }) -join [Environment]::NewLine }
    }
    foreach ($part in @($run.FailedBlocks) + @($run.FailedContainers)) {
        foreach ($record in $part.ErrorRecord) { [pscustomobject]@{ Name = "$part"; Message = $record.Exception.Message } }
    }
)
$passed = [int]$run.PassedCount
if (-not $failures -and $passed -eq 0) {
    $failures = @([pscustomobject]@{ Name = 'No test ran'; Message = 'An audit that checks nothing proves nothing.' })
}

$isGreen = $run -and $run.Result -eq 'Passed' -and -not $failures
$headline = if ($isGreen) { "Backup audit: green, $passed checks passed." } else { "Backup audit: RED, $($failures.Count) of $([int]$run.TotalCount) checks failed." }
$summary = [pscustomobject]@{
    Result = if ($isGreen) { 'Green' } else { 'Red' }
    Total = [int]$run.TotalCount
    Passed = $passed
    Failed = $failures.Count
    Failures = $failures
    Duration = $run.Duration
    DataFile = $DataFile
    ResultPath = $ResultPath
    Text = (@($headline, '') + @($failures | ForEach-Object { "- $($_.Name)"; "    $($_.Message)" })) -join [Environment]::NewLine
}

if ($isGreen) {
    Write-Output $headline
    exit 0
}

Write-Output $summary.Text
if ($OnFailure) {
    try { & $OnFailure $summary }
    catch { Write-Error -ErrorAction Continue "The audit is red, and -OnFailure failed: $($_.Exception.Message)" }
}
exit 1
