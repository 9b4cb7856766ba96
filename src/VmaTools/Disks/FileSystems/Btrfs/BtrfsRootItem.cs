using System;
using System.Buffers.Binary;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>Where a tree begins, and what a subvolume is.</summary>
/// <remarks>
/// <code>
/// 160 generation u64   168 root directory u64   176 address u64   238 level u8
/// </code>
/// </remarks>
internal sealed class BtrfsRootItem
{
    private const int MinSize = 239;

    private readonly ReadOnlyMemory<byte> _bytes;

    public BtrfsRootItem(ReadOnlyMemory<byte> bytes) => _bytes = bytes.Length >= MinSize ? bytes : throw BtrfsErrors.TooShort("a root");

    public ulong Generation => U64(160);

    public ulong Directory => U64(168);

    public BtrfsTreeRoot Tree => new(U64(176), Generation, _bytes.Span[238]);

    private ulong U64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.Span.Slice(offset));
}
