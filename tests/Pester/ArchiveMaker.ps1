# Wraps raw disks, and configs as text, into archives, cluster by cluster, the last first if so wanted, for suites that need some of their own.
function Write-TestArchive {
    param([string] $Path, [System.Collections.IDictionary] $Device, [System.Collections.IDictionary] $Config = @{}, [switch] $Backwards)
    $be = { param([byte[]] $target, [int] $at, [uint64] $value, [int] $size) for ($i = $size - 1; $i -ge 0; $i--) { $target[$at + $i] = [byte]($value -band 255); $value = $value -shr 8 } }
    $md5 = [System.Security.Cryptography.MD5]::Create()
    [byte[]] $uuid = 1..16
    $header = [byte[]]::new(12288 + 2048)
    [System.Text.Encoding]::ASCII.GetBytes("VMA`0").CopyTo($header, 0)
    & $be $header 4 1 4
    $uuid.CopyTo($header, 8)
    & $be $header 24 1763600000 8
    & $be $header 48 12288 4
    & $be $header 52 2048 4
    & $be $header 56 $header.Length 4
    $at = 1
    $id = 0
    foreach ($name in $Device.Keys) {
        $id++
        [byte[]] $bytes = [System.Text.Encoding]::UTF8.GetBytes($name) + 0
        $header[12288 + $at] = $bytes.Length
        $bytes.CopyTo($header, 12288 + $at + 2)
        & $be $header (4096 + 32 * $id) $at 4
        & $be $header (4096 + 32 * $id + 8) $Device[$name].Length 8
        $at += 2 + $bytes.Length
    }
    $slot = 0
    foreach ($name in $Config.Keys) {
        foreach ($part in @(2044, ($name + "`0")), @(3068, $Config[$name])) {
            [byte[]] $bytes = [System.Text.Encoding]::UTF8.GetBytes($part[1])
            $header[12288 + $at] = $bytes.Length -band 255
            $header[12288 + $at + 1] = $bytes.Length -shr 8
            $bytes.CopyTo($header, 12288 + $at + 2)
            & $be $header ($part[0] + 4 * $slot) $at 4
            $at += 2 + $bytes.Length
        }

        $slot++
    }

    $md5.ComputeHash($header).CopyTo($header, 32)
    $file = [System.IO.File]::Create($Path)
    $file.Write($header, 0, $header.Length)
    $id = 0
    $zero = [byte[]]::new(65536)
    foreach ($name in $Device.Keys) {
        $id++
        [byte[]] $disk = $Device[$name]
        $clusters = [int][math]::Ceiling($disk.Length / 65536)
        for ($first = 0; $first -lt $clusters; $first += 59) {
            $extent = [byte[]]::new(512)
            [System.Text.Encoding]::ASCII.GetBytes('VMAE').CopyTo($extent, 0)
            $uuid.CopyTo($extent, 8)
            $data = [System.IO.MemoryStream]::new()
            for ($slot = 0; $slot -lt 59 -and $first + $slot -lt $clusters; $slot++) {
                $cluster = [byte[]]::new(65536)
                $index = if ($Backwards) { $clusters - 1 - $first - $slot } else { $first + $slot }
                $start = $index * 65536
                [array]::Copy($disk, $start, $cluster, 0, [math]::Min(65536, $disk.Length - $start))
                $isZero = [System.Linq.Enumerable]::SequenceEqual($cluster, $zero)
                $mask = if ($isZero) { 0 } else { 0xffff }
                & $be $extent (40 + 8 * $slot) $mask 2
                $extent[40 + 8 * $slot + 3] = $id
                & $be $extent (40 + 8 * $slot + 4) $index 4
                if (-not $isZero) { $data.Write($cluster, 0, 65536) }
            }
            & $be $extent 6 ($data.Length / 4096) 2
            $md5.ComputeHash($extent).CopyTo($extent, 24)
            $file.Write($extent, 0, 512)
            $data.WriteTo($file)
        }
    }
    $file.Dispose()
}

function Expand-TestDisk {
    param([string] $Name)
    $file = [System.IO.File]::OpenRead((Join-Path $Fixtures "guests/disks/$Name.img.gz"))
    $gzip = [System.IO.Compression.GZipStream]::new($file, [System.IO.Compression.CompressionMode]::Decompress)
    $memory = [System.IO.MemoryStream]::new()
    $gzip.CopyTo($memory)
    $gzip.Dispose()
    , $memory.ToArray()
}
