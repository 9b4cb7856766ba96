using System;
using System.IO;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>What Interix (Services for Unix) and ntfs-3g store in files with the attribute System: links, devices, pipes, sockets.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Target">The target of a link.</param>
/// <param name="Device">Major and minor number of a device.</param>
internal readonly record struct NtfsInterixFile(FileEntryType Type, RawName Target, (uint Major, uint Minor)? Device)
{
    private const uint Hidden = 2;
    private const uint System = 4;
    private const int MarkLength = 8;
    private const int DeviceLength = 24;
    private const int MaxTarget = 4096 * 2;

    // File: 0 mark [8]   of a link: 8 target in UTF-16   of a device: 8 major u64   16 minor u64

    /// <summary>What a regular file is to Interix; null where it is nothing special.</summary>
    public static NtfsInterixFile? Read(NtfsVolume volume, NtfsFile file, uint attributes)
    {
        if ((attributes & System) == 0 || file.Open(NtfsAttributeType.Data) is not NtfsValue data)
        {
            return null;
        }

        if (data.Length < 2)
        {
            return (attributes & Hidden) != 0 ? null
                : new NtfsInterixFile(data.Length == 0 ? FileEntryType.Fifo : FileEntryType.Socket, default, null);
        }

        if (data.Length is <= MarkLength or > MarkLength + MaxTarget)
        {
            return null;
        }

        byte[] bytes = new byte[data.Length];
        try
        {
            using Stream stream = data.Open(volume.Metadata);
            for (int done = 0; done < bytes.Length;)
            {
                done += stream.Read(bytes, done, bytes.Length - done);
            }
        }
        catch (VmaException)
        {
            // Whatever keeps it from being read is told to whoever opens it.
            return null;
        }

        if (bytes.AsSpan().StartsWith("IntxLNK\u0001"u8))
        {
            return new NtfsInterixFile(FileEntryType.SymbolicLink, RawName.FromUtf16(bytes.AsSpan(MarkLength)), null);
        }

        bool isBlock = bytes.AsSpan().StartsWith("IntxBLK\0"u8);
        return bytes.Length == DeviceLength && (isBlock || bytes.AsSpan().StartsWith("IntxCHR\0"u8))
            ? new NtfsInterixFile(
                isBlock ? FileEntryType.BlockDevice : FileEntryType.CharacterDevice,
                default,
                ((uint)LittleEndian.U64(bytes, 8), (uint)LittleEndian.U64(bytes, 16)))
            : null;
    }
}
