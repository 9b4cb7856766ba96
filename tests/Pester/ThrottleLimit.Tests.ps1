# The number of threads that decode in a pass.
BeforeDiscovery {
    . "$PSScriptRoot/Common.ps1"
    $opening = (Get-Command -Module VmaTools -ParameterName MaxWindowSize).Name
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"

    # Many frames, which can be decoded apart from each other.
    $frames = Join-Path $TestDrive 'frames.vma.zst'
    Optimize-VmaArchive $frames $Sample
}

Describe '-ThrottleLimit of <_>' -ForEach $opening {
    It 'is how archives are opened' {
        $command = [Activator]::CreateInstance((Get-Command $_).ImplementingType)
        $options = { $command.GetType().GetProperty('OpenOptions', [Reflection.BindingFlags]'Instance, NonPublic').GetValue($command) }
        (& $options).ThrottleLimit | Should -Be ([Environment]::ProcessorCount)
        $command.ThrottleLimit = 3
        (& $options).ThrottleLimit | Should -Be 3
    }

    It 'is one at least' {
        { & $_ -ThrottleLimit 0 -ErrorAction Stop } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }
}

Describe 'What comes out' {
    It 'is the same where <_> thread(s) decode' -ForEach 1, 8 {
        foreach ($hash in Get-VmaDeviceHash $frames -ThrottleLimit $_) {
            $hash.Hash | Should -Be $SampleTruth.devices.($hash.Name).sha256
        }

        (Test-VmaArchive $frames -ThrottleLimit $_).IsValid | Should -BeTrue
        Export-VmaDevice "$TestDrive/out$_" -InputObject $frames -ThrottleLimit $_
        foreach ($file in Get-ChildItem "$TestDrive/out$_") {
            Get-Digest $file.FullName | Should -Be $SampleTruth.devices.($file.BaseName).sha256
        }
    }
}
