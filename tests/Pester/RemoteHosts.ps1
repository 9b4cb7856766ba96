# Hosts to reach by SSH, without a network: a stand-in for ssh that starts PowerShell's own server, or fails as ssh does. The one
# that fails hears its caller out: PowerShell itself ends when the pipe to ssh breaks under it.
function Push-FakeSsh([string] $Folder) {
    if ($IsWindows) { return }
    $null = New-Item -ItemType Directory -Force $Folder
    $file = Join-Path $Folder 'ssh'
    $shell = @(Get-ShellCommand | ForEach-Object { "'$_'" }) -join ' '
    Set-Content -LiteralPath $file -Value @"
#!/bin/sh
case "`$*" in
*nowhere*) echo "ssh: Could not resolve hostname nowhere" >&2; cat > /dev/null; exit 255 ;;
esac
exec $shell -sshs -NoLogo -NoProfile
"@
    & chmod +x $file
    $script:PathBefore = $env:PATH
    $env:PATH = $Folder + [IO.Path]::PathSeparator + $env:PATH
}

function Pop-FakeSsh { if ($script:PathBefore) { $env:PATH = $script:PathBefore } }
