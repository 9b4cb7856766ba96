@{
    # Windows PowerShell loads the netstandard2.0 build, PowerShell the net8.0 one.
    RootModule = if ($PSEdition -eq 'Core') { 'bin/net8.0/VmaPowerShell.dll' } else { 'bin/netstandard2.0/VmaPowerShell.dll' }
    ModuleVersion = '0.1.0'
    GUID = '00a62d21-b5ce-4e7a-beb0-8eb2b7419c72'
    Author = 'VmaTools contributors'
    CompanyName = 'VmaTools'
    Copyright = 'VmaTools contributors, MIT licence'
    Description = 'Lists, proves, reads and exports Proxmox VE backup archives (VMA), plain or compressed, on Windows, Linux and macOS, without Proxmox and without unpacking first.'
    CompatiblePSEditions = @('Desktop', 'Core')
    PowerShellVersion = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    FormatsToProcess = @('VmaTools.Format.ps1xml')
    TypesToProcess = @('VmaTools.Types.ps1xml')
    FunctionsToExport = @()
    AliasesToExport = @()
    VariablesToExport = @()
    CmdletsToExport = @(
        'Compare-VmaDevice'
        'Compare-VmaFile'
        'Export-VmaDevice'
        'Export-VmaFile'
        'Export-VmaReport'
        'Find-VmaFile'
        'Get-VmaArchive'
        'Get-VmaBackup'
        'Get-VmaConfig'
        'Get-VmaDevice'
        'Get-VmaDeviceHash'
        'Get-VmaExtent'
        'Get-VmaFile'
        'Get-VmaFileHash'
        'Get-VmaFileVersion'
        'Get-VmaFirmware'
        'Get-VmaIndex'
        'Get-VmaNbdServer'
        'Get-VmaPartition'
        'Get-VmaVM'
        'Get-VmaVolume'
        'Measure-VmaDevice'
        'New-VmaArchive'
        'New-VmaConfig'
        'New-VmaIndex'
        'New-VmaManifest'
        'Optimize-VmaArchive'
        'Read-VmaDevice'
        'Read-VmaFile'
        'Remove-VmaIndex'
        'Start-VmaNbdServer'
        'Stop-VmaNbdServer'
        'Test-VmaArchive'
        'Test-VmaRestore'
    )
    PrivateData = @{
        PSData = @{
            Tags = @('Proxmox', 'VMA', 'Backup', 'Restore', 'vzdump', 'VHDX', 'QCOW2', 'Forensics', 'Windows', 'Linux', 'MacOS', 'PSEdition_Core', 'PSEdition_Desktop')
            LicenseUri = 'https://github.com/VmaTools/VmaTools/blob/main/LICENSE'
            ProjectUri = 'https://github.com/VmaTools/VmaTools'
            ReleaseNotes = 'https://github.com/VmaTools/VmaTools/blob/main/CHANGELOG.md'
        }
    }
}
