# Runs the suites of this folder, each with a file of results (NUnit's XML) of its own.
# Ends with 3 where there is no Pester, with 1 where a test failed.
[CmdletBinding()]
param(
    [string] $ResultFolder = "$PSScriptRoot/../../artifacts/pester",
    [string] $Suite = '*'
)

$ErrorActionPreference = 'Stop'
if (Get-Variable PSStyle -ErrorAction Ignore) {
    $PSStyle.OutputRendering = 'PlainText'
}

$pester = Get-Module -ListAvailable -Name Pester | Where-Object Version -GE '5.0.0' | Sort-Object Version -Descending | Select-Object -First 1
if (-not $pester) {
    Write-Output 'Pester 5 or later is needed: Install-PSResource Pester'
    exit 3
}

$null = New-Item -ItemType Directory -Force -Path $ResultFolder
$files = @(Get-ChildItem -LiteralPath $PSScriptRoot -Filter "$Suite.Tests.ps1" | Sort-Object Name)
if ($files.Count -gt 1) {
    # A process each, so that a suite that brings its process down takes no other with it.
    $failed = 0
    foreach ($file in $files) {
        & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File $PSCommandPath -ResultFolder $ResultFolder -Suite ($file.Name -replace '\.Tests\.ps1$')
        $failed += $LASTEXITCODE
    }

    exit [int]($failed -gt 0)
}

Import-Module $pester.Path
$failed = 0

# Indexes that tests have built do not belong among those that the user keeps.
$savedCache = $env:XDG_CACHE_HOME
$env:XDG_CACHE_HOME = Join-Path ([IO.Path]::GetTempPath()) "VmaTools.Tests.$([guid]::NewGuid())"
foreach ($file in $files) {
    $configuration = New-PesterConfiguration
    $configuration.Run.Path = $file.FullName
    $configuration.Run.PassThru = $true
    $configuration.Output.Verbosity = 'Normal'
    $configuration.Output.RenderMode = 'Plaintext'
    $configuration.TestResult.Enabled = $true
    $configuration.TestResult.OutputFormat = 'NUnitXml'
    $configuration.TestResult.OutputPath = Join-Path $ResultFolder ($file.Name -replace '\.Tests\.ps1$', '.xml')
    $result = Invoke-Pester -Configuration $configuration
    $failed += $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
}

Remove-Item -LiteralPath $env:XDG_CACHE_HOME -Recurse -Force -ErrorAction Ignore
$env:XDG_CACHE_HOME = $savedCache
exit [int]($failed -gt 0)
