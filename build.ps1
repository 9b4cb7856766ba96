<#
.SYNOPSIS
    Builds, tests, documents, analyzes and packages VmaTools.
.DESCRIPTION
    Everything but Docs and Analyze needs the .NET SDK only. What those two need from the PowerShell Gallery is looked for first;
    what is missing is named together with the command that installs it. Nothing is installed without -Bootstrap.
.PARAMETER Task
    Build (the default): compiles everything and stages the module in out/VmaTools.
    Test: runs all tests, the Pester suites too: PowerShell and Pester come as packages.
    Docs: makes the help that Get-Help shows from the pages in docs/help.
    Analyze: holds all scripts against PSScriptAnalyzer.
    Package: puts into out/package a copy of the module that Publish-PSResource takes, the same as a zip, the packages of the
    library, of its encoder and of the vma tool, vma as a program that needs no .NET for each system of -ProgramSystem, and
    a bill of materials (CycloneDX). The same commit gives the same bytes, unsigned.
    Clean: removes what the other tasks made.
.PARAMETER Configuration
    Release (the default) or Debug.
.PARAMETER Bootstrap
    Installs missing modules from the PowerShell Gallery for the current user.
.PARAMETER SigningCertificate
    For Package: a code signing certificate, or the thumbprint of one in the certificate store. Signs the module's files.
.PARAMETER TimestampServer
    For Package: the server that countersigns the time of the signatures.
.PARAMETER ProgramSystem
    For Package: the systems (runtime identifiers) that get vma as a program. Empty: none. That of the system it runs on is
    compiled ahead of time where a linker is there.
.EXAMPLE
    ./build.ps1
.EXAMPLE
    ./build.ps1 -Task Build, Test
.EXAMPLE
    ./build.ps1 -Task Package -SigningCertificate 0123456789ABCDEF0123456789ABCDEF01234567
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Docs', 'Analyze', 'Package', 'Clean')]
    [string[]] $Task = 'Build',

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release',

    [switch] $Bootstrap,

    [object] $SigningCertificate,

    [string] $TimestampServer = 'http://timestamp.digicert.com',

    [string[]] $ProgramSystem = @('win-x64', 'linux-x64', 'linux-arm64', 'osx-arm64')
)

$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$stage = Join-Path $root 'out/VmaTools'
$package = Join-Path $root 'out/package'

. (Join-Path $root 'tools/Shell.ps1')

# What the gallery has to give: the lowest version that will do.
$needed = @{
    'Microsoft.PowerShell.PlatyPS' = '1.0.0'
    'PSScriptAnalyzer' = '1.21.0'
}

function Invoke-Dotnet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) { throw "dotnet $args ended with exit code $LASTEXITCODE." }
}

function Test-Need([string] $Name) {
    [bool](Get-Module $Name -ListAvailable | Where-Object { $_.Version -ge [version] $needed[$Name] })
}

function Get-InstallCommand([string] $Name) {
    if (Get-Command Install-PSResource -ErrorAction Ignore) {
        return "Install-PSResource $Name -Version '[$($needed[$Name]),)' -TrustRepository"
    }

    return "Install-Module $Name -MinimumVersion $($needed[$Name]) -Scope CurrentUser -Force"
}

# Looks for a module, installs it where that was asked for, and says how to otherwise.
function Find-Need([string] $Name) {
    if (Test-Need $Name) { return $true }
    $install = Get-InstallCommand $Name
    if ($Bootstrap) {
        Write-Host "Installing: $install"
        & ([scriptblock]::Create($install))
        return Test-Need $Name
    }

    Write-Warning "$Name $($needed[$Name]) or later is not installed. Install it with: $install"
    return $false
}

# A module's files stay locked as long as the process that loaded it lives, so scripts that load it get their own.
function Invoke-Script([string] $Path, [string[]] $Arguments) {
    Invoke-Shell -NoProfile -NonInteractive -File $Path @Arguments
    if ($LASTEXITCODE -ne 0) { throw "$Path ended with exit code $LASTEXITCODE." }
}

function Get-ModuleVersion {
    $line = Select-String -LiteralPath (Join-Path $root 'VmaTools.psd1') -Pattern "^\s*ModuleVersion\s*=\s*'([^']+)'"
    $line.Matches[0].Groups[1].Value
}

function Invoke-BuildTask {
    Invoke-Dotnet build (Join-Path $root 'VmaTools.slnx') --configuration $Configuration --nologo
    Write-Host "The module is in $stage. Import it with: Import-Module $(Join-Path $stage 'VmaTools.psd1')"
}

function Invoke-TestTask {
    Invoke-Dotnet test (Join-Path $root 'VmaTools.slnx') --configuration $Configuration --nologo
}

function Invoke-DocsTask {
    if (-not (Find-Need 'Microsoft.PowerShell.PlatyPS')) { throw 'Docs needs Microsoft.PowerShell.PlatyPS.' }
    $project = Join-Path $root 'src/VmaPowerShell'
    Invoke-Dotnet build $project --configuration $Configuration --nologo
    $help = Join-Path $root 'docs/help'
    Invoke-Script (Join-Path $root 'tools/Build-Help.ps1') @(
        '-ModulePath', (Join-Path $stage 'VmaTools.psd1'), '-HelpPath', $help, '-OutputPath', (Join-Path $help 'en-US'))
    Copy-Item (Join-Path $help 'en-US') $stage -Recurse -Force
    Write-Host "The help is in $(Join-Path $help 'en-US'). Commit it together with the pages."
}

function Invoke-AnalyzeTask {
    if (-not (Find-Need 'PSScriptAnalyzer')) { throw 'Analyze needs PSScriptAnalyzer.' }
    Import-Module PSScriptAnalyzer -MinimumVersion $needed['PSScriptAnalyzer']
    $settings = Join-Path $root 'PSScriptAnalyzerSettings.psd1'
    # The analyzer follows what the manifest names, so the manifest is looked at where all that is.
    $manifest = Join-Path $stage 'VmaTools.psd1'
    if (-not (Test-Path $manifest)) { Invoke-Dotnet build (Join-Path $root 'src/VmaPowerShell') --configuration $Configuration --nologo }
    $files = @(Get-Item $manifest) + @(Get-ChildItem $root -File | Where-Object Extension -in '.ps1', '.psd1' | Where-Object Name -ne 'VmaTools.psd1')
    foreach ($folder in 'examples', 'tools', 'bench', 'tests/Pester', 'tests/Kills') {
        $path = Join-Path $root $folder
        if (Test-Path $path) { $files += @(Get-ChildItem $path -Recurse -File | Where-Object Extension -in '.ps1', '.psm1', '.psd1') }
    }

    $found = @($files | ForEach-Object { Invoke-ScriptAnalyzer -Path $_.FullName -Settings $settings })
    foreach ($record in $found) {
        Write-Host "$($record.ScriptPath):$($record.Line):$($record.Column): $($record.Severity) $($record.RuleName): $($record.Message)"
    }

    if ($found.Count -gt 0) { throw "PSScriptAnalyzer found $($found.Count) problem(s)." }
    Write-Host "PSScriptAnalyzer found nothing in $($files.Count) files."
}

function Resolve-Certificate {
    if (-not (Get-Command Set-AuthenticodeSignature -ErrorAction Ignore)) {
        throw 'Set-AuthenticodeSignature, which signs the module, exists on Windows only.'
    }

    if ($SigningCertificate -isnot [string]) { return $SigningCertificate }
    $found = Get-ChildItem Cert:\CurrentUser\My, Cert:\LocalMachine\My -ErrorAction Ignore |
        Where-Object Thumbprint -eq ($SigningCertificate -replace '\s') | Select-Object -First 1
    if (-not $found) { throw "No certificate with the thumbprint $SigningCertificate is in the store." }
    return $found
}

# Signs what is ours and can carry a signature.
function Add-ModuleSignature([string] $Folder, [object] $Certificate) {
    $files = Get-ChildItem $Folder -Recurse -File |
        Where-Object { $_.Extension -in '.psd1', '.ps1xml' -or $_.Name -in 'VmaTools.dll', 'VmaPowerShell.dll', 'VmaTools.Zstandard.dll', 'VmaTools.Argon2.dll' }
    foreach ($file in $files) {
        $signature = Set-AuthenticodeSignature -FilePath $file.FullName -Certificate $Certificate -HashAlgorithm SHA256 -TimestampServer $TimestampServer
        if ($signature.Status -ne 'Valid') { throw "$($file.FullName) could not be signed: $($signature.StatusMessage)" }
    }
}

# When what is built was committed: the time that everything in the packages carries.
function Get-CommitTime {
    $seconds = & git -C $root log -1 --format=%ct
    if ($LASTEXITCODE -ne 0) { throw 'The time of the commit is not known: Package works in a clone.' }
    [DateTimeOffset]::FromUnixTimeSeconds([long] $seconds)
}

# A folder and what is in it, in the order of names and with one time: the same bytes each time.
function New-Archive([string] $Path, [string] $Folder) {
    $time = Get-CommitTime
    Add-Type -AssemblyName System.IO.Compression, System.IO.Compression.FileSystem
    $parent = Split-Path $Folder
    $names = [string[]] (Get-ChildItem $Folder -Recurse -File).FullName
    [Array]::Sort($names, [StringComparer]::Ordinal)
    $zip = [System.IO.Compression.ZipFile]::Open($Path, 'Create')
    try {
        foreach ($name in $names) {
            $entry = $zip.CreateEntry($name.Substring($parent.Length + 1).Replace('\', '/'), 'Optimal')
            $entry.LastWriteTime = $time
            # -rw-r--r--, and -rwxr-xr-x for the program, where unzip keeps modes.
            $mode = if ((Split-Path $name -Leaf) -eq 'vma') { 0x81ED } else { 0x81A4 }
            $entry.ExternalAttributes = $mode -shl 16
            $to = $entry.Open()
            $from = [System.IO.File]::OpenRead($name)
            try { $from.CopyTo($to) } finally { $from.Dispose(); $to.Dispose() }
        }
    }
    finally {
        $zip.Dispose()
    }
}

# vma as one file that needs no .NET. Only the system it is built on can be compiled for ahead of time.
function Publish-Program([string] $System, [string] $Version) {
    $here = & dotnet --info | Select-String '^\s*RID:\s*(\S+)' | ForEach-Object { $_.Matches[0].Groups[1].Value } | Select-Object -First 1
    $linker = [bool](Get-Command clang, gcc, link -CommandType Application -ErrorAction Ignore)
    $program = if ($System -eq $here -and $linker) { 'Native' } else { 'SingleFile' }
    $folder = Join-Path $package "vma-$Version-$System"
    Invoke-Dotnet publish (Join-Path $root 'src/VmaTools.Cli') --configuration Release --nologo --output $folder "-p:Program=$program" "-p:ProgramSystem=$System"
    Copy-Item (Join-Path $root 'LICENSE') $folder
    New-Archive "$folder.zip" $folder
    Remove-Item $folder -Recurse
}

# What the packages contain of others.
function Write-BillOfMaterials([string] $Version) {
    $project = Join-Path $root 'src/VmaTools.Cli/VmaTools.Cli.csproj'
    Invoke-Dotnet tool exec 'CycloneDX@6.3.1' --yes -- $project --output $package --filename "VmaTools-$Version.cdx.json" `
        --output-format Json --set-name VmaTools --set-version $Version --no-serial-number
    $file = Join-Path $package "VmaTools-$Version.cdx.json"
    $time = (Get-CommitTime).ToString('yyyy-MM-ddTHH:mm:ssZ', [cultureinfo]::InvariantCulture)
    $text = [System.IO.File]::ReadAllText($file) -replace '(?<="timestamp": ")[^"]+', $time
    [System.IO.File]::WriteAllText($file, $text)
}

function Invoke-PackageTask {
    # First of all: what cannot be signed need not be built.
    $certificate = if ($SigningCertificate) { Resolve-Certificate }

    # Nothing in the packages depends on where and when they were made.
    $env:ContinuousIntegrationBuild = 'true'
    $env:SOURCE_DATE_EPOCH = (Get-CommitTime).ToUnixTimeSeconds()

    # A stage of its own: whatever else was staged before must not get into the package.
    $version = Get-ModuleVersion
    $target = Join-Path (Join-Path $package 'VmaTools') $version
    if (Test-Path $package) { Remove-Item $package -Recurse -Force }
    Invoke-Dotnet build (Join-Path $root 'src/VmaPowerShell') --configuration $Configuration --nologo
    New-Item $target -ItemType Directory -Force | Out-Null
    foreach ($name in 'VmaTools.psd1', 'VmaTools.Format.ps1xml', 'VmaTools.Types.ps1xml', 'LICENSE') {
        Copy-Item (Join-Path $stage $name) $target
    }

    Copy-Item (Join-Path $root 'docs/help/en-US') $target -Recurse
    foreach ($framework in 'net8.0', 'netstandard2.0') {
        $bin = New-Item (Join-Path $target "bin/$framework") -ItemType Directory -Force
        Copy-Item (Join-Path $stage "bin/$framework/*.dll") $bin
        Get-ChildItem (Join-Path $stage "bin/$framework") -Directory | Copy-Item -Destination $bin -Recurse
    }

    $manifest = Test-ModuleManifest (Join-Path $target 'VmaTools.psd1')
    if ($certificate) { Add-ModuleSignature $target $certificate }
    New-Archive (Join-Path $package "VmaTools-$version.zip") (Join-Path $package 'VmaTools')
    foreach ($project in 'VmaTools', 'VmaTools.Zstandard', 'VmaTools.Argon2', 'VmaTools.Cli') {
        Invoke-Dotnet pack (Join-Path $root "src/$project") --configuration $Configuration --nologo --output $package
    }

    foreach ($system in $ProgramSystem) { Publish-Program $system $version }
    Write-BillOfMaterials $version
    Write-Host "VmaTools $($manifest.Version) is in $target. Publish it with: Publish-PSResource -Path $target -ApiKey <key>"
}

function Invoke-CleanTask {
    $made = @('out', 'artifacts' | ForEach-Object { Join-Path $root $_ })
    foreach ($folder in 'src', 'tests', 'bench') {
        $path = Join-Path $root $folder
        if (Test-Path $path) {
            $made += @(Get-ChildItem $path -Recurse -Directory | Where-Object Name -in 'bin', 'obj', 'TestResults' | ForEach-Object FullName)
        }
    }

    foreach ($path in $made) {
        if (Test-Path $path) { Remove-Item $path -Recurse -Force }
    }
}

foreach ($name in $Task) {
    Write-Host "== $name"
    & "Invoke-${name}Task"
}
