using System;
using System.Buffers.Binary;

namespace VmaTools.Network;

/// <summary>What a client asks for once data flows.</summary>
internal readonly record struct NbdRequest(uint Magic, ushort Flags, ushort Type, ulong Cookie, ulong Offset, uint Length)
{
    public static NbdRequest Read(NbdChannel channel)
    {
        Span<byte> bytes = stackalloc byte[NbdProtocol.RequestSize];
        channel.Read(bytes);
        return new NbdRequest(
            BinaryPrimitives.ReadUInt32BigEndian(bytes),
            BinaryPrimitives.ReadUInt16BigEndian(bytes.Slice(4)),
            BinaryPrimitives.ReadUInt16BigEndian(bytes.Slice(6)),
            BinaryPrimitives.ReadUInt64BigEndian(bytes.Slice(8)),
            BinaryPrimitives.ReadUInt64BigEndian(bytes.Slice(16)),
            BinaryPrimitives.ReadUInt32BigEndian(bytes.Slice(24)));
    }

    /// <summary>Whether the request stays within that many bytes.</summary>
    public bool LiesWithin(long size) => Offset <= (ulong)size && Length <= (ulong)size - Offset;
}
