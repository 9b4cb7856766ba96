BeforeDiscovery {
    # The names of what the sample shows.
    $doors = [regex]::Matches([IO.File]::ReadAllText((Join-Path $PSScriptRoot 'DoorsSample.ps1')), "(?m)^    '([^']+)' = \{") | ForEach-Object { $_.Groups[1].Value }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/ArchiveMaker.ps1"
    $esc = [char]27
    $evil = "$esc[31m$esc]0;owned$([char]7)`r$([char]0x9b)2J$([char]0x202e)gnp$([char]0x2028)$([char]8)"
    $folder = (New-Item -ItemType Directory "$TestDrive/store").FullName
    $work = (New-Item -ItemType Directory "$TestDrive/work").FullName

    # A disk of FAT on which a label and a file, too, have hostile names.
    $memory = [IO.MemoryStream]::new()
    Read-VmaDevice (Join-Path $Fixtures 'disks/fat12-floppy.vma.zst') | ForEach-Object { $memory.Write($_, 0, $_.Length) }
    [byte[]] $disk = $memory.ToArray()
    [Text.Encoding]::ASCII.GetBytes("EV$esc[2JIL  ").CopyTo($disk, 43)
    $latin = [Text.Encoding]::GetEncoding('iso-8859-1')
    $named = $latin.GetString($disk).IndexOf("M`0i`0X`0e`0D`0", [StringComparison]::Ordinal)
    [Text.Encoding]::Unicode.GetBytes("$esc[2J$([char]0x202e)").CopyTo($disk, $named)
    $devices = [ordered]@{ "drive-scsi0$evil" = $disk; "drive-scsi1$evil" = [byte[]]::new(65536); 'drive-scsi2' = [byte[]]::new(131072) }
    $devices['drive-scsi2'][0] = 1
    $config = "#descr$evil`n#%1B[31m%07 more`nname: evil$evil`ntags: a$evil;b`nscsi0: store${evil}:vm-1-disk-0,size=1G`nscsi1: store:$evil,size=1G`n" +
        "net0: virtio=BC:24:11:00:01:01,bridge=vm$evil`nhook${evil}: x$evil`nunknown: $evil`nboot: order=$evil`n#qmdump#map:scsi0:drive-scsi0${evil}:store:raw:`n" +
        "[snap1]`n#of a snapshot$evil`nname: y$evil`n"
    $configs = [ordered]@{ 'qemu-server.conf' = $config; "evil$evil.conf" = "first$evil`nsecond" }
    $other = Join-Path $folder 'vzdump-qemu-666-2026_11_20-02_00_03.vma'
    Write-TestArchive $other $devices $configs
    $isNt = [Environment]::OSVersion.Platform -eq 'Win32NT'
    $archive = if ($isNt) { $other } else { Join-Path $folder "evil $esc[31m$([char]0x202e)x.vma" }
    if (-not $isNt) { Copy-Item -LiteralPath $other $archive }
    [byte[]] $damaged = [IO.File]::ReadAllBytes($other)
    $damaged[$damaged.Length - 70000] = $damaged[$damaged.Length - 70000] -bxor 1
    [IO.File]::WriteAllBytes("$archive.damaged.vma", $damaged[0..($damaged.Length - 65537)])
    $gzip = [IO.Compression.GZipStream]::new([IO.File]::Create("$archive.gz"), [IO.Compression.CompressionMode]::Compress)
    [byte[]] $all = [IO.File]::ReadAllBytes($other)
    $gzip.Write($all, 0, $all.Length)
    $gzip.Dispose()
    [IO.File]::WriteAllText("$other.notes", "notes$evil")

    # A manifest that names what the archive does not have.
    $manifest = Join-Path $work 'evil.manifest'
    New-VmaManifest $manifest $other
    $text = [IO.File]::ReadAllText($manifest)
    [IO.File]::WriteAllText($manifest, ($text -replace 'drive-scsi1', 'drive-other'))

    $program, $before = Get-ShellCommand
    $sample = Join-Path $PSScriptRoot 'DoorsSample.ps1'
    $file = Join-Path $TestDrive 'seen.txt'
    $arguments = @($before) + '-NoProfile', '-NonInteractive', '-File', $sample, '-Module', (Join-Path $ModuleRoot 'VmaTools.psd1'), '-Archive', $archive, '-Other', $other, '-Manifest', $manifest, '-Work', $work
    $global:LASTEXITCODE = 0
    $lines = & $program @arguments 2>&1 | ForEach-Object { "$_" }
    $seen = ($lines -join "`n") -replace '\r\n', "`n"
    [IO.File]::WriteAllText($file, $seen)
    $script:sections = @{}
    foreach ($part in ($seen -split '(?m)^=== ' | Select-Object -Skip 1)) {
        $end = $part.IndexOf("`n")
        $sections[$part.Substring(0, $end).Trim()] = $part.Substring($end + 1)
    }
}

Describe 'What reaches the terminal' {
    It 'is printable: <_>' -ForEach $doors {
        $sections.Keys | Should -Contain $_
        $sections[$_] | Should -Not -BeNullOrEmpty
        $found = [regex]::Match($sections[$_], '[^\n]{0,60}[\p{Cc}\p{Cf}\p{Zl}\p{Zp}-[\n\t]][^\n]{0,60}')
        $found.Value -replace '[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]', '<!>' | Should -BeNullOrEmpty
    }

    It 'would have been hostile' {
        (Get-VmaDevice $other)[0].Name | Should -Match '\x1b'
        (Get-VmaConfig $other).Name | Should -Contain "evil$evil.conf"
        $sections['Get-VmaDevice'] | Should -Match 'drive-scsi1'
        $sections['completion'] | Should -Match 'drive-scsi2'
    }
}
