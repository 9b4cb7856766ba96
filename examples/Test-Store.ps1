#Requires -Version 7.2

<#
.SYNOPSIS
    Tests a whole store of backups in parallel, here or on several hosts at once, and merges what comes out.
.DESCRIPTION
    Each host tests its own files, so that only verdicts travel; it has PowerShell 7 and VmaTools installed. A host that cannot
    be reached, or fails on the way, becomes one row of its own with IsValid = False and the reason, and the others go on.

    How many at once: -ThrottleLimit archives a host (by default half its processors, because one archive keeps about two busy),
    and -HostLimit hosts. What is chosen is said on the information stream (-InformationAction Continue).
.EXAMPLE
    ./Test-Store.ps1 -Path D:\dump -Latest
.EXAMPLE
    ./Test-Store.ps1 -Path /var/lib/vz/dump -HostName root@pve1, root@pve2, root@pve3 -ThrottleLimit 2 |
        Where-Object -Property IsValid -EQ $false
.OUTPUTS
    One object for each archive: ComputerName, ArchivePath, VMId, IsValid, IsComplete, DataProof, Findings (codes), Problem, Seconds.
#>
[CmdletBinding(DefaultParameterSetName = 'Local')]
param(
    # Folders that hold backups, on each host.
    [Parameter(Mandatory, Position = 0)] [string[]] $Path,

    # Hosts to reach by SSH: [user@]host[:port].
    [Parameter(Mandatory, ParameterSetName = 'Ssh')] [string[]] $HostName,

    # Hosts to reach by WinRM.
    [Parameter(Mandatory, ParameterSetName = 'WinRM')] [string[]] $ComputerName,

    # The account to use there.
    [Parameter(ParameterSetName = 'WinRM')] [pscredential] $Credential,

    # Archives at once on a host; 0 for half its processors.
    [ValidateRange(0, 256)] [int] $ThrottleLimit = 0,

    # Hosts at once.
    [ValidateRange(1, 1024)] [int] $HostLimit = 8,

    # Looks into subfolders too.
    [switch] $Recurse,

    # Only the newest backup of each machine.
    [switch] $Latest,

    # Hops from header to header and reads no data.
    [switch] $StructureOnly,

    # The module as each host is to import it: a name, or a path there.
    [string] $Module = 'VmaTools'
)

# Runs where the files are.
$testStore = {
    param([string[]] $Path, [int] $ThrottleLimit, [bool] $Recurse, [bool] $Latest, [bool] $StructureOnly, [string] $Module)

    $here = [Environment]::MachineName
    $row = {
        param($File, $VMId, $Result, $Problem)
        [pscustomobject]@{
            ComputerName = $here
            ArchivePath = $File
            VMId = $VMId
            IsValid = [bool]$Result.IsValid
            IsComplete = [bool]$Result.IsComplete
            DataProof = "$($Result.DataProof)"
            Findings = @($Result.Findings.Code | Where-Object { $_ } | Select-Object -Unique)
            Problem = "$Problem"
            Seconds = if ($Result) { [math]::Round($Result.Duration.TotalSeconds, 1) }
        }
    }

    try { Import-Module $Module -ErrorAction Stop }
    catch { return & $row $null $null $null $_.Exception.Message }

    $choice = @{ Recurse = $Recurse; Latest = $Latest }
    $backups = foreach ($folder in $Path) {
        $problems = @()
        $found = @(Get-VmaBackup -Path $folder @choice -Kind Backup -ErrorAction SilentlyContinue -ErrorVariable problems)
        $found
        foreach ($problem in $problems) { & $row $folder $null $null $problem.Exception.Message }
        if (-not $found -and -not $problems) { & $row $folder $null $null 'There is no backup in the folder.' }
    }

    # Rows are problems already; the rest is work.
    $backups | Where-Object { $_.PSObject.Properties['Problem'] }
    $work = @($backups | Where-Object { -not $_.PSObject.Properties['Problem'] })
    if (-not $work) { return }

    $limit = if ($ThrottleLimit) { $ThrottleLimit } else { [math]::Max(1, [math]::Floor([Environment]::ProcessorCount / 2)) }
    Write-Information "${here}: $($work.Count) archives, $limit at once"
    $body = $row.ToString()
    $work | ForEach-Object -ThrottleLimit $limit -Parallel {
        $here = $using:here
        Import-Module $using:Module
        $problems = @()
        $result = Test-VmaArchive -LiteralPath $_.ArchivePath -StructureOnly:$using:StructureOnly -ErrorAction SilentlyContinue -ErrorVariable problems
        & ([scriptblock]::Create($using:body)) $_.ArchivePath $_.VMId $result ($problems.Exception.Message -join '; ')
    }
}

$arguments = $Path, $ThrottleLimit, [bool]$Recurse, [bool]$Latest, [bool]$StructureOnly, $Module
if ($PSCmdlet.ParameterSetName -eq 'Local') {
    & $testStore @arguments
    return
}

# One job a host, so that one that hangs or fails leaves the others alone.
$hosts = if ($HostName) { $HostName } else { $ComputerName }
Write-Information "$(@($hosts).Count) hosts, $HostLimit at once"
$connection = @{}
if ($Credential) { $connection.Credential = $Credential }
$work = $testStore.ToString()
$hosts | ForEach-Object -ThrottleLimit $HostLimit -Parallel {
    $target = $_
    $connection = $using:connection
    try {
        $session = if ($using:HostName) { New-PSSession -HostName $target -ConnectingTimeout 20000 -ErrorAction Stop }
        else { New-PSSession -ComputerName $target @connection -ErrorAction Stop }
        try {
            # As text: what the block itself takes from its surroundings by $using: is not to be looked for here.
            $run = [scriptblock]::Create('param($Text, $Arguments) & ([scriptblock]::Create($Text)) @Arguments')
            $row = @{ Name = 'ComputerName'; Expression = { $target } }, 'ArchivePath', 'VMId', 'IsValid', 'IsComplete', 'DataProof', 'Findings', 'Problem', 'Seconds'
            Invoke-Command -Session $session -ScriptBlock $run -ArgumentList $using:work, $using:arguments -ErrorAction Stop | Select-Object -Property $row
        }
        finally { Remove-PSSession $session -ErrorAction Ignore }
    }
    catch {
        [pscustomobject]@{
            ComputerName = $target
            ArchivePath = $null
            VMId = $null
            IsValid = $false
            IsComplete = $false
            DataProof = ''
            Findings = @()
            Problem = $_.Exception.Message
            Seconds = $null
        }
    }
}
