using System.Collections;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>What New-PSDrive takes for an archive on a server.</summary>
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
}
