<#
.SYNOPSIS
    Shows everything of an archive whose names are hostile, as a user would see it, for somebody who looks at what reaches the terminal.
#>
param([string] $Module, [string] $Archive, [string] $Other, [string] $Manifest, [string] $Work)

$env:NO_COLOR = '1'
if (Get-Variable PSStyle -ErrorAction Ignore) { $PSStyle.OutputRendering = 'PlainText' }
Import-Module $Module
$ErrorActionPreference = 'Continue'
$WarningPreference = 'Continue'
$ProgressPreference = 'SilentlyContinue'
Set-Location -LiteralPath $Work
$folder = Split-Path $Archive

# Each with -Verbose, as a table and as a list.
$shown = [ordered]@{
    'Get-VmaArchive' = { Get-VmaArchive -LiteralPath $Archive -Verbose }
    'Get-VmaDevice' = { Get-VmaDevice -LiteralPath $Archive -Verbose }
    'Get-VmaConfig' = { Get-VmaConfig -LiteralPath $Archive -Verbose }
    'Get-VmaExtent' = { Get-VmaExtent -LiteralPath $Archive -Verbose }
    'Test-VmaArchive' = { Test-VmaArchive -LiteralPath $Archive -Verbose }
    'Test-VmaArchive: devices' = { (Test-VmaArchive -LiteralPath $Archive).Devices }
    'Test-VmaArchive: findings' = { (Test-VmaArchive -LiteralPath $Archive).Findings }
    'Test-VmaArchive: a manifest' = { (Test-VmaArchive -LiteralPath $Archive -ManifestPath $Manifest -Verbose).Findings }
    'Get-VmaBackup' = { Get-VmaBackup -LiteralPath $folder -IncludeHeader -Verbose }
    'Get-VmaVM' = { Get-VmaVM -LiteralPath $Archive -Verbose }
    'Get-VmaVM: parts' = { $vm = Get-VmaVM -LiteralPath $Archive; $vm.Disks; $vm.Networks | Out-String; $vm.OtherSettings | Out-String; $vm.Sections | Out-String }
    'Get-VmaVM: networks' = { (Get-VmaVM -LiteralPath $Archive).Networks }
    'Get-VmaVM: settings' = { (Get-VmaVM -LiteralPath $Archive).OtherSettings }
    'Get-VmaVM: sections' = { (Get-VmaVM -LiteralPath $Archive).Sections }
    'Get-VmaDeviceHash' = { Get-VmaDeviceHash -LiteralPath $Archive -Verbose }
    'Measure-VmaDevice' = { Measure-VmaDevice -LiteralPath $Archive -Verbose }
    'Measure-VmaDevice -AsRange' = { Measure-VmaDevice -LiteralPath $Archive -AsRange }
    'Compare-VmaDevice' = { Compare-VmaDevice (Get-VmaDevice -LiteralPath $Archive)[0] (Get-VmaDevice -LiteralPath $Archive)[1] -Verbose }
    'Get-VmaPartition' = { Get-VmaPartition -LiteralPath $Archive -Verbose }
    'Get-VmaVolume' = { Get-Item -LiteralPath $Archive | Get-VmaVolume -Verbose }
    'Get-VmaFile' = { Get-Item -LiteralPath $Archive | Get-VmaFile / -Recurse -Verbose }
    'Get-VmaFileHash' = { Get-Item -LiteralPath $Archive | Get-VmaFile / -Recurse | Where-Object Type -EQ File | Get-VmaFileHash -Verbose }
    'Get-VmaFileVersion' = { Get-Item -LiteralPath $Archive | Get-VmaFile / -Recurse | Where-Object Type -EQ File | Get-VmaFileVersion -Verbose }
    'Compare-VmaFile' = { Compare-VmaFile $Archive $Other -Verbose }
    'New-VmaIndex' = { Get-Item -LiteralPath "$Archive.gz" | New-VmaIndex -Beside -Force -Verbose }
    'Get-VmaIndex' = { Get-VmaIndex -LiteralPath "$Archive.gz" -Verbose }
    'Start-VmaNbdServer' = { Start-VmaNbdServer -LiteralPath $Archive -Verbose }
    'Get-VmaNbdServer' = { Get-VmaNbdServer }
    'Get-VmaNbdServer: exports' = { (Get-VmaNbdServer).Exports }
    'a drive' = { if (-not (Get-PSDrive evil -ErrorAction Ignore)) { $null = New-PSDrive evil Vma $Other -Scope Global }; Get-ChildItem evil:\ }
    'a drive: below' = { Get-ChildItem evil:\ -Recurse -Verbose }
}

foreach ($name in $shown.Keys) {
    "=== $name"
    & $shown[$name] | Format-Table
    & $shown[$name] | Format-List
    & $shown[$name] | ForEach-Object { "text: $_" }
}

# Errors, questions and what is done.
$said = [ordered]@{
    'no such device' = { Get-VmaDevice -LiteralPath $Archive -Name "x$([char]27)[31m" }
    'no such config' = { Get-VmaConfig -LiteralPath $Archive -Name "x$([char]27)[31m" }
    'Export-VmaDevice -WhatIf' = { Get-VmaDevice -LiteralPath $Archive | Export-VmaDevice out -WhatIf -Verbose }
    'Export-VmaDevice' = { Get-VmaDevice -LiteralPath $Archive | Export-VmaDevice out -Verbose }
    'Export-VmaDevice: again' = { Get-VmaDevice -LiteralPath $Archive | Export-VmaDevice out -Verbose }
    'Export-VmaDevice: one file' = { Get-VmaDevice -LiteralPath $Archive | Export-VmaDevice one.raw }
    'Export-VmaDevice -Salvage' = { Get-VmaDevice -LiteralPath $Archive | Export-VmaDevice salvaged -Salvage -Verbose }
    'Export-VmaDevice: damage' = { Get-Item -LiteralPath "$Archive.damaged.vma" | Export-VmaDevice damaged -Verbose }
    'Test-VmaArchive: damage' = { Test-VmaArchive -LiteralPath "$Archive.damaged.vma" -Verbose; (Test-VmaArchive -LiteralPath "$Archive.damaged.vma").Findings | Format-List }
    'Read-VmaDevice' = { $null = Get-Item -LiteralPath "$Archive.damaged.vma" | Read-VmaDevice -Verbose }
    'New-VmaManifest' = { New-VmaManifest new.manifest -LiteralPath $Archive -WhatIf; New-VmaManifest new.manifest -LiteralPath $Archive -Verbose }
    'New-VmaIndex -WhatIf' = { Get-Item -LiteralPath "$Archive.gz" | New-VmaIndex -Beside -WhatIf }
    'Start-VmaNbdServer -WhatIf' = { Start-VmaNbdServer -LiteralPath $Archive -WhatIf }
    'Measure-VmaDevice -SvgPath' = { Measure-VmaDevice -LiteralPath $Archive -SvgPath map.svg -WhatIf }
    'Optimize-VmaArchive' = { Get-Item -LiteralPath $Archive | Optimize-VmaArchive new -WhatIf; Get-Item -LiteralPath $Archive | Optimize-VmaArchive new -Verbose }
    'New-VmaArchive' = { Get-VmaDevice -LiteralPath $Archive | New-VmaArchive made.vma -WhatIf; Get-VmaDevice -LiteralPath $Archive | New-VmaArchive made.vma -Verbose }
    'Export-VmaFile' = { Get-Item -LiteralPath $Archive | Export-VmaFile files -FilePath / -WhatIf; Get-Item -LiteralPath $Archive | Export-VmaFile files -FilePath / -Verbose }
    'Read-VmaFile' = { Get-Item -LiteralPath $Archive | Read-VmaFile "/no$([char]27)[31m" }
    'Export-VmaReport' = { Get-VmaBackup -LiteralPath $folder -IncludeHeader | Export-VmaReport report.html -Verbose }
    'Stop-VmaNbdServer' = { Get-VmaNbdServer | Stop-VmaNbdServer -WhatIf; Get-VmaNbdServer | Stop-VmaNbdServer -Verbose }
    'Remove-VmaIndex' = { Get-VmaIndex -LiteralPath "$Archive.gz" | Remove-VmaIndex -WhatIf; Get-VmaIndex -LiteralPath "$Archive.gz" | Remove-VmaIndex -Verbose }
    'a drive: errors' = { Get-Content "evil:\no$([char]27)[31m"; foreach ($name in (Get-ChildItem evil:\ | Where-Object PSIsContainer).PSChildName) { Get-Content -LiteralPath "evil:\$name" -TotalCount 1 } }
    'completion' = {
        foreach ($line in "Get-VmaDevice '$Other' -Name ", "Get-VmaDevice '$Other' ", "Get-VmaConfig '$Other' -Name ", "Get-VmaDevice '$Other' -Id ", "Get-VmaFile '$Other' /", "Get-VmaFile '$Other' -Volume ", 'Get-ChildItem evil:\') {
            (TabExpansion2 $line $line.Length).CompletionMatches | ForEach-Object { $_.CompletionText; $_.ListItemText; $_.ToolTip }
        }
    }
}

foreach ($name in $said.Keys) {
    "=== $name"
    & $said[$name] | Out-String -Stream
    if (Get-Variable -Scope Global ErrorView -ErrorAction Ignore) {
        $before = $global:ErrorView
        $global:ErrorView = 'NormalView'
        $global:Error | Out-String -Width 4000
        $global:ErrorView = $before
    }

    $global:Error.Clear()
}
