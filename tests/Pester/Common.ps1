# What every suite needs: the staged module, the fixtures, and a few helpers.
$script:RepositoryRoot = (Resolve-Path "$PSScriptRoot/../..").Path
$script:ModuleRoot = if ($env:VMATOOLS_MODULE) { $env:VMATOOLS_MODULE } else { Join-Path $RepositoryRoot 'out/VmaTools' }
$script:Fixtures = Join-Path $RepositoryRoot 'tests/fixtures'
$script:Corpus = Join-Path $Fixtures 'corpus'
$script:Truth = Get-Content -Raw (Join-Path $Corpus 'TRUTH.json') | ConvertFrom-Json
$script:Sample = Join-Path $Corpus 'vzdump-qemu-101-2026_11_20-02_00_03.vma'
$script:SampleTruth = $Truth.'vzdump-qemu-101-2026_11_20-02_00_03'
Import-Module (Join-Path $ModuleRoot 'VmaTools.psd1') -Force
. "$RepositoryRoot/tools/Shell.ps1"

# Makes a damaged variant of a real archive, as damaged.json describes it, and gives its path.
function Save-DamagedArchive([string] $Name, [string] $Folder) {
    $variant = (Get-Content -Raw (Join-Path $Corpus 'damaged.json') | ConvertFrom-Json).$Name
    $source = [IO.File]::ReadAllBytes((Join-Path $Corpus $variant.base))
    $result = [IO.MemoryStream]::new()
    $at = 0
    foreach ($edit in $variant.edits) {
        $result.Write($source, $at, $edit.at - $at)
        if ($edit.insert) {
            for ($i = 0; $i -lt $edit.insert.Length; $i += 2) {
                $result.WriteByte([Convert]::ToByte($edit.insert.Substring($i, 2), 16))
            }
        }

        if ($null -ne $edit.copyFrom) {
            $result.Write($source, $edit.copyFrom, $edit.copyLength)
        }

        $at = $edit.at + $edit.remove
    }

    $result.Write($source, $at, $source.Length - $at)
    $path = Join-Path $Folder $Name
    [IO.File]::WriteAllBytes($path, $result.ToArray())
    (Get-FileHash -LiteralPath $path).Hash | Should -Be $variant.sha256
    $path
}

# The SHA-256 of a file, as TRUTH.json writes it.
function Get-Digest([string] $Path) {
    (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash.ToLowerInvariant()
}

# The SHA-256 of bytes.
function Get-BytesDigest([byte[]] $Bytes) {
    $stream = [IO.MemoryStream]::new($Bytes)
    (Get-FileHash -InputStream $stream -Algorithm SHA256).Hash.ToLowerInvariant()
}

# What a cmdlet's name is completed to.
function Complete-Line([string] $Line) {
    @((TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches.CompletionText)
}
