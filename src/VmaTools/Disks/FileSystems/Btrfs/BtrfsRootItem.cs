using System;
using System.Buffers.Binary;
using VmaTools.Disks.Partitions;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>Where a tree begins, and what a subvolume is.</summary>
/// <remarks>
/// <code>
/// 160 generation u64   168 root directory u64   176 address u64   208 flags u64   238 level u8
/// 247 UUID[16]   263 that of what it is a snapshot of[16]   279 that of what it was received from[16]   339 created: i64, u32
/// </code>
/// </remarks>
internal sealed class BtrfsRootItem
{
    private const int MinSize = 239;
    private const int FullSize = 439;
    private const ulong ReadOnlyFlag = 1;

    private readonly ReadOnlyMemory<byte> _bytes;

    public BtrfsRootItem(ReadOnlyMemory<byte> bytes) => _bytes = bytes.Length >= MinSize ? bytes : throw BtrfsErrors.TooShort("a root");

    public ulong Generation => U64(160);

    public ulong Directory => U64(168);

    public BtrfsTreeRoot Tree => new(U64(176), Generation, _bytes.Span[238]);

    public bool IsReadOnly => (U64(208) & ReadOnlyFlag) != 0;

    public string? Uuid => ReadUuid(247);

    public string? ParentUuid => ReadUuid(263);

    public string? ReceivedUuid => ReadUuid(279);

    private string? ReadUuid(int offset) => _bytes.Length < FullSize ? null : FieldText.Uuid(_bytes.Span.Slice(offset, 16));

    private ulong U64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.Span.Slice(offset));
}
