using System.Collections.Generic;
using System.Linq;

namespace VmaTools;

/// <summary>How a volume is encrypted, and what opens it. No secret is in it.</summary>
public sealed class VolumeLock
{
    internal VolumeLock(string kind, string cipher, string? uuid, string? label, IReadOnlyList<VolumeKeyProtector> protectors)
    {
        Kind = kind;
        Cipher = cipher;
        Uuid = uuid;
        Label = label;
        Protectors = protectors;
    }

    /// <summary><c>LUKS1</c>, <c>LUKS2</c> or <c>BitLocker</c>.</summary>
    public string Kind { get; }

    /// <summary>The cipher, its mode and the bits of its key: <c>aes-xts-plain64, 512 bits</c>.</summary>
    public string Cipher { get; }

    /// <summary>The identity of what is locked, as <c>blkid</c> writes it, or null.</summary>
    public string? Uuid { get; }

    /// <summary>The label that it has outside of the encryption, or null.</summary>
    public string? Label { get; }

    /// <summary>What opens it.</summary>
    public IReadOnlyList<VolumeKeyProtector> Protectors { get; }

    /// <summary>The ids of its recovery keys.</summary>
    public IReadOnlyList<string> RecoveryKeyIds => Protectors.Where(static p => p.Kind == VolumeKeyProtector.RecoveryKey).Select(static p => p.Id).ToArray();

    /// <summary>What opened it; null where it is locked.</summary>
    public VolumeKeyProtector? OpenedBy { get; internal set; }

    /// <summary>The kind and the cipher.</summary>
    public override string ToString() => $"VolumeLock: {Kind}, {Cipher}";
}
