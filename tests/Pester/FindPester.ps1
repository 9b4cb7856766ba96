# The manifest of the newest Pester of a major version, among NuGet's packages (`dotnet restore` puts them there) and the modules
# installed; nothing where there is none.
function Find-Pester([int] $Major) {
    $packages = if ($env:NUGET_PACKAGES) { $env:NUGET_PACKAGES } else { Join-Path $HOME '.nuget/packages' }
    $manifests = @(
        (Get-Item -Path (Join-Path $packages "pester/$Major.*/tools/Pester.psd1") -ErrorAction Ignore).FullName
        (Get-Module -Name Pester -ListAvailable | Where-Object { $_.Version.Major -eq $Major }).Path
    ) | Where-Object { $_ }
    $manifests | Sort-Object { (Test-ModuleManifest -Path $_).Version } | Select-Object -Last 1
}
