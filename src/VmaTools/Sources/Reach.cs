using System;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Sources;

/// <summary>
/// How far away the addresses of a host are, in steps from the internet to this machine. A redirect must not lead nearer than the
/// address that the user gave: a server of the internet has no say in what is asked of this network.
/// </summary>
internal static class Reach
{
    public const int Public = 0;
    public const int Private = 1;
    public const int Link = 2;
    public const int Machine = 3;

    /// <summary>The addresses of a host, or none where the name leads nowhere: a proxy may know it.</summary>
    public static async Task<IPAddress[]> Resolve(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? literal))
        {
            return [literal];
        }

        try
        {
#if NETSTANDARD2_0
            cancellationToken.ThrowIfCancellationRequested();
            return await Dns.GetHostAddressesAsync(host).ConfigureAwait(false);
#else
            return await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
#endif
        }
        catch (SocketException)
        {
            return [];
        }
    }

    /// <summary>The farthest of the addresses of a host that the user named.</summary>
    public static int OfOrigin(IPAddress[] addresses) => addresses.Length == 0 ? Public : addresses.Min(Of);

    /// <summary>The nearest of the addresses of a host that a server named.</summary>
    public static int OfTarget(IPAddress[] addresses) => addresses.Length == 0 ? Public : addresses.Max(Of);

    /// <summary>How near one address is.</summary>
    public static int Of(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        if (bytes.Length == 16)
        {
            if (address.IsIPv4MappedToIPv6 || IsTranslated(bytes))
            {
                return Of(new IPAddress(bytes.AsSpan(12).ToArray()));
            }

            return IPAddress.IsLoopback(address) || address.Equals(IPAddress.IPv6Any) ? Machine
                : address.IsIPv6LinkLocal ? Link
                : (bytes[0] & 0xFE) == 0xFC || address.IsIPv6SiteLocal ? Private
                : Public;
        }

        return (bytes[0], bytes[1]) switch
        {
            (0 or 127, _) => Machine,
            (169, 254) => Link,
            (10, _) or (172, >= 16 and < 32) or (192, 168) or (100, >= 64 and < 128) => Private,
            _ => Public,
        };
    }

    // 64:ff9b::/96 leads to the IPv4 address that it ends in.
    private static bool IsTranslated(byte[] bytes) =>
        bytes[0] == 0 && bytes[1] == 0x64 && bytes[2] == 0xFF && bytes[3] == 0x9B && bytes.AsSpan(4, 8).IndexOfAnyExcept0() < 0;

    private static int IndexOfAnyExcept0(this Span<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != 0)
            {
                return i;
            }
        }

        return -1;
    }
}
