using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Format;

/// <content>Values in, bytes out: laid out as Proxmox's writer does, so that the same values give the same bytes.</content>
internal sealed partial class ArchiveHeader
{
    /// <summary>Writes a header.</summary>
    /// <param name="uuid">The archive's uuid.</param>
    /// <param name="ctime">Seconds since 1970.</param>
    /// <param name="devices">The devices; numbers 1 to 254, each once.</param>
    /// <param name="configs">The configs.</param>
    /// <exception cref="VmaException">There is more than a header holds.</exception>
    public static byte[] Write(
        ReadOnlySpan<byte> uuid, long ctime, IReadOnlyList<DeviceEntry> devices, IReadOnlyList<ConfigEntry> configs)
    {
        if (configs.Count > Layout.MaxConfigs)
        {
            throw new VmaException(
                VmaCodes.ArchiveLimitExceeded, $"An archive holds {Layout.MaxConfigs} configs at most; these are {configs.Count}.");
        }

        BlobTable blobs = new();
        byte[] fixedPart = new byte[Layout.FixedHeaderSize];
        Magic.CopyTo(fixedPart);
        WriteU32(fixedPart, VersionOffset, SupportedVersion);
        uuid.CopyTo(fixedPart.AsSpan(UuidOffset));
        BinaryPrimitives.WriteInt64BigEndian(fixedPart.AsSpan(CTimeOffset), ctime);
        for (int i = 0; i < configs.Count; i++)
        {
            WriteU32(fixedPart, ConfigNamesOffset + (i * 4), blobs.Add(BlobText.ToBlob(configs[i].Name), "The name of a config"));
            WriteU32(fixedPart, ConfigDataOffset + (i * 4), blobs.Add(configs[i].Data.Span, $"The config '{Printable.Short(configs[i].Name)}'"));
        }

        foreach (DeviceEntry device in devices)
        {
            int at = DeviceInfoOffset + (device.Id * DeviceInfoSize);
            WriteU32(fixedPart, at, blobs.Add(BlobText.ToBlob(device.Name), "The name of a device"));
            BinaryPrimitives.WriteInt64BigEndian(fixedPart.AsSpan(at + DeviceSizeField), device.Size);
        }

        byte[] bytes = new byte[Layout.FixedHeaderSize + blobs.Allocated];
        if (bytes.Length > Layout.MaxWrittenHeaderSize)
        {
            throw new VmaException(
                VmaCodes.ArchiveLimitExceeded,
                $"Names and configs make a header of {bytes.Length} bytes; {Layout.MaxWrittenHeaderSize} are possible.");
        }

        fixedPart.CopyTo(bytes, 0);
        blobs.CopyTo(bytes.AsSpan(Layout.FixedHeaderSize));
        WriteU32(bytes, BlobBufferOffsetOffset, Layout.FixedHeaderSize);

        // Without a blob there is no buffer, and not even its first byte.
        WriteU32(bytes, BlobBufferSizeOffset, Math.Min(blobs.Used, blobs.Allocated));
        WriteU32(bytes, HeaderSizeOffset, bytes.Length);
        Span<byte> digest = stackalloc byte[Layout.Md5Size];
        Md5.Hash(bytes, digest);
        digest.CopyTo(bytes.AsSpan(Md5Offset));
        return bytes;
    }

    private static void WriteU32(byte[] bytes, int offset, int value) =>
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(offset), value);

    /// <summary>The blob buffer in the making. It grows in steps of 512 bytes, by as many as a blob needs that does not fit.</summary>
    private sealed class BlobTable
    {
        private const int Step = 512;
        private const int LengthSize = 2;

        // The first byte stays free: pointer 0 means none.
        private readonly List<byte> _bytes = [0];

        /// <summary>Bytes used.</summary>
        public int Used => _bytes.Count;

        /// <summary>Bytes set aside.</summary>
        public int Allocated { get; private set; }

        /// <summary>Adds a blob.</summary>
        /// <returns>The pointer to it.</returns>
        public int Add(ReadOnlySpan<byte> data, string what)
        {
            if (data.Length > Layout.MaxBlobSize)
            {
                throw new VmaException(
                    VmaCodes.ArchiveLimitExceeded, $"{what} has {data.Length} bytes; an archive holds {Layout.MaxBlobSize} at most.");
            }

            int pointer = Used;
            int end = pointer + LengthSize + data.Length;
            if (Allocated < end)
            {
                Allocated += (LengthSize + data.Length + Step - 1) / Step * Step;
            }

            // Proxmox's writer forgets what the step before left over, and writes past its end.
            Allocated += Allocated < end ? Step : 0;

            _bytes.Add((byte)data.Length);
            _bytes.Add((byte)(data.Length >> 8));
            foreach (byte value in data)
            {
                _bytes.Add(value);
            }

            return pointer;
        }

        public void CopyTo(Span<byte> target)
        {
            if (Allocated > 0)
            {
                _bytes.ToArray().CopyTo(target);
            }
        }
    }
}
