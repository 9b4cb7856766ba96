# A digest of the pages that help is made from. It stands at the end of what was made, so that help which is older than its pages
# is noticed without the tool that makes it.
function Get-HelpDigest([string] $HelpPath) {
    $names = [string[]](Get-ChildItem -LiteralPath $HelpPath -Filter *.md).Name
    [array]::Sort($names, [System.StringComparer]::Ordinal)
    $text = foreach ($name in $names) {
        $name + "`n" + ([System.IO.File]::ReadAllText((Join-Path $HelpPath $name)) -replace "`r`n", "`n")
    }

    $algorithm = [System.Security.Cryptography.SHA256]::Create()
    try {
        $digest = $algorithm.ComputeHash([System.Text.Encoding]::UTF8.GetBytes($text -join "`n"))
    }
    finally {
        $algorithm.Dispose()
    }

    '<!-- Made from pages whose SHA-256 is {0}. -->' -f ([System.BitConverter]::ToString($digest) -replace '-').ToLowerInvariant()
}
