BeforeDiscovery {
    $garbage = @(
        @{ What = 'a NUL'; Text = "a`0b" }
        @{ What = 'a pattern with a NUL'; Text = "a*`0" }
        @{ What = 'a sequence of the terminal'; Text = "$([char]27)[31mred" }
        @{ What = 'lines'; Text = "x`r`ny" }
        @{ What = 'a change of direction'; Text = "a$([char]0x202e)b" }
        @{ What = 'a pattern that is none'; Text = '[abc' }
        @{ What = 'a drive that is not there'; Text = 'nope:\x' }
        @{ What = 'a provider that is not there'; Text = 'Nope::x' }
        @{ What = 'a drive of another provider'; Text = 'Env:\PATH' }
        @{ What = 'colons'; Text = '::' }
        @{ What = 'more than a path can have'; Text = 'x' * 5000 }
        @{ What = 'a pattern longer than a path'; Text = 'x*' * 3000 }
    )
    # All of them once; the others meet each kind.
    $some = $garbage | Where-Object { $_.What -in 'a pattern with a NUL', 'a sequence of the terminal', 'a drive of another provider' }
    $commands = 'Get-VmaDevice', 'Get-VmaArchive', 'Test-VmaArchive', 'Get-VmaVolume', 'Get-VmaFile', 'Read-VmaDevice', 'Get-VmaIndex', 'New-VmaIndex',
    'Measure-VmaDevice', 'Get-VmaDeviceHash', 'Get-VmaConfig', 'Get-VmaVM', 'Get-VmaPartition', 'Get-VmaExtent', 'Get-VmaBackup', 'Start-VmaNbdServer' |
        ForEach-Object { @{ Command = $_; Garbage = if ($_ -eq 'Get-VmaDevice') { $garbage } else { $some } } }
    $written = 'Export-VmaDevice', 'Export-VmaFile', 'Optimize-VmaArchive' | ForEach-Object { @{ Command = $_; Garbage = $some } }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:folder = (New-Item -ItemType Directory "$TestDrive/store").FullName
    $script:archive = Join-Path $folder 'vzdump-qemu-101-2026_11_20-02_00_03.vma.zst'
    Copy-Item "$RepositoryRoot/samples/vzdump-qemu-101-2026_11_20-02_00_03.vma.zst" $archive

    # One error of ours, with a text that is safe to print.
    function Assert-OneError($Errors, [string] $Command) {
        @($Errors).Count | Should -Be 1
        $Errors[0].FullyQualifiedErrorId | Should -Match "^(ItemNotFound|NotAFile|NotAFolder|InvalidInputObject|SourceNotSeekable),VmaTools\.PowerShell\.$($Command.Replace('-', ''))Command$"
        $text = $Errors[0] | Out-String -Width 2000
        $text -replace '\r?\n' | Should -Not -Match '[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]'
        $Errors[0].Exception.Message.Length | Should -BeLessThan 2000
        $Errors[0].CategoryInfo.TargetName | Should -Not -Match '[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]'
    }
}

AfterAll { Get-VmaNbdServer | Stop-VmaNbdServer }

Describe '<Command> goes on after' -ForEach $commands {
    It 'a path with <What>' -ForEach $Garbage {
        $good = if ($Command -eq 'Get-VmaBackup') { $folder } else { $archive }
        $out = @($Text, $good | & $Command -ErrorVariable found -ErrorAction SilentlyContinue)
        Assert-OneError $found $Command
        $out | Should -Not -BeNullOrEmpty
    }
}

Describe '<Command> goes on after' -ForEach $written {
    It 'a path with <What>' -ForEach $Garbage {
        $target = "$TestDrive/$([guid]::NewGuid())"
        $more = if ($Command -eq 'Export-VmaFile') { @{ FilePath = '/etc/hostname' } } else { @{} }
        $Text, $archive | & $Command -Path $target @more -ErrorVariable found -ErrorAction SilentlyContinue
        Assert-OneError $found $Command
        @(Get-ChildItem $target -Recurse -File).Count | Should -BeGreaterThan 0
    }
}

Describe 'A pipeline of bytes that were taken for lines' {
    It 'ends at its first line, which is the beginning of an archive: <Command>, <Extension>' -ForEach @(
        foreach ($extension in '.vma', '.vma.zst', '.vma.gz', '.vma.lzo', '.vma.bz2') { @{ Command = 'Get-VmaDevice'; Extension = $extension } }
        foreach ($command in 'Test-VmaArchive', 'Get-VmaVolume', 'Get-VmaBackup', 'Read-VmaDevice', 'New-VmaIndex', 'Get-VmaIndex') { @{ Command = $command; Extension = '.vma.zst' } }
    ) {
        foreach ($page in 65001, 28591) {
            $text = [Text.Encoding]::GetEncoding($page).GetString([IO.File]::ReadAllBytes((Join-Path $Corpus "vzdump-qemu-101-2026_11_20-02_00_03$Extension")))
            $lines = @($text -split '\r?\n' | Where-Object { $_ } | Select-Object -First 40)
            $lines.Count | Should -BeGreaterThan 10
            $script:read = 0
            { $lines | ForEach-Object { $script:read++; $_ } | & $Command -ErrorAction SilentlyContinue } |
                Should -Throw -ErrorId "MangledByTextConversion,VmaTools.PowerShell.$($Command.Replace('-', ''))Command"
            $read | Should -Be 1
        }
    }

    It 'ends at its first byte, where bytes come one by one: <_>' -ForEach @(
        'Get-VmaDevice', 'Get-VmaDeviceHash', 'Get-VmaVolume', 'Read-VmaDevice', 'New-VmaIndex', 'Measure-VmaDevice', 'Get-VmaFile', 'Test-VmaArchive'
        'Test-VmaRestore', 'Get-VmaArchive', 'Get-VmaBackup', 'Get-VmaConfig', 'Get-VmaExtent', 'Get-VmaFirmware', 'Get-VmaIndex', 'Get-VmaVM', 'Find-VmaFile'
    ) {
        $command = $_
        # Those of Get-Content tell the file that they are from.
        foreach ($bytes in { [byte[]] (86, 77, 65, 0) }, { 86, 77, 65, 0 | ForEach-Object { [psobject] [byte] $_ | Add-Member PSPath $archive -PassThru } }) {
            $script:read = 0
            { & $bytes | ForEach-Object { $script:read++; $_ } | & $command -ErrorAction SilentlyContinue } |
                Should -Throw -ErrorId "InvalidInputObject,VmaTools.PowerShell.$($command.Replace('-', ''))Command"
            $read | Should -Be 1
        }
    }

    It 'makes no report' {
        { [byte[]] (86, 77, 65, 0) | Export-VmaReport $TestDrive/bytes.html -ErrorAction SilentlyContinue } |
            Should -Throw -ErrorId 'InvalidInputObject,VmaTools.PowerShell.ExportVmaReportCommand'
        Test-Path $TestDrive/bytes.html | Should -BeFalse
    }

    It 'has errors, not an exception, for what shows no beginning' {
        $lines = [IO.File]::ReadAllText($archive) -split '\n' | Where-Object { $_ } | Select-Object -Skip 1 -First 40
        $lines | Get-VmaDevice -ErrorVariable found -ErrorAction SilentlyContinue
        @($found).Count | Should -Be @($lines).Count
    }

    It 'is not thought of where a file has such a name' {
        $name = Join-Path $TestDrive "($([char]0xe9)"
        $null = New-Item -ItemType Directory $name
        $file = Join-Path $name "$([char]0xe8).vma.zst"
        Copy-Item $archive $file
        Push-Location $TestDrive
        try { (@("($([char]0xe9)/$([char]0xe8).vma.zst" | Get-VmaDevice)).Count | Should -BeGreaterThan 0 } finally { Pop-Location }
    }
}

Describe 'A target that cannot be' {
    It 'is refused with an error of ours: <What>' -ForEach @(
        @{ What = 'a NUL'; Target = "a`0b"; Message = '*NUL*' }
        @{ What = 'no such drive'; Target = 'nope:\x'; Message = '*no such drive*' }
    ) {
        { $archive | Export-VmaDevice $Target } | Should -Throw -ErrorId 'TargetWriteFailed*' -ExpectedMessage $Message
        { New-VmaManifest $Target $archive } | Should -Throw -ErrorId 'TargetWriteFailed*'
        { $archive | Export-VmaFile -Path $Target -FilePath / -ErrorAction Stop } | Should -Throw -ErrorId 'TargetWriteFailed*'
    }
}

Describe 'What is no file' {
    BeforeAll {
        Add-Type -Namespace VmaToolsTests -Name Pipes -MemberDefinition '[DllImport("libc")] public static extern int mkfifo(string path, uint mode);'

        # A command that waits for a pipe cannot be stopped, so that each gets a runspace of its own, and its time.
        function Get-OneError([string] $Script) {
            $shell = [powershell]::Create()
            $null = $shell.AddScript("Import-Module '$((Get-Module VmaTools).Path)'").Invoke()
            $shell.Commands.Clear()
            $run = $shell.AddScript($Script).BeginInvoke()
            $run.AsyncWaitHandle.WaitOne(60000) | Should -BeTrue
            $null = $shell.EndInvoke($run)
            @($shell.Streams.Error).Count | Should -Be 1
            ($shell.Streams.Error[0].FullyQualifiedErrorId -split ',')[0]
            $shell.Dispose()
        }
    }

    It 'a pipe is no archive, disk, config or manifest: <Script>' -ForEach @(
        @{ Script = "Get-VmaDevice '{0}'" }
        @{ Script = "Test-VmaArchive -LiteralPath '{0}'" }
        @{ Script = "Get-VmaVM -ConfigPath '{0}'" }
        @{ Script = "Compare-VmaDevice '{1}' '{0}' -Name drive-scsi0" }
        @{ Script = "New-VmaArchive '{0}.vma' -InputObject '{0}'" }
        @{ Script = "Test-VmaArchive '{1}' -ManifestPath '{0}'" }
        @{ Script = "Export-VmaDevice '{0}.out' -InputObject '{0}' -Salvage" }
    ) {
        if ($IsWindows) { Set-ItResult -Skipped -Because 'pipes have no place among files there' }
        $pipe = "$TestDrive/$([guid]::NewGuid())"
        [VmaToolsTests.Pipes]::mkfifo($pipe, 0x180) | Should -Be 0
        Get-OneError ($Script -f $pipe, $archive) | Should -Be 'SourceNotSeekable'
        [VmaToolsTests.Pipes]::mkfifo("$TestDrive/c.conf", 0x180) | Should -Be 0
        Get-OneError "New-VmaArchive '$pipe.vma' -InputObject '$PSCommandPath' -Config '$TestDrive/c.conf'" | Should -Be 'SourceNotSeekable'
        Remove-Item "$TestDrive/c.conf"
    }

    It 'a folder is none: <Script>' -ForEach @(
        @{ Script = "Test-VmaArchive '{1}' -ManifestPath '{0}'" }
        @{ Script = "Compare-VmaDevice '{1}' '{0}' -Name drive-scsi0" }
    ) {
        Get-OneError ($Script -f $TestDrive, $archive) | Should -Be 'SourceReadFailed'
    }
}

Describe 'A name that is no pattern' {
    It 'stands for itself: <Script>' -ForEach @(
        @{ Script = { Get-VmaDevice $archive -Name 'a[b' }; Id = 'ItemNotFound' }
        @{ Script = { Get-VmaConfig $archive -Name 'a[b' }; Id = 'ItemNotFound' }
        @{ Script = { Get-VmaFile $archive '/etc/a[b' }; Id = 'FileNotFound' }
        @{ Script = { Get-VmaFile $archive '/et*/a[b' }; Id = 'FileNotFound' }
        @{ Script = { Get-VmaFile $archive /etc -Volume 'a[b' }; Id = 'VolumeNotFound' }
    ) {
        $ErrorActionPreference = 'Continue'
        @(& $Script 2>&1).FullyQualifiedErrorId | Should -BeLike "$Id,*"
        Get-VmaFile $archive /etc -Filter 'a[b' | Should -BeNullOrEmpty
    }
}
