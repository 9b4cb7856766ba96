# A guest with FAT32, ext4, XFS, Btrfs, swap and NTFS on one disk, and what real implementations read from it.
$script:Guest = Join-Path $Fixtures 'disks/gpt-linux.vma.zst'

function Get-GuestTruth([string] $Volume) {
    $file = [IO.File]::OpenRead((Join-Path $Fixtures 'disks/gpt-linux.truth.json.gz'))
    $reader = [IO.StreamReader]::new([IO.Compression.GZipStream]::new($file, [IO.Compression.CompressionMode]::Decompress))
    $truth = $reader.ReadToEnd() | ConvertFrom-Json
    $reader.Dispose()
    $truth.volumes | Where-Object id -EQ $Volume
}
