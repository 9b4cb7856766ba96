# What every suite needs: the staged module, the fixtures, and a folder of its own.
$script:RepositoryRoot = (Resolve-Path "$PSScriptRoot/../..").Path
$script:ModuleRoot = if ($env:VMATOOLS_MODULE) { $env:VMATOOLS_MODULE } else { Join-Path $RepositoryRoot 'out/VmaTools' }
$script:Fixtures = Join-Path $RepositoryRoot 'tests/fixtures'
$script:Corpus = Join-Path $Fixtures 'corpus'
$script:Truth = Get-Content -Raw (Join-Path $Corpus 'TRUTH.json') | ConvertFrom-Json
Import-Module (Join-Path $ModuleRoot 'VmaTools.psd1') -Force
