<#
.SYNOPSIS
    Ends long commands at random moments, by SIGINT, SIGTERM and SIGKILL, and looks at what they leave.
.DESCRIPTION
    Each case has a number, from which the command, the signal and the moment follow. Never is there a file under its final name that is
    not whole, and what was there before is there still or has become the new one whole. After SIGINT, and after SIGTERM to vma, nothing
    else is there but an index in the making, which the next run goes on with; after SIGKILL, and after SIGTERM to PowerShell, files whose
    names tell what they are. Where something is left, the same command is run again and has to end well.

    Where nginx is installed, archives are read from a server, too.

    Cases that are not as they must be are printed, and the last line is the count of each outcome. Linux only.
.PARAMETER First
    The number of the first case.
.PARAMETER Count
    How many cases.
.PARAMETER Vma
    The vma to run: a program, or vma.dll, which dotnet runs. Without it only the module is tried.
.PARAMETER Module
    The module's manifest. Without it only vma is tried.
.PARAMETER Scratch
    A folder for some hundred MB, which is left there: made by an earlier run, it is used again.
.EXAMPLE
    tests/Kills/Run.ps1 -Count 100 -Vma src/VmaTools.Cli/bin/Release/net8.0/vma.dll -Scratch out/kills
#>
[CmdletBinding()]
param(
    [int] $First = 1,
    [int] $Count = 100,
    [string] $Vma,
    [string] $Module,
    [Parameter(Mandatory)] [string] $Scratch
)

$ErrorActionPreference = 'Stop'
$root = (Resolve-Path "$PSScriptRoot/../..").Path
. "$root/tools/Shell.ps1"
$source = (New-Item "$Scratch/source" -ItemType Directory -Force).FullName
$guest = "$root/tests/fixtures/disks/gpt-linux.vma.zst"

# A command that runs longer than this hangs.
$patience = 180000

# Names that tell of themselves: what an output is called until it is whole, and scratch files.
$temporary = '(^|/)(\.vmatools-[0-9a-f]+\.tmp|tmp-[^/]+|[^/]*\.(vmatools-[^/]*|tmp|partial))(/|$)'

# An index that is not finished stays, to be gone on with.
$resumable = '(^|/)(index|[^/]*\.vmaindex)\.partial$'

function Write-Disk([string] $Path, [int] $Length, [int] $Seed) {
    $random = [Random]::new($Seed)
    $file = [IO.File]::Create($Path)
    $block = [byte[]]::new(65536)
    for ($i = 0; $i -lt $Length / $block.Length; $i++) {
        $random.NextBytes($block)
        if ($i % 4 -eq 1) { [Array]::Clear($block, 0, $block.Length) }
        if ($i % 4 -eq 2) { [Array]::Fill($block, [byte] ($i % 251), 100, 65000) }
        $file.Write($block, 0, $block.Length)
    }

    $file.Dispose()
}

# An empty folder. Cmdlets stumble over some names that guests give their files.
function Get-EmptyFolder([string] $Name) {
    $path = Join-Path (Resolve-Path $Scratch).Path $Name
    if ([IO.Directory]::Exists($path)) { [IO.Directory]::Delete($path, $true) }
    [IO.Directory]::CreateDirectory($path).FullName
}

# Starts a command in which interrupts are heard, whatever this process was started with.
function Invoke-Case([string[]] $Command, [string] $Out) {
    $start = [Diagnostics.ProcessStartInfo]::new('env')
    foreach ($argument in @('--default-signal=INT') + $Command) { $start.ArgumentList.Add($argument.Replace('@OUT', $Out).Replace('@SRC', $source)) }
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    $start.Environment['XDG_CACHE_HOME'] = "$Out/cache"
    $start.Environment['POWERSHELL_TELEMETRY_OPTOUT'] = '1'
    $start.Environment['POWERSHELL_UPDATECHECK'] = 'Off'
    $process = [Diagnostics.Process]::Start($start)
    $process.StandardInput.Close()
    $process
}

function Wait-Case([Diagnostics.Process] $Process) {
    $outText = $Process.StandardOutput.ReadToEndAsync()
    $errorText = $Process.StandardError.ReadToEndAsync()
    if (-not $Process.WaitForExit($patience)) {
        $Process.Kill($true)
        return 'It did not end.'
    }

    $outText.Result + $errorText.Result
}

function Get-Left([string] $Out) {
    $left = @{}
    foreach ($file in [IO.Directory]::GetFiles($Out, '*', 'AllDirectories')) {
        # PowerShell's own.
        if ($file -like '*/cache/powershell/*') { continue }
        $target = [IO.FileInfo]::new($file).LinkTarget
        $left[$file.Substring($Out.Length + 1)] = if ($target) { $target } else { [Convert]::ToHexString([Security.Cryptography.SHA256]::HashData([IO.File]::ReadAllBytes($file))) }
    }

    $left
}

# A server that gives parts of files, for archives by their address; null where there is none.
function Start-Server {
    $nginx = Get-Command nginx, /usr/sbin/nginx -CommandType Application -ErrorAction Ignore | Select-Object -First 1
    if (-not $nginx) { return }
    $folder = Get-EmptyFolder 'server'
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $port = $listener.LocalEndpoint.Port
    $listener.Stop()
    [IO.File]::WriteAllText("$folder/nginx.conf", "daemon off; pid $folder/pid; error_log $folder/log; $(if ([Environment]::UserName -eq 'root') { 'user root;' })
events {} http { access_log off; client_body_temp_path $folder/body; proxy_temp_path $folder/proxy; fastcgi_temp_path $folder/f; uwsgi_temp_path $folder/u; scgi_temp_path $folder/s;
server { listen 127.0.0.1:$port; root $source; } }")
    $null = [IO.Directory]::CreateDirectory("$folder/body")
    $process = [Diagnostics.Process]::Start($nginx.Source, [string[]] @('-p', $folder, '-e', "$folder/log", '-c', "$folder/nginx.conf"))
    @{ Process = $process; Address = "http://127.0.0.1:$port" }
}

# Name, command, and the file that is there before, if any. What is made is the same each time.
$made = @('--uuid', '01234567-89ab-cdef-0123-456789abcdef', '--ctime', '1700000000')
$cases = @()
$server = Start-Server
if ($Vma) {
    $program = @(if ($Vma -like '*.dll') { 'dotnet' }) + @((Resolve-Path $Vma).Path)
    $cases += @(
        , @('vma extract zst', @($program + @('extract', '@SRC/a.vma.zst', '@OUT/disks')), $null)
        , @('vma extract plain', @($program + @('extract', '@SRC/a.vma', '@OUT/disks')), $null)
        , @('vma extract qcow2', @($program + @('extract', '--format', 'Qcow2', '@SRC/a.vma.zst', '@OUT/disks')), $null)
        , @('vma extract index', @($program + @('extract', '--index', '@SRC/a.vma.zst', '@OUT/disks')), $null)
        , @('vma extract salvage', @($program + @('extract', '--salvage', '@SRC/cut.vma.zst', '@OUT/disks')), $null)
        , @('vma create', @($program + @('create', '@OUT/new.vma', '-d', 'drive-scsi0=@SRC/a.raw') + $made), $null)
        , @('vma create zst', @($program + @('create', '@OUT/new.vma.zst', '-d', 'drive-scsi0=@SRC/a.raw') + $made), $null)
        , @('vma create gz', @($program + @('create', '@OUT/new.vma.gz', '-d', 'drive-scsi0=@SRC/b.raw') + $made), $null)
        , @('vma index', @($program + @('index', '@SRC/a.vma.zst', '-o', '@OUT/index')), $null)
        , @('vma verify index', @($program + @('verify', '--index', '@SRC/a.vma.zst')), $null)
        , @('vma cp', @($program + @('cp', '-r', '--force', $guest, 'drive-scsi0/p2:/', '@OUT/files')), $null)
        , @('vma cp tar', @($program + @('cp', '-r', $guest, 'drive-scsi0/p2:/', '@OUT/files.tar')), $null)
    )
    if ($server) { $cases += , @('vma index http', @($program + @('index', "$($server.Address)/a.vma.zst", '-o', '@OUT/index')), $null) }
}

if ($Module) {
    $before = "Import-Module '$((Resolve-Path $Module).Path)'; `$ErrorActionPreference = 'Stop'; "
    $shell = @(Get-ShellCommand) + @('-NoProfile', '-NonInteractive', '-Command')
    $cases += @(
        , @('Export-VmaDevice', @($shell + ($before + "Get-VmaDevice '@SRC/a.vma.zst' | Export-VmaDevice '@OUT' -Force")), 'drive-scsi0.raw')
        , @('Export-VmaDevice qcow2', @($shell + ($before + "Get-VmaDevice '@SRC/a.vma.zst' | Export-VmaDevice '@OUT' -Format Qcow2")), $null)
        , @('Export-VmaDevice salvage', @($shell + ($before + "Get-VmaDevice '@SRC/cut.vma.zst' | Export-VmaDevice '@OUT' -Salvage -Force")), $null)
        , @('Export-VmaDevice extras', @($shell + ($before + "Get-VmaDevice '@SRC/a.vma.zst' | Export-VmaDevice '@OUT' -NewIndexPath '@OUT/index'")), $null)
        , @('New-VmaArchive', @($shell + ($before + "Get-Item '@SRC/a.raw' | New-VmaArchive '@OUT/new.vma.zst' -Uuid $($made[1]) -CreationTime 2026-01-01Z")), $null)
        , @('Optimize-VmaArchive', @($shell + ($before + "Get-VmaArchive '@SRC/a.vma' | Optimize-VmaArchive '@OUT/new.vma.zst' -Uuid $($made[1]) -CreationTime 2026-01-01Z")), $null)
        , @('New-VmaIndex', @($shell + ($before + "New-VmaIndex '@SRC/a.vma.zst' -Path '@OUT/index'")), $null)
        , @('Export-VmaFile', @($shell + ($before + "Get-VmaFile '$guest' -Volume drive-scsi0/p2 -FilePath '/*' | Export-VmaFile '@OUT/files' -Force")), $null)
        , @('Export-VmaFile tar', @($shell + ($before + "Get-VmaFile '$guest' -Volume drive-scsi0/p2 -FilePath '/*' | Export-VmaFile '@OUT/files.tar' -AsTar -Force")), 'files.tar')
        , @('Export-VmaFile archive', @($shell + ($before + "Get-Item '$guest' | Export-VmaFile '@OUT/files' / -Volume drive-scsi0/p3 -NewManifestPath '@OUT/files.json' -Force")), $null)
        , @('Optimize-VmaArchive salvage', @($shell + ($before + "Get-VmaArchive '@SRC/cut.vma.zst' | Optimize-VmaArchive '@OUT/new.vma' -Salvage -Uuid $($made[1]) -CreationTime 2026-01-01Z")), $null)
        , @('New-VmaManifest', @($shell + ($before + "Get-VmaArchive '@SRC/a.vma.zst' | New-VmaManifest '@OUT/a.manifest.json' -Force")), 'a.manifest.json')
        , @('Export-VmaReport', @($shell + ($before + "Get-ChildItem '@SRC/*.vma*' | Test-VmaArchive | Export-VmaReport '@OUT/report.html' -Force")), $null)
        , @('Test-VmaArchive index', @($shell + ($before + "Test-VmaArchive '@SRC/a.vma.zst' -NewIndex")), $null)
    )
    if ($server) {
        $cases += , @('New-VmaIndex http', @($shell + ($before + "New-VmaIndex '$($server.Address)/a.vma.zst' -Path '@OUT/index'")), $null)
        $cases += , @('Export-VmaDevice http', @($shell + ($before + "Get-VmaDevice '$($server.Address)/a.vma.zst' | Export-VmaDevice '@OUT' -Force")), 'drive-scsi0.raw')
    }
}

if (-not (Test-Path "$source/ready")) {
    Write-Disk "$source/a.raw" 100MB 1
    Write-Disk "$source/b.raw" 12MB 2
    $maker = if ($Vma) { { & $program[0] @($program | Select-Object -Skip 1) create @args @made } }
    else { throw 'The first run in a folder needs -Vma.' }
    & $maker "$source/a.vma" -d "drive-scsi0=$source/a.raw" -d "drive-scsi1=$source/b.raw"
    & $maker "$source/a.vma.zst" -d "drive-scsi0=$source/a.raw" -d "drive-scsi1=$source/b.raw"
    $bytes = [IO.File]::ReadAllBytes("$source/a.vma.zst")
    [Array]::Clear($bytes, [int]($bytes.Length / 2), 70000)
    [IO.File]::WriteAllBytes("$source/cut.vma.zst", $bytes)
    $null = New-Item "$source/ready"
}

# What each leaves when nobody ends it, and how long that takes.
$known = @{}
function Get-Known([object[]] $Case) {
    if (-not $known.ContainsKey($Case[0])) {
        $out = Get-EmptyFolder 'known'
        if ($Case[2]) { [IO.File]::WriteAllText("$out/$($Case[2])", 'before') }
        $time = [Diagnostics.Stopwatch]::StartNew()
        $process = Invoke-Case $Case[1] $out
        $text = Wait-Case $process
        $left = Get-Left $out
        $isDamaged = $Case[0] -like '*salvage'
        if ($left.Count -eq 0 -or ($process.ExitCode -ne 0 -and -not $isDamaged)) { throw "$($Case[0]) ended with $($process.ExitCode): $text" }
        $known[$Case[0]] = @{ Left = $left; Time = $time.ElapsedMilliseconds }
    }

    $known[$Case[0]]
}

# Reports tell when they were made, and indexes in the cache have names of their own.
function Test-Volatile([string] $Name) { $Name -match '(\.salvage\.(txt|json)|\.report\.(txt|json)|\.incomplete\.(txt|json))$' -or $Name -like '*.json' -or $Name -like '*.txt' -or $Name -like '*.html' }

$outcomes = @{}
$wrong = 0
for ($number = $First; $number -lt $First + $Count; $number++) {
    $random = [Random]::new($number)
    $case = $cases[$random.Next($cases.Count)]
    $signal = 'INT', 'TERM', 'KILL' | Select-Object -Index ($random.Next(3))
    $isModule = $case[1] -contains '-NonInteractive'
    $expected = Get-Known $case
    $out = Get-EmptyFolder 'case'
    if ($case[2]) { [IO.File]::WriteAllText("$out/$($case[2])", 'before') }
    $process = Invoke-Case $case[1] $out

    # Half of them at any moment, half once it has begun to write.
    $limit = [Diagnostics.Stopwatch]::StartNew()
    $beginning = if ($case[2]) { 2 } else { 1 }
    if ($isModule -or $random.Next(2) -eq 0) {
        while (-not $process.HasExited -and @([IO.Directory]::GetFiles($out, '*', 'AllDirectories') -notlike '*/cache/powershell/*').Count -lt $beginning -and $limit.ElapsedMilliseconds -lt $patience) {
            [Threading.Thread]::Sleep(2)
        }

        [Threading.Thread]::Sleep([int]($random.NextDouble() * [Math]::Min($expected.Time, 800)))
    }
    else {
        [Threading.Thread]::Sleep([int]($random.NextDouble() * $expected.Time))
    }

    $inTime = -not $process.HasExited
    if ($inTime) { & kill "-$signal" $process.Id 2> $null }
    $text = Wait-Case $process
    $left = Get-Left $out
    $problems = @()
    if ($text -match 'did not end|Unhandled|   at ') { $problems += "said: $text" }
    $temporaries = 0
    foreach ($name in $left.Keys) {
        if ($expected.Left.ContainsKey($name)) {
            $isOld = $name -eq $case[2] -and [IO.FileInfo]::new("$out/$name").Length -eq 6 -and [IO.File]::ReadAllText("$out/$name") -eq 'before'
            if (-not $isOld -and $left[$name] -ne $expected.Left[$name] -and -not (Test-Volatile $name)) { $problems += "wrong: $name" }
        }
        elseif ($name -match $temporary) {
            $temporaries++
            if ($inTime -and $name -notmatch $resumable -and ($signal -eq 'INT' -or ($signal -eq 'TERM' -and -not $isModule))) { $problems += "left: $name" }
        }
        else { $problems += "unknown: $name" }
    }

    if ($case[2] -and -not $left.ContainsKey($case[2])) { $problems += "lost: $($case[2])" }
    if ($temporaries -and -not $problems) {
        # Nobody minds what was left. What came whole is refused, and given up here.
        foreach ($name in $left.Keys) {
            if ($expected.Left.ContainsKey($name) -and $name -ne $case[2]) { [IO.File]::Delete("$out/$name") }
        }

        if (Test-Path "$out/disks") { [IO.Directory]::Move("$out/disks", "$out/earlier") }
        $again = Invoke-Case $case[1] $out
        $text = Wait-Case $again
        $now = Get-Left $out
        foreach ($name in $expected.Left.Keys) {
            if (-not $now.ContainsKey($name)) { $problems += "not made when run again: $name. $text" }
            elseif ($now[$name] -ne $expected.Left[$name] -and -not (Test-Volatile $name)) { $problems += "wrong when run again: $name" }
        }
    }

    $outcome = if (-not $inTime) { 'ended before' } elseif ($process.ExitCode -eq 0) { "$signal too late" } else { "$signal $(if ($temporaries) { 'left temporaries' } else { 'left nothing' })" }
    $outcome = "$(if ($isModule) { 'module' } else { 'vma' }) $outcome"
    $outcomes[$outcome]++
    if ($problems) {
        $wrong++
        Write-Output "CASE $number ($($case[0]), $signal): $($problems -join '; ')"
    }
}

if ($server) { $server.Process.Kill() }
Write-Output "Cases $First to $($First + $Count - 1), $wrong wrong: $(($outcomes.GetEnumerator() | Sort-Object Key | ForEach-Object { "$($_.Key) $($_.Value)" }) -join ', ')"
exit [int]($wrong -gt 0)
