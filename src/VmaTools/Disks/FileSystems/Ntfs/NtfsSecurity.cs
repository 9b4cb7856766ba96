using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>Who owns files and who may do what: <c>$Secure</c>, where each descriptor is stored once.</summary>
internal sealed class NtfsSecurity
{
    private const ulong Record = 9;
    private const int HeadLength = 20;
    private const int MaxDescriptor = 128 * 1024;
    private const int MaxKept = 4096;

    // Each 256 KiB of descriptors are followed by a copy of them.
    private const int MirrorDistance = 256 * 1024;

    private readonly object _gate = new();
    private readonly Dictionary<uint, FileSecurity> _known = [];
    private readonly NtfsVolume _volume;

    public NtfsSecurity(NtfsVolume volume) => _volume = volume;

    /// <summary>The descriptor of a file; null where it has none.</summary>
    /// <exception cref="VmaFileSystemException">It is damaged.</exception>
    public FileSecurity? Read(NtfsFile file)
    {
        // A descriptor of the file's own is what older versions had, and the file system's own files have.
        if (file.Open(NtfsAttributeType.SecurityDescriptor) is NtfsValue own)
        {
            return Parse(own.ReadAll(_volume.Metadata, MaxDescriptor), file.Record);
        }

        uint id = file.Find(NtfsAttributeType.StandardInformation) is NtfsAttribute { Value.Length: >= 56 } standard
            ? LittleEndian.U32(standard.Value, 52)
            : 0;
        if (id == 0)
        {
            return null;
        }

        lock (_gate)
        {
            if (!_known.TryGetValue(id, out FileSecurity? security))
            {
                security = Parse(ReadDescriptor(id), file.Record);
                if (_known.Count < MaxKept)
                {
                    _known[id] = security;
                }
            }

            return security;
        }
    }

    private static FileSecurity Parse(byte[] descriptor, NtfsRecord record) =>
        NtfsSecurityDescriptor.Parse(descriptor) ?? throw record.Damaged("Its security descriptor is damaged.");

    // $SII: key: id u32; data: 0 hash u32   4 id u32   8 offset in $SDS u64   16 length u32
    // $SDS: the same 20 bytes, then the descriptor.
    private byte[] ReadDescriptor(uint id)
    {
        NtfsFile file = _volume.ReadFile(Record);
        if (NtfsIndex.Open(_volume, file, "$SII") is not NtfsIndex index || file.Open(NtfsAttributeType.Data, "$SDS") is not NtfsValue descriptors)
        {
            throw file.Record.Damaged("$Secure has no index or no descriptors.");
        }

        VmaException? fault = null;
        foreach (NtfsIndexEntry entry in index.Read(key => key.Length < 4 ? 1 : id.CompareTo(LittleEndian.U32(key, 0)), e => fault ??= e))
        {
            if (entry.Key.Length < 4 || LittleEndian.U32(entry.Key, 0) != id || entry.Data.Length < HeadLength)
            {
                break;
            }

            long offset = LittleEndian.I64(entry.Data, 8);
            uint length = LittleEndian.U32(entry.Data, 16);
            if (offset >= 0 && length is > HeadLength and <= MaxDescriptor
                && (TryReadAt(descriptors, offset, (int)length, id) ?? TryReadAt(descriptors, offset + MirrorDistance, (int)length, id)) is byte[] found)
            {
                return found;
            }

            throw file.Record.Damaged($"Security descriptor {id} is not where its index says.");
        }

        throw fault ?? file.Record.Damaged($"There is no security descriptor {id}.");
    }

    private byte[]? TryReadAt(NtfsValue descriptors, long offset, int length, uint id)
    {
        if (offset > descriptors.Length - length)
        {
            return null;
        }

        byte[] bytes = new byte[length];
        descriptors.Read(_volume.Metadata, offset, bytes);
        return LittleEndian.U32(bytes, 4) == id ? bytes.AsSpan(HeadLength).ToArray() : null;
    }
}
