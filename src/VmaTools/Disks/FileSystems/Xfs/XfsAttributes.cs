using System;
using System.Collections.Generic;
using System.Text;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>The extended attributes of an inode: in it, or in leaves whose larger values lie in blocks of their own.</summary>
internal sealed class XfsAttributes
{
    private const int LocalFlag = 0x01;
    private const int RootFlag = 0x02;
    private const int SecureFlag = 0x04;
    private const int ParentFlag = 0x08;
    private const int IncompleteFlag = 0x80;
    private const ushort LeafMagic = 0xfbee;
    private const ushort LeafMagicV5 = 0x3bee;
    private const int EntrySize = 8;
    private const int MaxValue = 64 * 1024;

    // Far more than a system could list.
    private const long MaxTotal = 64L << 20;

    private static readonly byte[] AccessList = Encoding.ASCII.GetBytes("SGI_ACL_FILE");
    private static readonly byte[] DefaultList = Encoding.ASCII.GetBytes("SGI_ACL_DEFAULT");

    private readonly XfsVolume _volume;
    private readonly XfsInode _inode;
    private readonly Action<VmaException> _report;
    private readonly List<ExtendedAttributeValue> _found = [];
    private long _left = MaxTotal;

    private XfsAttributes(XfsVolume volume, XfsInode inode, Action<VmaException> report)
    {
        _volume = volume;
        _inode = inode;
        _report = report;
    }

    /// <summary>All attributes as the guest's system lists them. What is damaged is told and left out.</summary>
    public static IReadOnlyList<ExtendedAttributeValue> Read(XfsVolume volume, XfsInode inode, Action<VmaException> report)
    {
        if (!inode.HasAttributes)
        {
            return [];
        }

        XfsAttributes attributes = new(volume, inode, report);
        if (inode.AttributeFormat == XfsForkFormat.Local)
        {
            attributes.AddShort(inode.AttributeFork);
        }
        else if (inode.AttributeFormat != XfsForkFormat.Extents || inode.AttributeExtentCount > 0)
        {
            attributes.AddLeaves();
        }

        return attributes._found;
    }

    private void AddShort(ReadOnlySpan<byte> fork)
    {
        int size = fork.Length < 4 ? 0 : BigEndian.U16(fork, 0);
        int count = size < 4 ? 0 : fork[2];
        int position = 4;
        for (int i = 0; i < count; i++)
        {
            if (size > fork.Length || position + 3 > size || position + 3 + fork[position] + fork[position + 1] > size)
            {
                _report(XfsVolume.Damaged($"The attributes in inode {_inode.Number} do not fit into it.", _inode.Offset));
                return;
            }

            int nameLength = fork[position];
            int valueLength = fork[position + 1];
            Add(
                fork[position + 2],
                fork.Slice(position + 3, nameLength),
                fork.Slice(position + 3 + nameLength, valueLength).ToArray());
            position += 3 + nameLength + valueLength;
        }
    }

    private void AddLeaves()
    {
        XfsFork fork = XfsFork.OfAttributes(_volume, _inode);
        XfsHashTree tree = new(_volume, _inode, fork, _volume.Superblock.BlockSize);
        foreach (byte[] leaf in tree.ReadLeaves(0, _report))
        {
            int header = tree.InfoSize + (_volume.HasChecksums ? 24 : 20);
            int count = BigEndian.U16(leaf, tree.InfoSize);
            if (XfsHashTree.MagicOf(leaf) != (_volume.HasChecksums ? LeafMagicV5 : LeafMagic) || count > (leaf.Length - header) / EntrySize)
            {
                _report(XfsVolume.Damaged($"A leaf of the attributes of inode {_inode.Number} contradicts itself.", _inode.Offset));
                continue;
            }

            for (int i = 0; i < count; i++)
            {
                try
                {
                    AddEntry(fork, leaf, header + (i * EntrySize));
                }
                catch (VmaException exception)
                {
                    _report(exception);
                }
            }
        }
    }

    private void AddEntry(XfsFork fork, byte[] leaf, int entry)
    {
        int place = BigEndian.U16(leaf, entry + 4);
        int flags = leaf[entry + 6];
        if ((flags & (IncompleteFlag | ParentFlag)) != 0)
        {
            return;
        }

        bool isLocal = (flags & LocalFlag) != 0;
        int fixedLength = isLocal ? 3 : 9;
        int nameLength = place + fixedLength <= leaf.Length ? leaf[place + fixedLength - 1] : 0;
        int valueLength = nameLength == 0 ? 0 : isLocal ? BigEndian.U16(leaf, place) : BigEndian.I32(leaf, place + 4);
        int end = place + fixedLength + nameLength;
        if (nameLength == 0 || end > leaf.Length || valueLength is < 0 or > MaxValue || (isLocal && valueLength > leaf.Length - end))
        {
            throw XfsVolume.Damaged($"An attribute of inode {_inode.Number} leads out of its leaf.", _inode.Offset);
        }

        _left -= nameLength + valueLength;
        if (_left < 0)
        {
            throw XfsVolume.Damaged($"The attributes of inode {_inode.Number} are larger than any can be.", _inode.Offset);
        }

        ReadOnlySpan<byte> name = leaf.AsSpan(place + fixedLength, nameLength);
        byte[] value = isLocal
            ? leaf.AsSpan(end, valueLength).ToArray()
            : ReadValue(fork, BigEndian.U32(leaf, place), valueLength);
        Add(flags, name, value);
    }

    /// <summary>Reads a value from blocks of its own, each with a header of its own.</summary>
    private byte[] ReadValue(XfsFork fork, uint block, int length)
    {
        const uint Magic = 0x5841524d;
        int header = _volume.HasChecksums ? 56 : 0;
        byte[] value = new byte[length];
        for (int done = 0; done < length; block++)
        {
            byte[] bytes = XfsBlocks.Read(_volume, fork, block, _volume.Superblock.BlockSize, out long offset);
            int piece = Math.Min(length - done, bytes.Length - header);
            if (header != 0)
            {
                XfsHeader.Remote.Check(bytes, _volume.Superblock, _inode.Number, offset);
                if (BigEndian.U32(bytes, 0) != Magic || BigEndian.U32(bytes, 4) != done || BigEndian.U32(bytes, 8) != piece)
                {
                    throw XfsVolume.Damaged($"A part of an attribute of inode {_inode.Number} belongs elsewhere.", offset);
                }
            }

            bytes.AsSpan(header, piece).CopyTo(value.AsSpan(done));
            done += piece;
        }

        return value;
    }

    private void Add(int flags, ReadOnlySpan<byte> name, byte[] value)
    {
        if ((flags & (IncompleteFlag | ParentFlag)) != 0)
        {
            return;
        }

        if ((flags & RootFlag) != 0 && name.SequenceEqual(AccessList))
        {
            AddAccessList("system.posix_acl_access", value);
        }
        else if ((flags & RootFlag) != 0 && name.SequenceEqual(DefaultList))
        {
            AddAccessList("system.posix_acl_default", value);
        }

        string prefix = (flags & RootFlag) != 0 ? "trusted." : (flags & SecureFlag) != 0 ? "security." : "user.";
        byte[] full = new byte[prefix.Length + name.Length];
        Encoding.ASCII.GetBytes(prefix, 0, prefix.Length, full, 0);
        name.CopyTo(full.AsSpan(prefix.Length));
        _found.Add(new ExtendedAttributeValue(new RawName(full), value));
    }

    private void AddAccessList(string name, byte[] stored)
    {
        if (PosixAcl.FromXfs(stored) is byte[] value)
        {
            _found.Add(new ExtendedAttributeValue(RawName.Parse(name), value));
        }
        else
        {
            _report(XfsVolume.Damaged($"An access list of inode {_inode.Number} is malformed.", _inode.Offset));
        }
    }
}
