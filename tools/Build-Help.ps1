<#
.SYNOPSIS
    Makes the help that Get-Help shows from the pages in docs/help.
.DESCRIPTION
    One page for each cmdlet becomes a part of docs/help/en-US/VmaPowerShell.dll-Help.xml, each about_ page a text beside it.
    Pages that do not name the parameters of their cmdlets are brought up to date first; what is then left to fill in is an
    error. Run it through build.ps1, in a process of its own: it loads the module.
.PARAMETER ModulePath
    The manifest of the staged module.
.PARAMETER HelpPath
    The folder with the pages.
.PARAMETER OutputPath
    The folder for what is made.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)][string] $ModulePath,
    [Parameter(Mandatory = $true)][string] $HelpPath,
    [Parameter(Mandatory = $true)][string] $OutputPath
)

$ErrorActionPreference = 'Stop'
$utf8 = New-Object System.Text.UTF8Encoding $false
$ModulePath, $HelpPath, $OutputPath = $ModulePath, $HelpPath, $OutputPath | ForEach-Object {
    $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($_)
}

. "$PSScriptRoot/HelpDigest.ps1"

function Write-Text([string] $Path, [string] $Text) {
    [System.IO.File]::WriteAllText($Path, ($Text -replace "`r`n", "`n"), $utf8)
}

# Text as a console shows it: without the marks of Markdown.
function ConvertTo-PlainText([string] $Text) {
    $Text -replace '\*\*(.+?)\*\*', '$1' -replace '`([^`]+)`', '$1' -replace '\[([^\]]+)\]\(([^)]+)\)', '$1 ($2)'
}

# Lines of one paragraph become one, so that the console can wrap them where it ends.
function Join-Line([string] $Text) {
    $Text -replace '(?<=\S)\n(?=[^\s\-|>#])', ' '
}

# platyPS leaves [<CommonParameters>] out of the syntax of all sets of parameters but the last one it updates.
function Complete-Syntax([string] $Text) {
    $section = [regex]::Match($Text, '(?s)(?<=\n## SYNTAX\n).*?(?=\n## )')
    $complete = [regex]::Replace($section.Value, '(?s)(?<=```\n)[A-Z].*?(?=\n```)', {
            param($Match)
            if ($Match.Value.EndsWith('[<CommonParameters>]')) { return $Match.Value }
            $last = ($Match.Value -split "`n")[-1]
            return $Match.Value + $(if ($last.Length -lt 80) { ' ' } else { "`n " }) + '[<CommonParameters>]'
        })
    $Text.Substring(0, $section.Index) + $complete + $Text.Substring($section.Index + $section.Length)
}

# Adds what a cmdlet has and its page has not. The rest of a page stays as it is.
function Sync-Page([string] $Name) {
    $page = Join-Path $HelpPath "$Name.md"
    if (-not (Test-Path -LiteralPath $page)) {
        $made = Join-Path ([System.IO.Path]::GetTempPath()) ([System.IO.Path]::GetRandomFileName())
        New-MarkdownCommandHelp -CommandInfo (Get-Command $Name) -OutputFolder $made -Force | Out-Null
        Move-Item (Get-ChildItem $made -Recurse -Filter *.md).FullName $page
        Remove-Item $made -Recurse
    }
    else {
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters
        $has = @((Get-Command $Name).Parameters.Keys | Where-Object { $_ -notin $common -and $_ -ne 'ProgressAction' })
        $names = @((Import-MarkdownCommandHelp -Path $page).Parameters | ForEach-Object Name)
        if (@(Compare-Object $has $names).Count -gt 0) {
            Update-MarkdownCommandHelp -Path $page -NoBackup | Out-Null
        }
    }

    Write-Text $page (Complete-Syntax ([System.IO.File]::ReadAllText($page) -replace "`r`n", "`n"))
    $blank = @(Select-String -LiteralPath $page -SimpleMatch '{{')
    foreach ($match in $blank) {
        Write-Error "$($page):$($match.LineNumber) is still to be filled in: $($match.Line.Trim())" -ErrorAction Continue
    }

    return $blank.Count
}

# platyPS leaves an example as Markdown in its introduction; Get-Help wants code and remarks apart.
function Convert-Example([xml] $Maml, [System.Xml.XmlNamespaceManager] $Names) {
    foreach ($example in $Maml.SelectNodes('//command:example', $Names)) {
        $introduction = $example.SelectSingleNode('maml:introduction', $Names)
        $code = $example.SelectSingleNode('dev:code', $Names)
        $remarks = $example.SelectSingleNode('dev:remarks', $Names)
        foreach ($para in @($introduction.SelectNodes('maml:para', $Names))) {
            if ($para.InnerText -match '(?s)^```\w*\s*\n(.*?)\n```\s*$') {
                $code.InnerText = $Matches[1]
            }
            elseif ($code.InnerText -and $para.InnerText.Trim([char] 0x80, ' ')) {
                $remarks.AppendChild($para) | Out-Null
                continue
            }
            elseif ($para.InnerText.Trim([char] 0x80, ' ')) {
                continue
            }

            $introduction.RemoveChild($para) | Out-Null
        }

        # A blank line before the next example.
        $remarks.AppendChild($Maml.CreateElement('maml', 'para', $Names.LookupNamespace('maml'))) | Out-Null
    }
}

function Export-Maml([string[]] $Names, [string] $Path) {
    $made = Join-Path ([System.IO.Path]::GetTempPath()) ([System.IO.Path]::GetRandomFileName())
    $pages = foreach ($name in $Names) { Join-Path $HelpPath "$name.md" }
    Import-MarkdownCommandHelp -Path $pages | Export-MamlCommandHelp -OutputFolder $made -Force | Out-Null
    [xml] $maml = [System.IO.File]::ReadAllText((Get-ChildItem $made -Recurse -Filter *-Help.xml).FullName)
    Remove-Item $made -Recurse

    $namespaces = New-Object System.Xml.XmlNamespaceManager $maml.NameTable
    $namespaces.AddNamespace('maml', 'http://schemas.microsoft.com/maml/2004/10')
    $namespaces.AddNamespace('command', 'http://schemas.microsoft.com/maml/dev/command/2004/10')
    $namespaces.AddNamespace('dev', 'http://schemas.microsoft.com/maml/dev/2004/10')
    Convert-Example $maml $namespaces
    foreach ($para in $maml.SelectNodes('//maml:para', $namespaces)) {
        $para.InnerText = Join-Line (ConvertTo-PlainText $para.InnerText.Replace("`r`n", "`n"))
    }

    $settings = New-Object System.Xml.XmlWriterSettings
    $settings.Indent = $true
    $settings.NewLineChars = "`n"
    $settings.Encoding = $utf8
    $writer = [System.Xml.XmlWriter]::Create($Path, $settings)
    try { $maml.Save($writer) } finally { $writer.Dispose() }
    [System.IO.File]::AppendAllText($Path, "`n", $utf8)
}

# A paragraph, wrapped and indented as about_ topics are.
function Format-Paragraph([string] $Text, [string] $First, [string] $Rest) {
    $line = $First
    $isFresh = $true
    foreach ($word in $Text -split '\s+') {
        if (-not $isFresh -and $line.Length + 1 + $word.Length -gt 79) {
            $line
            $line = $Rest
            $isFresh = $true
        }

        $line += $(if ($isFresh) { '' } else { ' ' }) + $word
        $isFresh = $false
    }

    $line
}

function Convert-AboutTopic([string] $Path) {
    $lines = New-Object System.Collections.Generic.List[string]
    $pending = ''
    $isCode = $false
    $flush = {
        if ($pending -match '^(\s*)- (.*)$') {
            Format-Paragraph (ConvertTo-PlainText $Matches[2]) '    - ' '      ' | ForEach-Object { $lines.Add($_) }
        }
        elseif ($pending) {
            Format-Paragraph (ConvertTo-PlainText $pending) '    ' '    ' | ForEach-Object { $lines.Add($_) }
        }
    }

    foreach ($line in [System.IO.File]::ReadAllLines($Path)) {
        $isFence = $line.StartsWith('```')
        if ($isFence -or $isCode -or $line -eq '' -or $line -match '^(#|- )') {
            . $flush
            $pending = ''
        }

        if ($isFence) { $isCode = -not $isCode }
        elseif ($isCode) { $lines.Add("        $line".TrimEnd()) }
        elseif ($line -match '^# (.*)$') { $lines.Add('TOPIC'); $lines.Add("    $($Matches[1])") }
        elseif ($line -match '^#+ (.*)$') { $lines.Add($Matches[1].ToUpperInvariant()) }
        elseif ($line -eq '') { if ($lines.Count -gt 0 -and $lines[$lines.Count - 1] -ne '' -and $lines[$lines.Count - 1] -cnotmatch '^[A-Z]') { $lines.Add('') } }
        else { $pending = ("$pending " + $line.Trim()).Trim() }
    }

    . $flush
    return ($lines -join "`n") + "`n"
}

Import-Module Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0.0

# A copy without help: platyPS would take up what Get-Help says and write it into the pages once more.
$bare = Join-Path ([System.IO.Path]::GetTempPath()) "VmaTools-$([System.IO.Path]::GetRandomFileName())"
New-Item $bare -ItemType Directory | Out-Null
Get-ChildItem (Split-Path $ModulePath) | Where-Object Name -ne 'en-US' | Copy-Item -Destination $bare -Recurse
$module = Import-Module (Join-Path $bare (Split-Path $ModulePath -Leaf)) -PassThru
$cmdlets = @($module.ExportedCmdlets.Keys | Sort-Object)
$left = 0
foreach ($name in $cmdlets) { $left += Sync-Page $name }
if ($left -gt 0) {
    throw "$left place(s) in the pages of $HelpPath are still to be filled in."
}

foreach ($page in Get-ChildItem $HelpPath -Filter *-*.md) {
    if ($page.BaseName -notin $cmdlets) { throw "$($page.FullName) describes no cmdlet of the module." }
}

New-Item $OutputPath -ItemType Directory -Force | Out-Null
Export-Maml $cmdlets (Join-Path $OutputPath 'VmaPowerShell.dll-Help.xml')
foreach ($page in Get-ChildItem $HelpPath -Filter about_*.md) {
    Write-Text (Join-Path $OutputPath "$($page.BaseName).help.txt") (Convert-AboutTopic $page.FullName)
}

[System.IO.File]::AppendAllText((Join-Path $OutputPath 'VmaPowerShell.dll-Help.xml'), (Get-HelpDigest $HelpPath) + "`n", $utf8)

# Where the system locks what is loaded, the copy stays among the temporary files.
Remove-Item $bare -Recurse -Force -ErrorAction Ignore
