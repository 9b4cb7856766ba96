<#
.SYNOPSIS
    Runs the suites of this folder on the staged module, each with a file of results (NUnit's XML) of its own.
.DESCRIPTION
    Ends with 3 where there is no Pester, with 1 where a test failed.
.PARAMETER ResultFolder
    The folder for the results.
.PARAMETER Suite
    The suite to run, without .Tests.ps1; wildcards choose several.
.PARAMETER Test
    Only tests whose full names match these wildcards.
.PARAMETER PesterVersion
    The major version of Pester: 6 (the default where there is one) or 5.
.EXAMPLE
    dotnet pwsh tests/Pester/Run.ps1 -Suite Get-VmaVM
#>
[CmdletBinding()]
param(
    [string] $ResultFolder = "$PSScriptRoot/../../artifacts/pester",
    [string] $Suite = '*',
    [string[]] $Test = @(),
    [int[]] $PesterVersion = @(6, 5)
)

$ErrorActionPreference = 'Stop'
if (Get-Variable PSStyle -ErrorAction Ignore) {
    $PSStyle.OutputRendering = 'PlainText'
}

. "$PSScriptRoot/../../tools/Shell.ps1"
. "$PSScriptRoot/FindPester.ps1"
$pester = $PesterVersion | ForEach-Object { Find-Pester $_ } | Select-Object -First 1
if (-not $pester) {
    Write-Output "Pester $($PesterVersion -join ' or ') was not found: dotnet restore tools/Pester.csproj, or Install-PSResource Pester"
    exit 3
}

$null = New-Item -ItemType Directory -Force -Path $ResultFolder
$files = @(Get-ChildItem -LiteralPath $PSScriptRoot -Filter "$Suite.Tests.ps1" | Sort-Object Name)
if ($files.Count -gt 1) {
    # A process each, so that a suite that brings its process down takes no other with it. Some wait for hosts that do not answer:
    # one more at a time than there are processors.
    $atOnce = [Environment]::ProcessorCount + 1
    $failed = 0
    $program, $before = Get-ShellCommand
    $chosen = @($Test | ForEach-Object { "'" + $_.Replace("'", "''") + "'" }) -join ','

    # What takes longest is mostly what has most text: begun last, it would be waited for alone.
    $waiting = [Collections.Generic.Queue[object]]::new(@($files | Sort-Object Length -Descending))
    $running = @()
    while ($waiting.Count -gt 0 -or $running.Count -gt 0) {
        while ($waiting.Count -gt 0 -and $running.Count -lt $atOnce) {
            $name = $waiting.Dequeue().Name -replace '\.Tests\.ps1$'
            $output = Join-Path $ResultFolder "$name.txt"
            $arguments = @($before | ForEach-Object { "`"$_`"" }) + '-NoProfile', '-NonInteractive', '-Command',
                "`"& '$PSCommandPath' -ResultFolder '$ResultFolder' -Suite '$name' -Test @($chosen) -PesterVersion $($PesterVersion -join ','); exit `$LASTEXITCODE`""
            $process = Start-Process $program $arguments -PassThru -NoNewWindow -RedirectStandardOutput $output -RedirectStandardError "$output.err"

            # Without its handle a process that has ended does not tell its exit code.
            $null = $process.Handle
            $running += [pscustomobject]@{ Process = $process; Output = $output }
        }

        Start-Sleep -Milliseconds 100
        $ended = @($running | Where-Object { $_.Process.HasExited })
        $running = @($running | Where-Object { $_ -notin $ended })
        foreach ($one in $ended) {
            $one.Process.WaitForExit()
            $failed += $one.Process.ExitCode
            Get-Content -LiteralPath $one.Output, "$($one.Output).err" -Encoding utf8
            Remove-Item -LiteralPath $one.Output, "$($one.Output).err"
        }
    }

    exit [int]($failed -gt 0)
}

Import-Module $pester
$failed = 0

# Indexes that tests have built do not belong among those that the user keeps.
$savedCache = $env:XDG_CACHE_HOME
$env:XDG_CACHE_HOME = Join-Path ([IO.Path]::GetTempPath()) "VmaTools.Tests.$([guid]::NewGuid())"
foreach ($file in $files) {
    $configuration = New-PesterConfiguration
    $configuration.Run.Path = $file.FullName
    $configuration.Run.PassThru = $true
    $configuration.Filter.FullName = $Test
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
