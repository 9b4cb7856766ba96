BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $disk = Join-Path $TestDrive 'disk.raw'
    $bytes = [byte[]]::new(6MB)
    [Random]::new(1).NextBytes($bytes)
    [Array]::Clear($bytes, 1MB, 2MB)
    [System.IO.File]::WriteAllBytes($disk, $bytes)

    # A session of its own: what one has loaded stays.
    function Invoke-Session([string] $Script) {
        $command = [Convert]::ToBase64String([System.Text.Encoding]::Unicode.GetBytes("`$PSStyle.OutputRendering = 'PlainText'; `$ProgressPreference = 'SilentlyContinue'; $Script"))
        Invoke-Shell -NoProfile -NonInteractive -EncodedCommand $command 2>&1 | ForEach-Object { "$_" }
    }
}

Describe 'The encoder for zstd' {
    It 'is one of its own where another module has brought another version' {
        # Another assembly of that name, older, whose types are none of the encoder's. Add-Type gives no name, but brings the compiler.
        $other = Join-Path $TestDrive 'ZstdSharp.dll'
        Add-Type 'public class AnyToHaveTheCompiler { }'
        $source = '[assembly: System.Reflection.AssemblyVersion("0.1.0.0")] namespace ZstdSharp { public class Compressor { public static string Owner => "another module"; } }'
        $made = [Microsoft.CodeAnalysis.CSharp.CSharpCompilation]::Create(
            'ZstdSharp',
            [Microsoft.CodeAnalysis.SyntaxTree[]] [Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree]::ParseText($source),
            [Microsoft.CodeAnalysis.MetadataReference[]] [Microsoft.CodeAnalysis.MetadataReference]::CreateFromFile([object].Assembly.Location),
            [Microsoft.CodeAnalysis.CSharp.CSharpCompilationOptions]::new('DynamicallyLinkedLibrary'))
        $file = [System.IO.File]::Create($other)
        try { $made.Emit($file).Success | Should -BeTrue } finally { $file.Dispose() }
        $result = Invoke-Session @"
`$null = [System.Runtime.Loader.AssemblyLoadContext]::Default.LoadFromAssemblyPath('$other')
Import-Module '$ModuleRoot/VmaTools.psd1'
New-VmaArchive '$TestDrive/apart.vma.zst' '$disk' -WarningAction SilentlyContinue -Verbose 4>&1 | ForEach-Object Message
[ZstdSharp.Compressor]::Owner
[AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { `$_.GetName().Name -eq 'ZstdSharp' } | ForEach-Object {
    "`$(`$_.GetName().Version) in `$([System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext(`$_).Name)"
}
"@
        $result | Should -Contain 'another module'
        $result | Should -Contain '0.1.0.0 in Default'
        $isOfFramework = [VmaTools.FrameworkZstdCompressor]::IsAvailable
        @($result -match ' in VmaTools.Zstandard$').Count | Should -Be $(if ($isOfFramework) { 0 } else { 1 })
        "$result" | Should -Match $(if ($isOfFramework) { 'Compressing by \.NET ' } else { 'Compressing by ZstdSharp\.Port' })
        (Get-VmaDeviceHash $TestDrive/apart.vma.zst).Hash | Should -Be (Get-FileHash $disk).Hash
    }

    Context 'of Windows PowerShell, whose build of the module is loaded here' {
        BeforeAll {
            $assembly = Join-Path $ModuleRoot 'bin/netstandard2.0/VmaPowerShell.dll'
        }

        It 'is told where the program is not there, and gzip needs none' {
            $result = Invoke-Session @"
Import-Module '$assembly'
`$env:PATH = '$TestDrive'
try { New-VmaArchive '$TestDrive/none.vma.zst' '$disk' -ErrorAction Stop -WarningAction SilentlyContinue } catch { `$_.FullyQualifiedErrorId; "`$_" }
New-VmaArchive '$TestDrive/none.vma.gz' '$disk' -WarningAction SilentlyContinue
"@
            $result | Should -Contain 'CompressorFailed,VmaTools.PowerShell.NewVmaArchiveCommand'
            "$result" | Should -Match 'needs the program zstd.*not on the PATH'
            Test-Path $TestDrive/none.vma.zst | Should -BeFalse
            (Get-VmaDeviceHash $TestDrive/none.vma.gz).Hash | Should -Be (Get-FileHash $disk).Hash
        }

        It 'is the one on the PATH, and its bad ends are told' {
            if ($IsWindows) { Set-ItResult -Skipped -Because 'a script cannot stand for a program there' }
            # One beside the user that is not on the PATH, and one there that gives more than frames can have, and never ends by itself.
            $work = (New-Item -ItemType Directory "$TestDrive/work").FullName
            $path = (New-Item -ItemType Directory "$TestDrive/path").FullName
            Set-Content "$work/zstd" "#!/bin/sh`ntouch '$TestDrive/was-run'"
            Set-Content "$path/zstd" "#!/bin/sh`ncase `$1 in --version) echo '*** fake zstd ***' ;; *) exec yes ;; esac"
            chmod +x "$work/zstd" "$path/zstd"
            $result = Invoke-Session @"
Import-Module '$assembly'
Set-Location '$work'
`$env:PATH = '$path' + [System.IO.Path]::PathSeparator + `$env:PATH
try { New-VmaArchive '$TestDrive/fake.vma.zst' '$disk' -ErrorAction Stop -WarningAction SilentlyContinue } catch { `$_.FullyQualifiedErrorId; "`$_" }
"@
            $result | Should -Contain 'CompressorFailed,VmaTools.PowerShell.NewVmaArchiveCommand'
            "$result" | Should -Match 'more than'
            Test-Path $TestDrive/fake.vma.zst | Should -BeFalse
            Test-Path $TestDrive/was-run | Should -BeFalse
        }
    }
}
