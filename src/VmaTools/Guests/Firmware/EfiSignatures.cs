using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VmaTools.Bytes;

namespace VmaTools.Guests.Firmware;

/// <summary>The keys and digests in a variable of Secure Boot: lists, each of entries of one kind and size.</summary>
/// <remarks><code>
/// 16  kind
/// 4   bytes of this list, then of a header that follows, then of an entry (4 each)
/// n   header
/// ... entries: owner 16, certificate or digest
/// </code></remarks>
internal static class EfiSignatures
{
    private const int ListHeaderSize = 28;
    private const int OwnerSize = 16;

    private static readonly Guid Certificate = new("A5C059A1-94E4-4AA7-87B5-AB155C2BF072");

    /// <summary>Names the entries: certificates by their subjects, all else by its bytes. Where a list is damaged, they end.</summary>
    public static IReadOnlyList<string> Read(ReadOnlySpan<byte> data)
    {
        List<string> names = [];
        while (data.Length >= ListHeaderSize)
        {
            Guid kind = new(data.Slice(0, 16).ToArray());
            long size = LittleEndian.U32(data, 16);
            long header = LittleEndian.U32(data, 20);
            long entry = LittleEndian.U32(data, 24);
            if (size < ListHeaderSize || size > data.Length || entry <= OwnerSize || header > size - ListHeaderSize)
            {
                break;
            }

            ReadOnlySpan<byte> list = data.Slice(ListHeaderSize + (int)header, (int)(size - ListHeaderSize - header));
            for (; list.Length >= entry; list = list.Slice((int)entry))
            {
                ReadOnlySpan<byte> content = list.Slice(OwnerSize, (int)entry - OwnerSize);
                names.Add((kind == Certificate ? SubjectOf(content) : null) ?? Hex(content));
            }

            data = data.Slice((int)size);
        }

        return names;
    }

    private static string? SubjectOf(ReadOnlySpan<byte> der)
    {
        // The framework would take a container of keys, too, and work through whatever number of rounds that asks for.
        const byte Sequence = 0x30;
        if (der.Length < 6 || der[0] != Sequence || der[1] != 0x82 || der[4] != Sequence)
        {
            return null;
        }

        try
        {
            using X509Certificate2 certificate = new(der.ToArray());
            return certificate.Subject;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static string Hex(ReadOnlySpan<byte> bytes)
    {
        const int Most = 64;
        string text = BitConverter.ToString(bytes.Slice(0, Math.Min(bytes.Length, Most)).ToArray()).Replace("-", string.Empty).ToLowerInvariant();
        return bytes.Length > Most ? FormattableString.Invariant($"{text}\u2026 ({bytes.Length} bytes)") : text;
    }
}
