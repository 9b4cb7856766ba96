# A measure of a disk whose beginning is full and whose rest is used in places; from a cell on it is missing.
function Get-MapSample([string] $Path, [int] $Id, [string] $Name, [long] $Size, [int] $Full, [int] $MissingFrom = 1024) {
    $part = [long]($Size / 1024)
    $cells = foreach ($i in 0..1023) {
        $share = if ($i -ge $MissingFrom) { 0 } elseif ($i -lt $Full) { 1 } else { [math]::Max(0.0, [math]::Round([math]::Sin($i * 0.021 + $Full) + [math]::Sin($i * 0.173) - 0.75, 2)) }
        $stored = [long]($part * [math]::Min(1.0, $share))
        [pscustomobject]@{ Offset = $i * $part; Size = $part; StoredBytes = $stored; ZeroBytes = $(if ($i -ge $MissingFrom) { 0 } else { $part - $stored }) }
    }
    $stored = ($cells | Measure-Object StoredBytes -Sum).Sum
    $zero = ($cells | Measure-Object ZeroBytes -Sum).Sum
    [pscustomobject]@{ ArchivePath = $Path; DeviceId = $Id; Name = $Name; Size = $Size; StoredBytes = $stored; ZeroBytes = $zero; MissingBytes = $Size - $stored - $zero; Cells = $cells }
}

# An inventory and test results as a small site has them: what the picture of a report shows.
function Get-ReportSample {
    $now = Get-Date '2026-11-20 07:30'
    $machines = @(
        @{ VMId = 100; Name = 'gateway'; GiB = 3.1; Growth = 0.01; Days = 14 }
        @{ VMId = 101; Name = 'mail'; GiB = 41; Growth = 0.012; Days = 14 }
        @{ VMId = 104; Name = 'accounting-01'; GiB = 96; Growth = 0.02; Days = 10; Flaw = 'Damaged' }
        @{ VMId = 110; Name = 'build-server'; GiB = 28; Growth = -0.02; Days = 14 }
        @{ VMId = 120; Name = 'windows-ca'; GiB = 18.4; Growth = 0.004; Days = 12; Flaw = 'Incomplete' }
        @{ VMId = 200; Name = 'wiki'; GiB = 7.7; Growth = 0.01; Days = 9; Late = 5 }
    )
    foreach ($machine in $machines) {
        foreach ($day in ($machine.Days - 1)..0) {
            $time = $now.Date.AddDays(-$day - $machine.Late).AddHours(2).AddMinutes($machine.VMId % 60).AddSeconds(3)
            $wave = 1 + 0.03 * [math]::Sin($day * 1.7 + $machine.VMId)
            $name = 'vzdump-qemu-{0}-{1:yyyy_MM_dd-HH_mm_ss}.vma.zst' -f $machine.VMId, $time
            [pscustomobject]@{
                Kind = 'Backup'; VMId = $machine.VMId; VMName = $machine.Name; Time = $time; Age = $now - $time
                Length = [long]($machine.GiB * 1GB * $wave * (1 - $machine.Growth * $day)); Compression = 'Zstd'
                IsProtected = $machine.VMId -eq 101 -and $day -eq 7; IsRestorable = $true; FileName = $name; ArchivePath = "/mnt/backup/dump/$name"
            }
            $flaw = if ($day -eq 0) { $machine.Flaw }
            $findings = @(
                if ($flaw -eq 'Damaged') {
                    [pscustomobject]@{ Severity = 'Error'; Code = 'CompressedChecksumMismatch'; Device = $null; Offset = 41231089664; Message = 'The checksum of frame 1 does not match the bytes decoded.' }
                }
                if ($flaw -eq 'Incomplete') {
                    [pscustomobject]@{ Severity = 'Warning'; Code = 'TpmStateMissing'; Device = $null; Offset = $null; Message = "The disk tpmstate0 (local-zfs:vm-120-disk-2) is not in the backup, though nothing excludes it." }
                }
                if ($machine.VMId -eq 101 -and $day -eq 0) {
                    [pscustomobject]@{ Severity = 'Warning'; Code = 'DiskExcluded'; Device = $null; Offset = $null; Message = 'The disk scsi1 (ceph:vm-101-disk-7) is excluded from backups by backup=0.' }
                }
            )
            [pscustomobject]@{ ArchivePath = "/mnt/backup/dump/$name"; IsValid = $flaw -ne 'Damaged'; IsComplete = -not $flaw; DataProof = 'Checksum'; Findings = $findings; BytesRead = 1 }
        }
    }
    $damaged = '/mnt/backup/dump/vzdump-qemu-104-2026_11_20-02_44_03.vma.zst'
    Get-MapSample $damaged 2 drive-scsi1 512GB 96 930
    Get-MapSample $damaged 1 drive-scsi0 64GB 410
    [pscustomobject]@{ Kind = 'Leftover'; VMId = 104; FileName = 'vzdump-qemu-104-2026_11_12-02_44_03.vma.dat'; ArchivePath = '/mnt/backup/dump/vzdump-qemu-104-2026_11_12-02_44_03.vma.dat'; Length = 12GB }
    [pscustomobject]@{ Kind = 'Orphan'; VMId = 131; FileName = 'vzdump-qemu-131-2026_09_02-02_11_03.log'; ArchivePath = $null }
}
