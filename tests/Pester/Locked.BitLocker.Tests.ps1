BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:Locked = Join-Path $Fixtures 'locked/bitlocker.vma.zst'
    $script:Numbers = '9B1354225D822F59E4EE81F1168644F20157BEDD9A4CA8DC775600BCD88B57A5'
    function New-Secret([string] $Text) {
        $secret = [securestring]::new()
        foreach ($c in $Text.ToCharArray()) { $secret.AppendChar($c) }
        $secret
    }

    $script:Keys = @{
        Passphrase = @{ Passphrase = New-Secret "Gr$([char] 0xFC)$([char] 0xDF)e an alle" }
        RecoveryKey = @{ RecoveryKey = New-Secret '000011-000022-000033-000044-000055-000066-000077-720885' }
        KeyFile = @{ KeyFile = Join-Path $Fixtures 'locked/startup.bek' }
    }
}

Describe 'A volume that BitLocker encrypts' {
    It 'is listed with what opens it' {
        $volume = Get-VmaVolume $Locked
        "$($volume.FileSystem) $($volume.IsLocked) $($volume.RefusalCode)" | Should -BeExactly 'BitLocker True VolumeLocked'
        $volume.Encryption | Should -BeExactly 'BitLocker, AES-XTS, 128 bits'
        $volume.RecoveryKeyId | Should -BeExactly '22222222-AAAA-4BBB-8CCC-000000000002'
        $volume.Refusal | Should -BeLike '*22222222-AAAA-4BBB-8CCC-000000000002*'
    }

    It 'opens by -<_>, through every door' -ForEach 'Passphrase', 'RecoveryKey', 'KeyFile' {
        $key = $Keys[$_]
        $volume = Get-VmaVolume $Locked @key
        "$($volume.FileSystem) $($volume.IsLocked) $($volume.IsDecrypted)" | Should -BeExactly 'vfat False True'
        @(Get-VmaFile $Locked / @key).Name | Should -Contain 'NUMBERS.TXT'
        Read-VmaFile $Locked /HOSTS -AsText @key | Should -BeExactly '127.0.0.1 locked'
        (Get-VmaFileHash $Locked /NUMBERS.TXT @key).Hash | Should -Be $Numbers
        $null = Get-Item $Locked | Export-VmaFile -Path "$TestDrive/files-$_" -FilePath /NUMBERS.TXT @key
        (Get-FileHash "$TestDrive/files-$_/NUMBERS.TXT").Hash | Should -Be $Numbers
        $null = Get-VmaVolume $Locked | Export-VmaDevice "$TestDrive/open-$_" @key
        $bytes = [IO.File]::ReadAllBytes((Get-Item "$TestDrive/open-$_/*").FullName)
        [Text.Encoding]::ASCII.GetString($bytes, 3, 8) | Should -Not -BeLike '*FVE*'
        $null = New-PSDrive -Name bitlocker -PSProvider Vma -Root $Locked -Scope Global @key
        try {
            (Get-ChildItem bitlocker:/ | Get-ChildItem | Where-Object Name -EQ NUMBERS.TXT).Name | Should -Be 'NUMBERS.TXT'
        }
        finally {
            Remove-PSDrive bitlocker -Scope Global
        }
    }

    It 'stays shut to another key' {
        $wrong = New-Secret '000011-000022-000033-000044-000055-000066-000088-720885'
        Get-VmaVolume $Locked -RecoveryKey $wrong -WarningAction Ignore | ForEach-Object RefusalCode | Should -BeExactly 'VolumeSecretWrong'
        { Read-VmaFile $Locked /HOSTS -Passphrase (New-Secret 'wrong') -ErrorAction Stop } | Should -Throw -ErrorId 'VolumeSecretWrong,*'
        { Get-VmaFile $Locked / -ErrorAction Stop } | Should -Throw -ErrorId 'VolumeLocked,*'
    }
}
