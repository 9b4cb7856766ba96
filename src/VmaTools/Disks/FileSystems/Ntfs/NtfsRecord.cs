using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>A record of the table of files, its fixups applied.</summary>
internal sealed class NtfsRecord
{
    private const int HeadLength = 42;

    private NtfsAttribute[]? _attributes;

    private NtfsRecord(ulong number, byte[] bytes, long offset)
    {
        Number = number;
        Bytes = bytes;
        Offset = offset;
    }

    public ulong Number { get; }

    public byte[] Bytes { get; }

    /// <summary>Its first byte on the volume.</summary>
    public long Offset { get; }

    // Record: 0 "FILE"   4 fixups   8 LSN u64   16 sequence u16   18 links u16   20 first attribute u16   22 flags u16
    //   24 used bytes u32   28 allocated bytes u32   32 base record u64   40 next attribute's number u16

    public ushort Sequence => LittleEndian.U16(Bytes, 16);

    /// <summary>Names that lead to it, short ones among them.</summary>
    public int LinkCount => LittleEndian.U16(Bytes, 18);

    public bool IsInUse => (Bytes[22] & 1) != 0;

    public bool IsDirectory => (Bytes[22] & 2) != 0;

    /// <summary>The record that this one is a further part of; 0 for none.</summary>
    public NtfsReference Base => new(LittleEndian.U64(Bytes, 32));

    /// <summary>Makes a record of bytes as they were read.</summary>
    /// <exception cref="VmaFileSystemException">It is none, or torn.</exception>
    public static NtfsRecord Parse(ulong number, byte[] bytes, long offset)
    {
        NtfsRecord record = new(number, bytes, offset);
        if (!bytes.AsSpan().StartsWith("FILE"u8))
        {
            throw record.Damaged(bytes.AsSpan().StartsWith("BAAD"u8) ? "It is marked as bad." : "It does not begin as a record does.");
        }

        if (!NtfsFixups.TryApply(bytes))
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemChecksumMismatch, $"Record {number} is torn: its fixups do not match.", volumeOffset: offset);
        }

        uint used = LittleEndian.U32(bytes, 24);
        if (LittleEndian.U16(bytes, 20) < HeadLength || used > bytes.Length || LittleEndian.U16(bytes, 20) > used)
        {
            throw record.Damaged("Its head is damaged.");
        }

        return record;
    }

    /// <summary>The attributes, and pieces of such, that lie in the record.</summary>
    /// <exception cref="VmaFileSystemException">One does not lie within it.</exception>
    public IReadOnlyList<NtfsAttribute> Attributes => _attributes ??= ReadAttributes();

    /// <summary>The first attribute, or piece of one, of a type and a name; null where there is none.</summary>
    /// <exception cref="VmaFileSystemException">An attribute does not lie within the record.</exception>
    public NtfsAttribute? Find(NtfsAttributeType type, ReadOnlySpan<char> name)
    {
        foreach (NtfsAttribute attribute in _attributes ??= ReadAttributes())
        {
            if (attribute.Type == type && attribute.IsNamed(name))
            {
                return attribute;
            }
        }

        return null;
    }

    public VmaFileSystemException Damaged(string message) =>
        new(VmaCodes.FileSystemDamaged, $"Record {Number}: {message}", volumeOffset: Offset);

    private NtfsAttribute[] ReadAttributes()
    {
        List<NtfsAttribute> attributes = new(8);
        int used = (int)LittleEndian.U32(Bytes, 24);
        for (int offset = LittleEndian.U16(Bytes, 20); used - offset >= 4 && LittleEndian.U32(Bytes, offset) != (uint)NtfsAttributeType.End;)
        {
            if (!NtfsAttribute.IsWithin(Bytes.AsSpan(offset, used - offset)))
            {
                throw Damaged($"The attribute at byte {offset} is damaged.");
            }

            NtfsAttribute attribute = new(this, offset);
            attributes.Add(attribute);
            offset += attribute.Length;
        }

        return attributes.ToArray();
    }
}
