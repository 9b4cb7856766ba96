using System;
using System.Collections.Generic;
using System.Text;
using VmaTools.Bytes;

namespace VmaTools.Guests.Firmware;

/// <summary>The text of a device path as the specification writes it, for the nodes that guests have; others by their numbers.</summary>
internal static class EfiDevicePath
{
    private const int NodeHeaderSize = 4;

    /// <summary>Reads a path: nodes, each with its type, subtype and length, up to the one that ends it.</summary>
    public static string Read(ReadOnlySpan<byte> path)
    {
        List<string> nodes = [];
        while (path.Length >= NodeHeaderSize)
        {
            int length = LittleEndian.U16(path, 2);
            int type = path[0];
            if (type == 0x7F || length < NodeHeaderSize || length > path.Length)
            {
                break;
            }

            nodes.Add(NodeOf(type, path[1], path.Slice(NodeHeaderSize, length - NodeHeaderSize)));
            path = path.Slice(length);
        }

        return string.Join("/", nodes);
    }

    private static string NodeOf(int type, int subtype, ReadOnlySpan<byte> node)
    {
        const uint PciRoot = 0x0A03_41D0;
        return (type, subtype, node.Length) switch
        {
            (1, 1, >= 2) => FormattableString.Invariant($"Pci(0x{node[1]:X},0x{node[0]:X})"),
            (2, 1, >= 8) when LittleEndian.U32(node, 0) == PciRoot => FormattableString.Invariant($"PciRoot(0x{LittleEndian.U32(node, 4):X})"),
            (3, 2, >= 4) => FormattableString.Invariant($"Scsi(0x{LittleEndian.U16(node, 0):X},0x{LittleEndian.U16(node, 2):X})"),
            (3, 18, >= 6) => FormattableString.Invariant($"Sata(0x{LittleEndian.U16(node, 0):X},0x{LittleEndian.U16(node, 2):X},0x{LittleEndian.U16(node, 4):X})"),
            (4, 1, >= 38) when node[37] == 2 => FormattableString.Invariant($"HD({LittleEndian.U32(node, 0)},GPT,{new Guid(node.Slice(20, 16).ToArray()).ToString().ToUpperInvariant()})"),
            (4, 1, >= 38) => FormattableString.Invariant($"HD({LittleEndian.U32(node, 0)},MBR,0x{LittleEndian.U32(node, 20):X8})"),
            (4, 4, _) => TextOf(node),
            (4, 6, >= 16) => $"FvFile({new Guid(node.Slice(0, 16).ToArray()).ToString().ToUpperInvariant()})",
            (4, 7, >= 16) => $"Fv({new Guid(node.Slice(0, 16).ToArray()).ToString().ToUpperInvariant()})",
            _ => FormattableString.Invariant($"Path({type},{subtype})"),
        };
    }

    private static string TextOf(ReadOnlySpan<byte> units)
    {
        string text = Encoding.Unicode.GetString(units.ToArray());
        int end = text.IndexOf('\0');
        return end < 0 ? text : text.Substring(0, end);
    }
}
