# Dot-sourced before a test: a compressed archive ($archive) alone in a folder ($folder), and no index kept for anything. The cache
# that the indexes are kept in otherwise is $savedCache, to be put back.
$savedCache = $env:XDG_CACHE_HOME
$env:XDG_CACHE_HOME = Join-Path $TestDrive ([guid]::NewGuid())
$folder = New-Item -ItemType Directory -Path (Join-Path $TestDrive ([guid]::NewGuid()))
$archive = Join-Path $folder 'vzdump-qemu-101-2026_11_20-02_00_03.vma.zst'
Copy-Item -LiteralPath (Join-Path $RepositoryRoot 'samples/vzdump-qemu-101-2026_11_20-02_00_03.vma.zst') -Destination $archive
