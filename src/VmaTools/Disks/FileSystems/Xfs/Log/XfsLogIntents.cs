using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Xfs.Log;

/// <summary>
/// What transactions announce and later ones report as done. A system finishes at mounting what was announced only: for the most part
/// that is free room and who owns it, which is not shown; extents that are put into a file are.
/// </summary>
internal sealed class XfsLogIntents
{
    private const int HeaderSize = 16;
    private const int MapSize = 32;

    private readonly Dictionary<(XfsLogItemType Type, ulong Id), (int Order, XfsLogItem Item)> _open = [];
    private int _count;

    /// <summary>Extents that are still to be put into files, or taken out, in order.</summary>
    public IReadOnlyList<XfsMapChange> Maps
    {
        get
        {
            List<XfsMapChange> maps = [];
            List<(int Order, XfsLogItem Item)> items = [.. _open.Values];
            items.Sort(static (left, right) => left.Order.CompareTo(right.Order));
            foreach ((_, XfsLogItem item) in items)
            {
                if (item.Type == XfsLogItemType.Map)
                {
                    AddMaps(maps, item.Description);
                }
            }

            return maps;
        }
    }

    /// <summary>What else was begun that changes what files show, in words; null for nothing.</summary>
    public string? Unfinished
    {
        get
        {
            foreach ((XfsLogItemType type, _) in _open.Keys)
            {
                if (type is XfsLogItemType.Attribute or XfsLogItemType.Exchange)
                {
                    return type == XfsLogItemType.Attribute
                        ? "setting an extended attribute was begun and not finished"
                        : "exchanging the content of two files was begun and not finished";
                }
            }

            return null;
        }
    }

    /// <summary>Notes an announcement, or strikes out one that is done.</summary>
    /// <exception cref="VmaFileSystemException">It is of a kind that is not known.</exception>
    public void Add(XfsLogItem item)
    {
        ulong id = BinaryPrimitives.ReadUInt64LittleEndian(item.DescriptionOf(HeaderSize).Slice(8));
        switch (item.Type)
        {
            case XfsLogItemType.FreeExtents or XfsLogItemType.Owners or XfsLogItemType.References or XfsLogItemType.Map
                or XfsLogItemType.Attribute or XfsLogItemType.Exchange or XfsLogItemType.RealtimeFreeExtents
                or XfsLogItemType.RealtimeOwners or XfsLogItemType.RealtimeReferences:
                _open[(item.Type, id)] = (_count++, item);
                break;
            case XfsLogItemType.FreeExtentsDone or XfsLogItemType.OwnersDone or XfsLogItemType.ReferencesDone or XfsLogItemType.MapDone
                or XfsLogItemType.AttributeDone or XfsLogItemType.ExchangeDone or XfsLogItemType.RealtimeFreeExtentsDone
                or XfsLogItemType.RealtimeOwnersDone or XfsLogItemType.RealtimeReferencesDone:
                // Each follows its announcement by one.
                _open.Remove((item.Type - 1, id));
                break;
            default:
                throw new VmaFileSystemException(
                    VmaCodes.FileSystemFeatureUnknown, $"The log has a kind of change that is not understood: 0x{(int)item.Type:x}.");
        }
    }

    private static void AddMaps(List<XfsMapChange> maps, ReadOnlySpan<byte> description)
    {
        const uint AttributeFlag = 1u << 31;
        const uint UnwrittenFlag = 1u << 30;
        const byte Map = 1;
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(description.Slice(4));
        ReadOnlySpan<byte> rest = description.Slice(HeaderSize);
        for (; count > 0 && rest.Length >= MapSize; count--, rest = rest.Slice(MapSize))
        {
            uint flags = BinaryPrimitives.ReadUInt32LittleEndian(rest.Slice(28));
            if ((flags & AttributeFlag) == 0)
            {
                maps.Add(new XfsMapChange(
                    BinaryPrimitives.ReadUInt64LittleEndian(rest),
                    new XfsExtent(
                        BinaryPrimitives.ReadUInt64LittleEndian(rest.Slice(16)),
                        BinaryPrimitives.ReadUInt32LittleEndian(rest.Slice(24)),
                        (byte)flags == Map ? BinaryPrimitives.ReadUInt64LittleEndian(rest.Slice(8)) : null,
                        (flags & UnwrittenFlag) != 0)));
            }
        }
    }
}

/// <summary>An extent that is still to be put into a file; a hole where one is to be taken out.</summary>
internal readonly record struct XfsMapChange(ulong Inode, XfsExtent Extent);
