using System;
using System.Buffers.Binary;
using System.Text;

namespace VmaTools.Network;

/// <summary>A message in the making, big-endian. It does not grow beyond the size it was made for.</summary>
internal sealed class MessageBuffer
{
    public MessageBuffer(int size) => Bytes = new byte[size];

    public byte[] Bytes { get; }

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes that still fit.</summary>
    public int Room => Bytes.Length - Length;

    public void Clear() => Length = 0;

    public void U16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Take(sizeof(ushort)), value);

    public void U32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Take(sizeof(uint)), value);

    public void U64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Take(sizeof(ulong)), value);

    public void Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        bytes.AsSpan().CopyTo(Take(bytes.Length));
    }

    public void Zeros(int count) => Take(count).Clear();

    /// <summary>Sets bytes aside, to be filled by the caller.</summary>
    public Span<byte> Take(int count)
    {
        Span<byte> span = Bytes.AsSpan(Length, count);
        Length += count;
        return span;
    }

    /// <summary>Writes a field that was set aside.</summary>
    public void SetU32(int at, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Bytes.AsSpan(at), value);

    public void SetU16(int at, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Bytes.AsSpan(at), value);

    /// <summary>Drops what was written after the first <paramref name="length"/> bytes.</summary>
    public void CutTo(int length) => Length = length;
}
