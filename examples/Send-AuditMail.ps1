#Requires -Version 5.1

<#
.SYNOPSIS
    Mails the summary of a backup audit.
.DESCRIPTION
    Send-MailMessage is obsolete; this uses System.Net.Mail, which is in .NET and in Windows PowerShell. With -PickupFolder the
    mail is put there as a file for a mail server to take, or to look at.
.EXAMPLE
    ./Invoke-BackupAudit.ps1 -DataFile ./BackupAudit.psd1 -OnFailure {
        param($Summary)
        & ./Send-AuditMail.ps1 -Summary $Summary -SmtpServer mail.example.com -From audit@example.com -To admin@example.com
    }
#>
[CmdletBinding(DefaultParameterSetName = 'Server')]
param(
    # What Invoke-BackupAudit.ps1 gives to -OnFailure.
    [Parameter(Mandatory)] [psobject] $Summary,

    # The sender's address.
    [Parameter(Mandatory)] [string] $From,

    # The addresses to send to.
    [Parameter(Mandatory)] [string[]] $To,

    # The mail server.
    [Parameter(Mandatory, ParameterSetName = 'Server')] [string] $SmtpServer,

    # The server's port; 587 unless given.
    [Parameter(ParameterSetName = 'Server')] [int] $Port = 587,

    # The account on the server.
    [Parameter(ParameterSetName = 'Server')] [pscredential] $Credential,

    # Sends without encryption.
    [Parameter(ParameterSetName = 'Server')] [switch] $NoTls,

    # A folder to put the mail into as a file.
    [Parameter(Mandatory, ParameterSetName = 'Pickup')] [string] $PickupFolder
)

$ErrorActionPreference = 'Stop'
$message = [System.Net.Mail.MailMessage]::new()
try {
    $message.From = $From
    foreach ($address in $To) { $message.To.Add($address) }
    $message.Subject = "Backup audit: $($Summary.Result), $($Summary.Failed) of $($Summary.Total) checks failed"
    $message.SubjectEncoding = $message.BodyEncoding = [System.Text.Encoding]::UTF8
    $message.Body = $Summary.Text
    if ($Summary.ResultPath -and (Test-Path -LiteralPath $Summary.ResultPath)) {
        $message.Attachments.Add([System.Net.Mail.Attachment]::new((Resolve-Path -LiteralPath $Summary.ResultPath).ProviderPath))
    }

    $client = if ($PickupFolder) { [System.Net.Mail.SmtpClient]::new() } else { [System.Net.Mail.SmtpClient]::new($SmtpServer, $Port) }
    try {
        if ($PickupFolder) {
            $client.DeliveryMethod = 'SpecifiedPickupDirectory'
            $client.PickupDirectoryLocation = (Resolve-Path -LiteralPath $PickupFolder).ProviderPath
        }
        else {
            $client.EnableSsl = -not $NoTls
            if ($Credential) { $client.Credentials = $Credential.GetNetworkCredential() }
        }
        $client.Send($message)
    }
    finally { $client.Dispose() }
}
finally { $message.Dispose() }
