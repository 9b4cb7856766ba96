namespace VmaTools;

/// <summary>A system that is installed on the disks of a guest, with those of its files that were looked for and found.</summary>
public sealed class VmaInstalledSystem
{
    internal VmaInstalledSystem(string kind, string volume, string? name, string? kernel)
    {
        Kind = kind;
        Volume = volume;
        Name = name;
        Kernel = kernel;
    }

    /// <summary>What <see cref="Kind"/> is of Linux.</summary>
    public const string Linux = "Linux";

    /// <summary>What <see cref="Kind"/> is of FreeBSD and its like.</summary>
    public const string Bsd = "BSD";

    /// <summary>What <see cref="Kind"/> is of Windows.</summary>
    public const string Windows = "Windows";

    /// <summary><c>Linux</c>, <c>BSD</c> or <c>Windows</c>.</summary>
    public string Kind { get; }

    /// <summary>The id of the volume that its root is on.</summary>
    public string Volume { get; }

    /// <summary>What it calls itself, such as <c>Debian GNU/Linux 12 (bookworm)</c>; null where it does not say.</summary>
    public string? Name { get; }

    /// <summary>The path of its kernel in the guest, or of one of several; null where none was found.</summary>
    public string? Kernel { get; }

    /// <summary>The name, and where it is.</summary>
    public override string ToString() => $"{nameof(VmaInstalledSystem)}: {Printable.Short(Name ?? Kind)} on {Printable.Short(Volume)}";
}
