BeforeDiscovery {
    $found = Get-ChildItem "$PSScriptRoot/../../docs/help" -Filter *-*.md
    $script:Pages = @(foreach ($page in $found) { @{ Name = $page.BaseName; File = $page.FullName } })
    $script:Samples = @(foreach ($page in $found) {
            $text = [System.IO.File]::ReadAllText($page.FullName) -replace "`r`n", "`n"
            foreach ($match in [regex]::Matches($text, '(?s)\n### (Example \d+[^\n]*)\n.*?\n```powershell\n(.*?)\n```')) {
                @{ Name = $page.BaseName; Title = $match.Groups[1].Value; Code = $match.Groups[2].Value }
            }
        })
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
}

Describe 'Help' {
    It 'has a page for each cmdlet and no other' {
        $cmdlets = (Get-Module VmaTools).ExportedCmdlets.Keys | Sort-Object
        $files = (Get-ChildItem "$RepositoryRoot/docs/help" -Filter *-*.md).BaseName | Sort-Object
        $files | Should -Be $cmdlets
    }

    It 'is found by Get-Help for <Name>' -ForEach $Pages {
        $help = Get-Help $Name -Full
        $help.Synopsis | Should -Not -BeLike "*$Name*"
        "$($help.description.Text)" | Should -Not -BeNullOrEmpty
        @($help.examples.example).Count | Should -BeGreaterOrEqual 3
        foreach ($example in $help.examples.example) { $example.code | Should -Not -BeNullOrEmpty }
    }

    It 'describes every parameter of <Name>' -ForEach $Pages {
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters + 'ProgressAction'
        $has = (Get-Command $Name).Parameters.Keys | Where-Object { $_ -notin $common } | Sort-Object
        $help = @((Get-Help $Name -Full).parameters.parameter)
        $help.name | Sort-Object | Should -Be $has
        foreach ($parameter in $help) { "$($parameter.description.Text)" | Should -Not -BeNullOrEmpty -Because "-$($parameter.name) needs words" }
    }

    It 'says nothing twice about <Name>' -ForEach $Pages {
        $help = Get-Help $Name -Full
        $texts = [ordered]@{
            'the description' = $help.description.Text
            'the inputs' = $help.inputTypes.inputType.description.Text
            'the outputs' = $help.returnValues.returnValue.description.Text
            'the notes' = $help.alertSet.alert.Text
            'the links' = $help.relatedLinks.navigationLink.uri
        }
        foreach ($parameter in $help.parameters.parameter) { $texts["-$($parameter.name)"] = $parameter.description.Text }
        foreach ($part in $texts.Keys) {
            $sentences = "$($texts[$part] -join "`n")" -split '(?<=[.:?!])\s+|\n' | ForEach-Object { $_.Trim() } | Where-Object { $_ }
            ($sentences | Group-Object | Where-Object Count -gt 1).Name | Should -BeNullOrEmpty -Because "$part should say it once"
        }
    }

    It 'shows the syntax of <Name> as it is' -ForEach $Pages {
        $text = [System.IO.File]::ReadAllText($File) -replace "`r`n", "`n"
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters + 'ProgressAction'
        foreach ($set in (Get-Command $Name).ParameterSets) {
            $title = $set.Name + $(if ($set.IsDefault -and $set.Name -ne '__AllParameterSets') { ' (Default)' })
            $text | Should -Match "(?s)\n### $([regex]::Escape($title))\n\n``````\n(.*?)\n``````"
            $syntax = [regex]::Match($text, "(?s)\n### $([regex]::Escape($title))\n\n``````\n(.*?)\n``````").Groups[1].Value
            $syntax | Should -Match '\[<CommonParameters>\]$'
            $has = $set.Parameters.Name | Where-Object { $_ -notin $common } | Sort-Object
            [regex]::Matches($syntax, '(?<=[ \[]-)\w+').Value | Sort-Object | Should -Be $has
        }
    }

    It 'states the defaults of <Name>' -ForEach $Pages {
        # Switches are off, and what has no default has no value to state.
        $instance = (Get-Command $Name).ImplementingType.GetConstructor([type[]]@()).Invoke(@())
        $text = [System.IO.File]::ReadAllText($File) -replace "`r`n", "`n"
        foreach ($parameter in (Get-Help $Name -Full).parameters.parameter) {
            $property = $instance.GetType().GetProperty($parameter.name)
            if (-not $property -or $property.PropertyType -notin [long], [int], [string]) { continue }
            $value = $property.GetValue($instance)
            if ([string]::IsNullOrEmpty($value) -or $value -eq [long]::MaxValue) { continue }
            $stated = [regex]::Match($text, "(?s)\n### -$($parameter.name)\n.*?\nDefaultValue: ([^\n]*)").Groups[1].Value.Trim("'")
            $stated | Should -Be "$value" -Because "that is what -$($parameter.name) is"
        }
    }

    It 'leaves nothing to fill in on the page of <Name>' -ForEach $Pages {
        [System.IO.File]::ReadAllText($File) | Should -Not -Match '\{\{'
    }

    It 'runs <Title> of <Name>' -ForEach $Samples {
        # The examples speak of backups in D:\dump, and write to where one is.
        $copy = Join-Path $TestDrive 'here'
        $null = New-Item $copy -ItemType Directory -Force
        if (-not (Test-Path "$TestDrive/D")) {
            Copy-Item (Join-Path $RepositoryRoot 'samples') "$TestDrive/D/dump" -Recurse
            Copy-Item "$Fixtures/guests/windows11.conf" "$TestDrive/D/dump"
        }

        $null = New-PSDrive -Name D -PSProvider FileSystem -Root "$TestDrive/D"
        Push-Location $copy
        try {
            $ErrorActionPreference = 'Stop'
            { & ([scriptblock]::Create($Code)) 6>&1 | Out-Null } | Should -Not -Throw
        }
        finally {
            Pop-Location
        }
    }

    It 'has the about topic' {
        Get-Help about_VmaTools | Out-String | Should -Match 'Lists, proves, reads and exports'
    }

    It 'names every code of an error in the about topic' {
        $text = [System.IO.File]::ReadAllText("$RepositoryRoot/docs/help/about_VmaTools.md")
        $codes = [VmaTools.VmaCodes].GetFields() | Where-Object IsLiteral | ForEach-Object { $_.GetRawConstantValue() } | Where-Object { $_ -ne 'MapInvalid' }
        foreach ($code in $codes) { $text | Should -Match "``$code``" }
    }

    It 'was made from the pages as they are' {
        . "$RepositoryRoot/tools/HelpDigest.ps1"
        $made = Get-Content "$RepositoryRoot/docs/help/en-US/VmaPowerShell.dll-Help.xml" -Tail 1
        $made | Should -BeExactly (Get-HelpDigest "$RepositoryRoot/docs/help") -Because 'help must be made anew: ./build.ps1 -Task Docs'
    }
}
