using System;

namespace VmaTools;

/// <summary>How a guest is started for a test.</summary>
public sealed class VmaBootOptions
{
    private readonly TimeSpan _timeout = TimeSpan.FromMinutes(5);

    /// <summary>How long the guest may take; 5 minutes unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public TimeSpan Timeout
    {
        get => _timeout;
        init => _timeout = value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    /// <summary>
    /// What the guest writes on its first serial port when it has started; null for a prompt to log in (<c>login:</c>).
    /// </summary>
    public string? Until { get; init; }

    /// <summary>Path of the emulator; null for <c>qemu-system-x86_64</c> on the PATH.</summary>
    public string? EmulatorPath { get; init; }

    /// <summary>The firmware of guests with <c>bios: ovmf</c>; null for that of the usual places.</summary>
    public string? FirmwarePath { get; init; }
}
