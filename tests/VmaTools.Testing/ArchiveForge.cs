using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;

namespace VmaTools.Testing;

/// <summary>
/// Builds archives byte by byte, with any rule of the format broken on demand. It shares no code with the library, so that a
/// mistake in one is not hidden by the same mistake in the other.
/// </summary>
public sealed class ArchiveForge
{
    public const int ClusterSize = 65536;
    public const int BlockSize = 4096;
    public const int FixedHeaderSize = 12288;

    private readonly List<(byte[] Name, byte[] Data)> _configs = [];
    private readonly List<(int Id, byte[] Name, ulong Size)> _devices = [];
    private readonly List<Action<byte[]>> _headerEdits = [];
    private readonly List<byte> _blobs = [0];
    private int _headerSize;
    private bool _spoilMd5;

    public byte[] Uuid { get; } = [.. Enumerable.Range(1, 16).Select(static i => (byte)(i * 7))];

    public List<ExtentForge> Extents { get; } = [];

    /// <summary>Bytes of the header, once built.</summary>
    public int HeaderSize { get; private set; }

    public ArchiveForge Config(string name, string text) => Config(Terminated(name), Encoding.UTF8.GetBytes(text));

    public ArchiveForge Config(byte[] name, byte[] data)
    {
        _configs.Add((name, data));
        return this;
    }

    public ArchiveForge Device(int id, string name, long size) => Device(id, Terminated(name), unchecked((ulong)size));

    public ArchiveForge Device(int id, byte[] name, ulong size)
    {
        _devices.RemoveAll(d => d.Id == id);
        _devices.Add((id, name, size));
        return this;
    }

    public ArchiveForge Extent(Action<ExtentForge> fill)
    {
        ExtentForge extent = new(Uuid);
        fill(extent);
        Extents.Add(extent);
        return this;
    }

    /// <summary>Changes the header's bytes before its MD5 is made.</summary>
    public ArchiveForge Header(Action<byte[]> edit)
    {
        _headerEdits.Add(edit);
        return this;
    }

    public ArchiveForge HeaderU32(int offset, uint value) =>
        Header(bytes => BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(offset), value));

    public ArchiveForge PadHeaderTo(int size)
    {
        _headerSize = size;
        return this;
    }

    public ArchiveForge SpoilHeaderMd5()
    {
        _spoilMd5 = true;
        return this;
    }

    /// <summary>Byte offset of an extent in the built archive.</summary>
    public long OffsetOf(int extent) => HeaderSize + Extents.Take(extent).Sum(static e => (long)e.ToArray().Length);

    public byte[] Build()
    {
        using MemoryStream archive = new();
        archive.Write(BuildHeader());
        foreach (ExtentForge extent in Extents)
        {
            archive.Write(extent.ToArray());
        }

        return archive.ToArray();
    }

    /// <summary>What a device holds when every extent is right.</summary>
    public byte[] Disk(int id)
    {
        byte[] disk = new byte[(int)_devices.Single(d => d.Id == id).Size];
        foreach ((int device, uint cluster, ushort mask) in Extents.SelectMany(static e => e.Slots))
        {
            for (int block = 0; device == id && block < 16; block++)
            {
                long at = (cluster * (long)ClusterSize) + (block * BlockSize);
                if ((mask & (1 << block)) != 0 && at < disk.Length)
                {
                    byte[] content = Block(id, cluster, block);
                    content.AsSpan(0, (int)Math.Min(BlockSize, disk.Length - at)).CopyTo(disk.AsSpan((int)at));
                }
            }
        }

        return disk;
    }

    /// <summary>The content of a stored block: different for each, and never the start of an extent.</summary>
    public static byte[] Block(int device, uint cluster, int block)
    {
        byte[] bytes = new byte[BlockSize];
        new Random(HashCode(device, cluster, block)).NextBytes(bytes);
        bytes[0] = (byte)device;
        return bytes;
    }

    public static byte[] Terminated(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    /// <summary>Makes the MD5 field at <paramref name="at"/> right again for the <paramref name="length"/> bytes from <paramref name="start"/> on.</summary>
    public static void Sign(byte[] bytes, int start, int length, int at)
    {
        Span<byte> field = bytes.AsSpan(start + at, 16);
        field.Clear();
        MD5.HashData(bytes.AsSpan(start, length)).CopyTo(field);
    }

    private byte[] BuildHeader()
    {
        byte[] header = new byte[FixedHeaderSize];
        "VMA\0"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), 1);
        Uuid.CopyTo(header, 8);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(24), 1_700_000_000);
        _blobs.RemoveRange(1, _blobs.Count - 1);
        for (int i = 0; i < _configs.Count; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(2044 + (4 * i)), AddBlob(_configs[i].Name));
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(3068 + (4 * i)), AddBlob(_configs[i].Data));
        }

        foreach ((int id, byte[] name, ulong size) in _devices)
        {
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4096 + (32 * id)), AddBlob(name));
            BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(4096 + (32 * id) + 8), size);
        }

        HeaderSize = Math.Max(_headerSize, (FixedHeaderSize + _blobs.Count + 511) / 512 * 512);
        Array.Resize(ref header, HeaderSize);
        _blobs.CopyTo(header, FixedHeaderSize);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(48), FixedHeaderSize);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(52), (uint)_blobs.Count);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(56), (uint)HeaderSize);
        foreach (Action<byte[]> edit in _headerEdits)
        {
            edit(header);
        }

        Sign(header, 0, HeaderSize, 32);
        header[32] ^= _spoilMd5 ? (byte)1 : (byte)0;
        return header;
    }

    private uint AddBlob(byte[] data)
    {
        int at = _blobs.Count;
        _blobs.Add((byte)data.Length);
        _blobs.Add((byte)(data.Length >> 8));
        _blobs.AddRange(data);
        return (uint)at;
    }

    private static int HashCode(int device, uint cluster, int block) => unchecked((device * 7919) + ((int)cluster * 31) + block);
}

/// <summary>One extent in the making.</summary>
public sealed class ExtentForge
{
    private readonly List<(ulong Slot, byte[] Data)> _slots = [];
    private readonly List<Action<byte[]>> _edits = [];
    private Func<byte[], byte[]> _editData = static data => data;
    private bool _spoilMd5;

    public ExtentForge(byte[] uuid) => Uuid = [.. uuid];

    public byte[] Uuid { get; }

    /// <summary>What the block count says more than it should.</summary>
    public int BlockCountError { get; set; }

    public int? BlockCount { get; set; }

    /// <summary>The used slots, in order.</summary>
    public IEnumerable<(int Device, uint Cluster, ushort Mask)> Slots => _slots
        .Where(static s => (byte)(s.Slot >> 32) != 0)
        .Select(static s => ((int)(byte)(s.Slot >> 32), (uint)s.Slot, (ushort)(s.Slot >> 48)));

    /// <summary>Adds a cluster with the blocks that <paramref name="mask"/> names.</summary>
    public ExtentForge Cluster(int device, uint cluster, ushort mask = 0xffff) => Slot(
        ((ulong)mask << 48) | ((ulong)device << 32) | cluster,
        [.. Enumerable.Range(0, 16).Where(b => (mask & (1 << b)) != 0).SelectMany(b => ArchiveForge.Block(device, cluster, b))]);

    public ExtentForge Zero(int device, uint cluster) => Cluster(device, cluster, 0);

    public ExtentForge Gap(int count = 1)
    {
        for (int i = 0; i < count; i++)
        {
            Slot(0, []);
        }

        return this;
    }

    public ExtentForge Slot(ulong value, byte[] data)
    {
        _slots.Add((value, data));
        return this;
    }

    /// <summary>Changes the header's bytes before its MD5 is made.</summary>
    public ExtentForge Header(Action<byte[]> edit)
    {
        _edits.Add(edit);
        return this;
    }

    public ExtentForge SpoilMd5()
    {
        _spoilMd5 = true;
        return this;
    }

    /// <summary>Changes the stored blocks: to others, to fewer, to more.</summary>
    public ExtentForge Data(Func<byte[], byte[]> edit)
    {
        _editData = edit;
        return this;
    }

    public byte[] ToArray()
    {
        byte[] header = new byte[512];
        byte[] data = [.. _slots.SelectMany(static s => s.Data)];
        "VMAE"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), (ushort)((BlockCount ?? data.Length / ArchiveForge.BlockSize) + BlockCountError));
        Uuid.CopyTo(header, 8);
        for (int i = 0; i < _slots.Count; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(40 + (8 * i)), _slots[i].Slot);
        }

        foreach (Action<byte[]> edit in _edits)
        {
            edit(header);
        }

        ArchiveForge.Sign(header, 0, 512, 24);
        header[24] ^= _spoilMd5 ? (byte)1 : (byte)0;
        return [.. header, .. _editData(data)];
    }
}
