using System.Collections;
using System.Management.Automation;
using System.Security;

namespace VmaTools.PowerShell;

/// <summary>What New-PSDrive takes for an archive on a server, or with volumes that are encrypted.</summary>
public sealed class DriveParameters
{
    /// <summary>What goes with every request for the archive, and to no other server: strings or SecureStrings by name.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? Headers { get; set; }

    /// <summary>The archive's index, where it is not found by itself: a path, or an address as a string, a Uri or a SecureString.</summary>
    [Parameter]
    [IndexPlace]
    [ValidateNotNullOrEmpty]
    public string? IndexPath { get; set; }

    /// <summary>
    /// The address, where it has secrets, instead of Root: a string, a Uri or a SecureString. PowerShell shows what Root is given with
    /// Verbose and WhatIf.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public object? InputUri { get; set; }

    /// <summary>Passphrases of encrypted volumes, of which what they open to is shown.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString[]? Passphrase { get; set; }

    /// <summary>Recovery keys of encrypted volumes: BitLocker's 48 digits, or what systemd printed for LUKS.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString[]? RecoveryKey { get; set; }

    /// <summary>Files with keys of encrypted volumes: LUKS's key files, BitLocker's startup keys (.BEK).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? KeyFile { get; set; }
}
