using System;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools.Guests.Descriptions;

/// <summary>What VMware, VirtualBox and the CIM schema call kinds of guests, and what Proxmox does.</summary>
internal static class GuestKinds
{
    /// <summary>A kind of guest of which no more is known.</summary>
    public const string Other = "other";

    private const string Linux = "l26";
    private const string OldLinux = "l24";
    private const string Solaris = "solaris";
    private const string Windows2000 = "w2k";
    private const string WindowsXP = "wxp";
    private const string Windows2003 = "w2k3";
    private const string WindowsVista = "wvista";
    private const string Windows2008 = "w2k8";
    private const string Windows7 = "win7";
    private const string Windows8 = "win8";
    private const string Windows10 = "win10";
    private const string Windows11 = "win11";

    /// <summary>
    /// How names begin, in lower case and without '_' and '-': the first that fits counts. VMware calls Windows 10 and Server 2016
    /// "windows9" after the version it had at first, and Server 2022 "2019srvNext".
    /// </summary>
    private static readonly (string Start, string Kind)[] Names =
    [
        ("windows11", Windows11), ("windows12", Windows11), ("windows2019srvnext", Windows11), ("windows2022", Windows11), ("windows2025", Windows11),
        ("windows10", Windows10), ("windows9", Windows10), ("windows2016", Windows10), ("windows2019", Windows10),
        ("windows8", Windows8), ("windows2012", Windows8), ("windows7", Windows7), ("windows2008", Windows2008), ("winlonghorn", Windows2008),
        ("longhorn", Windows2008), ("windowsvista", WindowsVista), ("winvista", WindowsVista), ("windows2003", Windows2003), ("winnet", Windows2003),
        ("windowsxp", WindowsXP), ("winxp", WindowsXP), ("windows2000", Windows2000), ("win2000", Windows2000),
        ("other24xlinux", OldLinux), ("linux24", OldLinux), ("otherlinux", Linux), ("other26xlinux", Linux), ("other3xlinux", Linux),
        ("other4xlinux", Linux), ("other5xlinux", Linux), ("other6xlinux", Linux), ("linux", Linux), ("almalinux", Linux), ("amazonlinux", Linux),
        ("arch", Linux), ("asianux", Linux), ("centos", Linux), ("coreos", Linux), ("crxpod", Linux), ("debian", Linux), ("fedora", Linux),
        ("flatcar", Linux), ("gentoo", Linux), ("mandrake", Linux), ("mandriva", Linux), ("opensuse", Linux), ("oracle", Linux), ("redhat", Linux),
        ("rhel", Linux), ("rockylinux", Linux), ("sles", Linux), ("suse", Linux), ("turbolinux", Linux), ("ubuntu", Linux), ("vmwarephoton", Linux),
        ("xandros", Linux), ("solaris", Solaris), ("opensolaris", Solaris),
    ];

    /// <summary>Numbers of operating systems in the CIM schema, from the first to the last of a kind.</summary>
    private static readonly (int First, int Last, string Kind)[] Numbers =
    [
        (29, 29, Solaris), (36, 36, Linux), (58, 58, Windows2000), (67, 67, WindowsXP), (69, 70, Windows2003), (71, 72, WindowsXP),
        (73, 74, WindowsVista), (76, 77, Windows2008), (79, 80, Linux), (81, 81, Solaris), (82, 96, Linux), (97, 98, OldLinux), (99, 101, Linux),
        (103, 103, Windows7), (105, 105, Windows7), (106, 109, Linux), (111, 115, Windows8), (116, 116, Windows10), (117, 118, Windows8),
        (119, 121, Windows10), (122, 123, Windows11),
    ];

    /// <summary>The kind of a name such as <c>windows2019srv-64</c>, <c>ubuntu64Guest</c> or <c>Debian_64</c>; null for one that is not known.</summary>
    public static string? OfName(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return null;
        }

        string plain = new([.. name!.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
        return Names.FirstOrDefault(n => plain.StartsWith(n.Start, StringComparison.Ordinal)).Kind;
    }

    /// <summary>The kind of a number of the CIM schema; null for one that is not known.</summary>
    public static string? OfNumber(string? number) =>
        int.TryParse(number, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int id)
            ? Numbers.FirstOrDefault(n => id >= n.First && id <= n.Last).Kind
            : null;
}
