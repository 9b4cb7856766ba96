# What the example gives to 7-Zip, and what it makes of what 7-Zip says: a function stands for the program here.
BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/GuestSample.ps1"
    $script = Join-Path $RepositoryRoot 'examples/Get-FileFromBackup.ps1'
    $calls = [Collections.Generic.List[object]]::new()
    $answer = @{ EndsWith = 0 }
    function global:7z {
        $image = @($args | Where-Object { $_ -like '*.raw' })[0]
        $calls.Add([pscustomobject]@{ Arguments = @($args | ForEach-Object { "$_" }); Image = $image; Digest = Get-Digest $image })
        $global:LASTEXITCODE = $answer.EndsWith
        if ($args[0] -eq 'l') { 'Path = etc', 'Size = 9', 'Path = etc/hostname' } else { $null = New-Item -Force "$(@($args -like '-o*')[0].Substring(2))/etc/hostname" -Value guest }
    }
}

AfterAll { Remove-Item function:global:7z }

Describe 'Get-FileFromBackup.ps1' {
    BeforeEach {
        $calls.Clear()
        $answer.EndsWith = 0
    }

    It 'lists what is on the partition that is named' {
        & $script -Archive $Guest -Device drive-scsi0 -Index 2 -List | Should -Be 'etc', 'etc/hostname'
        $calls[0].Arguments[0..2] | Should -Be 'l', '-slt', '-ba'
        $calls[0].Digest | Should -Be (Get-VmaPartition $Guest | Where-Object Index -EQ 2 | Get-VmaDeviceHash).Hash
        $calls[0].Image | Should -Not -Exist
    }

    It 'gets files, and takes a warning for what it is' {
        $answer.EndsWith = 1
        $found = & $script -Archive $Guest -Device drive-scsi0 -Index 1 -File etc/hostname, '*.txt' -Destination $TestDrive/found
        $found.FullName | Should -Be (Join-Path $TestDrive 'found/etc/hostname')
        $calls[0].Arguments | Should -Be 'x', '-y', "-o$TestDrive/found", $calls[0].Image, 'etc/hostname', '*.txt'
        $calls[0].Digest | Should -Be (Get-VmaPartition $Guest | Where-Object Index -EQ 1 | Get-VmaDeviceHash).Hash
        $calls[0].Image | Should -Not -Exist
    }

    It 'says where 7-Zip fails, and which partitions there are' {
        $answer.EndsWith = 2
        { & $script -Archive $Guest -Device drive-scsi0 -Index 2 -List } | Should -Throw '7-Zip ended with 2.'
        $calls[0].Image | Should -Not -Exist
        { & $script -Archive $Guest -Device drive-scsi0 -List } | Should -Throw '*Name the partition*1 (FAT32)*2 (ext4)*'
    }
}
