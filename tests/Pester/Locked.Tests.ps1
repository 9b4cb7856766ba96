BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:Locked = Join-Path $Fixtures 'locked/luks.vma.zst'
    $script:KeyFile = Join-Path $Fixtures 'locked/key.bin'
    $script:Numbers = '9B1354225D822F59E4EE81F1168644F20157BEDD9A4CA8DC775600BCD88B57A5'
    function New-Secret([string] $Text) {
        $secret = [securestring]::new()
        foreach ($c in $Text.ToCharArray()) { $secret.AppendChar($c) }
        $secret
    }

    $script:Pass = New-Secret 'correct horse battery'
    $script:Wrong = New-Secret 'incorrect horse'
}

Describe 'A volume that is encrypted' {
    It 'is listed with what opens it' {
        $volumes = @(Get-VmaVolume $Locked)
        $volumes.FileSystem | Should -Be 'crypto_LUKS', 'crypto_LUKS', 'crypto_LUKS'
        $volumes.IsLocked | Should -Be $true, $true, $true
        $volumes.IsDecrypted | Should -Be $false, $false, $false
        $volumes.RefusalCode | Should -Be 'VolumeLocked', 'VolumeLocked', 'VolumeLocked'
        $volumes[0].Encryption | Should -BeExactly 'LUKS2, aes-xts-plain64, 256 bits'
        $volumes[1].Encryption | Should -BeExactly 'LUKS1, aes-cbc-essiv:sha256, 128 bits'
        $volumes[0].KeyProtectors | Should -Be 'Passphrase 0 (argon2id, 4 passes over 4096 KiB)', 'Passphrase 1 (pbkdf2-sha256, 1000 iterations)'
        $volumes[0].RecoveryKeyId | Should -BeNullOrEmpty
    }

    It 'opens with a passphrase, and what is inside is found' {
        $volumes = @(Get-VmaVolume $Locked -Passphrase $Wrong, $Pass)
        $volumes.Id | Should -Be 'drive-scsi0/p1', 'drive-scsi0/p2', 'drive-scsi0/p3', 'invg/data'
        $volumes.FileSystem | Should -Be 'ext4', 'vfat', 'LVM2_member', 'ext4'
        $volumes.IsLocked | Should -Be $false, $false, $false, $false
        $volumes[2].MemberOf | Should -BeExactly 'invg'
        $volumes[0].OpenedBy | Should -BeExactly 'Passphrase 0 (argon2id, 4 passes over 4096 KiB)'
    }

    It 'opens with a recovery key that systemd made, which is a passphrase' {
        (Get-VmaVolume $Locked -RecoveryKey $Pass -Volume p1).FileSystem | Should -BeExactly 'ext4'
    }

    It 'opens with a key file, and only where it fits' {
        $volumes = @(Get-VmaVolume $Locked -KeyFile $KeyFile)
        $volumes[0].FileSystem | Should -BeExactly 'ext4'
        $volumes[1].RefusalCode | Should -BeExactly 'VolumeSecretWrong'
    }

    It 'tells a wrong secret from none' {
        (Get-VmaVolume $Locked -Passphrase $Wrong).RefusalCode | Select-Object -Unique | Should -BeExactly 'VolumeSecretWrong'
        { Read-VmaFile $Locked /etc/hosts -Volume p1 -Passphrase $Wrong -ErrorAction Stop } | Should -Throw -ErrorId 'VolumeSecretWrong,*'
        { Read-VmaFile $Locked /etc/hosts -Volume p1 -ErrorAction Stop } | Should -Throw -ErrorId 'VolumeLocked,*'
        { Read-VmaFile $Locked /etc/hosts -Volume invg/data -ErrorAction Stop } | Should -Throw -ErrorId 'VolumeNotFound,*'
        { Read-VmaFile $Locked /etc/hosts -ErrorAction Stop } | Should -Throw -ErrorId 'VolumeLocked,*'
    }

    It 'warns of each volume that nothing opens, where something was given' {
        $null = Get-VmaVolume $Locked -Passphrase $Wrong -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -Not -Match 'horse'
        @($warned | ForEach-Object { "$_" }) | Should -BeExactly @('p1', 'p2', 'p3' | ForEach-Object { "${Locked}: Nothing that was given opens the volume drive-scsi0/$_." })
        $null = Get-VmaVolume $Locked -WarningVariable warned
        $warned | Should -BeNullOrEmpty
        $null = Get-VmaVolume $Locked -Passphrase $Pass -WarningVariable warned
        $warned | Should -BeNullOrEmpty
    }

    It 'says what is wrong with a key file' {
        { Get-VmaVolume $Locked -KeyFile "$TestDrive/none" } | Should -Throw -ErrorId 'ItemNotFound,*'
        Set-Content "$TestDrive/empty" '' -NoNewline
        { Get-VmaVolume $Locked -KeyFile "$TestDrive/empty" } | Should -Throw -ErrorId 'KeyFileInvalid,*'
    }

    It 'has no secret in objects, errors or verbose text' {
        $text = & {
            Get-VmaVolume $Locked -Passphrase $Pass -Verbose | Format-List *
            Get-VmaFile $Locked /etc -Volume p1 -Passphrase $Pass -Verbose | Format-List *
            Get-VmaVolume $Locked -Passphrase $Wrong -Verbose | ConvertTo-Json -Depth 4
            Read-VmaFile $Locked /x -Volume p1 -Passphrase $Wrong -ErrorAction Continue
        } *>&1 | Out-String -Width 400
        $text | Should -Match 'LUKS2'
        $text | Should -Not -Match 'horse|SecureString'
    }
}

Describe 'Cmdlets for files' {
    It 'read what is in it' {
        (Get-VmaFileHash $Locked /home/numbers.txt -Volume p1 -Passphrase $Pass).Hash | Should -Be $Numbers
        (Get-VmaFileHash $Locked /NUMBERS.TXT -Volume p2 -Passphrase $Pass).Hash | Should -Be $Numbers
        (Get-VmaFileHash $Locked /home/numbers.txt -Volume invg/data -Passphrase $Pass).Hash | Should -Be $Numbers
        Read-VmaFile $Locked /etc/hosts -Volume data -Passphrase $Pass -AsText | Should -BeExactly '127.0.0.1 locked'
        @(Get-VmaFile $Locked / -Volume p1 -Passphrase $Pass).Name | Should -Contain 'home'
        @(Compare-VmaFile $Locked $Locked -Volume p1 -Passphrase $Pass).Count | Should -Be 0
        (Get-VmaFileVersion $Locked /home/numbers.txt -Volume p1 -Passphrase $Pass -Content).Sha256 | Should -Be $Numbers
    }

    It 'copy it out' {
        $null = Get-Item $Locked | Export-VmaFile -Path "$TestDrive/out" -FilePath /home/numbers.txt -Volume invg/data -Passphrase $Pass
        (Get-FileHash "$TestDrive/out/numbers.txt").Hash | Should -Be $Numbers
    }

    It 'need the secret again where objects come through a pipe' {
        $file = Get-VmaFile $Locked /home/numbers.txt -Volume p1 -Passphrase $Pass
        ($file | Get-VmaFileHash -Passphrase $Pass).Hash | Should -Be $Numbers
        { $file | Get-VmaFileHash -ErrorAction Stop } | Should -Throw -ErrorId 'VolumeLocked,*'
        { $file.OpenRead() } | Should -Throw '*encrypted*'
        $stream = $file | Read-VmaFile -AsStream -Passphrase $Pass
        try { $stream.Length | Should -Be $file.Length } finally { $stream.Dispose() }
    }
}

Describe 'Cmdlets for volumes as a whole' {
    It 'export what is in it, or what is on the disk' {
        $null = Get-VmaVolume $Locked -Volume p1 | Export-VmaDevice "$TestDrive/raw" -Force
        $null = Get-VmaVolume $Locked -Volume p1 | Export-VmaDevice "$TestDrive/open" -Passphrase $Pass
        (Get-Item "$TestDrive/raw/*").Length | Should -Be 753664
        $file = Get-Item "$TestDrive/open/*"
        $file.Length | Should -Be 229376
        $bytes = [IO.File]::ReadAllBytes($file.FullName)
        '{0:x2}{1:x2}' -f $bytes[1081], $bytes[1080] | Should -Be 'ef53'
    }

    It 'never take the one for the other' {
        $volume = Get-VmaVolume $Locked -Volume p1 -Passphrase $Pass
        { $volume | Export-VmaDevice "$TestDrive/never" -ErrorAction Stop } | Should -Throw -ErrorId 'VolumeLocked,*'
        Test-Path "$TestDrive/never/*" | Should -BeFalse
        { $volume.OpenRead() } | Should -Throw '*encrypted*'
        { $volume | Read-VmaDevice -Count 512 -ErrorAction Stop } | Should -Throw -ErrorId 'VolumeLocked,*'
    }

    It 'export a volume of a group in it' {
        $null = Get-VmaVolume $Locked -Volume invg/data -Passphrase $Pass | Export-VmaDevice "$TestDrive/group" -Passphrase $Pass
        (Get-Item "$TestDrive/group/*").Length | Should -Be 262144
    }

    It 'offer what is in it over the network' {
        $server = Get-Item $Locked | Start-VmaNbdServer -Passphrase $Pass
        try {
            $exports = @{}
            foreach ($export in $server.Exports) { $exports[$export.Name] = $export.Size }
            $exports['drive-scsi0/p1'] | Should -Be 229376
            $exports['drive-scsi0/p3'] | Should -Be 2228224
            $exports['invg/data'] | Should -Be 262144
        }
        finally {
            $server | Stop-VmaNbdServer
        }
    }
}

Describe 'A drive' {
    It 'shows what is in it where it is made with the secret' {
        $null = New-PSDrive -Name open -PSProvider Vma -Root $Locked -Passphrase $Pass -Scope Global
        try {
            Get-Content open:/drive-scsi0/p1/etc/hosts | Should -BeExactly '127.0.0.1 locked'
            (Get-ChildItem open:/invg/data/home).Name | Should -Be 'link', 'numbers.txt'
            (Get-Content open:/drive-scsi0/p1 -AsByteStream -Raw).Length | Should -Be 229376
        }
        finally {
            Remove-PSDrive open -Scope Global
        }
    }

    It 'tells what is locked where it is made without' {
        $null = New-PSDrive -Name shut -PSProvider Vma -Root $Locked -Scope Global
        try {
            { Get-ChildItem shut:/drive-scsi0/p1 -ErrorAction Stop } | Should -Throw -ErrorId 'VolumeLocked,*'
        }
        finally {
            Remove-PSDrive shut -Scope Global
        }
    }

    It 'is not made with a key file that is not there' {
        { New-PSDrive -Name shut -PSProvider Vma -Root $Locked -KeyFile "$TestDrive/none" -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
    }
}

Describe 'Argon2' {
    It 'is loaded apart, and only where it is needed' {
        $script = @"
`$ProgressPreference = 'SilentlyContinue'
Import-Module '$ModuleRoot/VmaTools.psd1'
`$pass = [securestring]::new()
'correct horse battery'.ToCharArray() | ForEach-Object { `$pass.AppendChar(`$_) }
`$null = Get-VmaVolume '$Locked'
"before: `$(@([AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { `$_.GetName().Name -like 'Konscious*' }).Count)"
`$null = Get-VmaVolume '$Locked' -Passphrase `$pass
[AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { `$_.GetName().Name -like 'Konscious*Argon2' } | ForEach-Object { "in `$([System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext(`$_).Name)" }
"@
        $result = Invoke-Shell -NoProfile -NonInteractive -EncodedCommand ([Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($script)))
        $result | Should -Contain 'before: 0'
        $result | Should -Contain 'in VmaTools.Argon2'
    }

    It 'is told to be missing in the build for Windows PowerShell, which opens the others' {
        $assembly = Join-Path $ModuleRoot 'bin/netstandard2.0/VmaPowerShell.dll'
        $script = @"
`$ProgressPreference = 'SilentlyContinue'
Import-Module '$assembly'
`$pass = [securestring]::new()
'correct horse battery'.ToCharArray() | ForEach-Object { `$pass.AppendChar(`$_) }
Get-VmaVolume '$Locked' -Passphrase `$pass -KeyFile '$KeyFile' | ForEach-Object { "`$(`$_.Id) `$(`$_.FileSystem) `$(`$_.RefusalCode)" }
"@
        $result = Invoke-Shell -NoProfile -NonInteractive -EncodedCommand ([Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($script)))
        $result | Should -Be 'drive-scsi0/p1 ext4 ', 'drive-scsi0/p2 vfat ', 'drive-scsi0/p3 crypto_LUKS KeyFunctionMissing'
    }
}
