<#
.SYNOPSIS
    Gets single files out of a partition in a backup, with 7-Zip.
.DESCRIPTION
    Exports one partition of a device to a temporary file and lets 7-Zip take files out of it: from NTFS, FAT and ext2, ext3 and ext4,
    on Windows, Linux and macOS. The temporary file holds the partition's stored data only; it is gone afterwards.

    The partition is the one that is named by -Index; without it, the only one whose file system 7-Zip reads.
.EXAMPLE
    ./Get-FileFromBackup.ps1 -Archive backup.vma -Device drive-scsi0 -Index 1 -File etc/hostname -Destination ./found
.EXAMPLE
    ./Get-FileFromBackup.ps1 -Archive backup.vma -Device drive-scsi0 -Index 1 -List
.NOTES
    7-Zip: https://www.7-zip.org (7z, 7zz or 7za on the path, or in its folder of Program Files).
#>
[CmdletBinding(DefaultParameterSetName = 'Extract')]
param(
    # The archive.
    [Parameter(Mandatory)] [string] $Archive,

    # The device with the partition, by its name.
    [Parameter(Mandatory)] [string] $Device,

    # The number of the partition; 0 for a disk without partitions.
    [int] $Index = -1,

    # Paths within the file system; 7-Zip's wildcards are allowed.
    [Parameter(Mandatory, ParameterSetName = 'Extract')] [string[]] $File,

    # A folder, created where it does not exist. Folders of the file system are made in it.
    [Parameter(Mandatory, ParameterSetName = 'Extract')] [string] $Destination,

    # Gives the paths in the file system instead.
    [Parameter(Mandatory, ParameterSetName = 'List')] [switch] $List
)

$ErrorActionPreference = 'Stop'
$tool = @('7z', '7zz', '7za', "$env:ProgramFiles\7-Zip\7z.exe") | Where-Object { Get-Command $_ -ErrorAction Ignore } | Select-Object -First 1
if (-not $tool) {
    throw '7-Zip was not found: install it from https://www.7-zip.org, or put 7z on the path.'
}

$partitions = @(Get-VmaPartition -Path $Archive -Name $Device)
$readable = @(if ($Index -ge 0) { $partitions | Where-Object Index -EQ $Index } else { $partitions | Where-Object FileSystem -Match '^(ext|NTFS|FAT)' })
if ($readable.Count -ne 1) {
    throw "Name the partition (-Index). There are: $(($partitions | ForEach-Object { "$($_.Index) ($($_.FileSystem))" }) -join ', ')"
}

$scratch = Join-Path ([System.IO.Path]::GetTempPath()) ([guid]::NewGuid())
try {
    $image = $readable[0] | Export-VmaDevice -Path $scratch -PassThru
    if ($List) {
        & $tool l -slt -ba $image.FullName | Where-Object { $_ -like 'Path = *' } | ForEach-Object { $_.Substring(7) }
    }
    else {
        & $tool x -y "-o$Destination" $image.FullName @File | Write-Verbose
    }

    # 7-Zip ends with 1 for a warning, such as a symbolic link that the target cannot have.
    if ($LASTEXITCODE -gt 1) {
        throw "7-Zip ended with $LASTEXITCODE."
    }
}
finally {
    Remove-Item -Recurse -Force $scratch -ErrorAction Ignore
}

if (-not $List) {
    Get-ChildItem -Recurse -File $Destination
}
