using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using VmaTools.Bytes;

namespace VmaTools.Format;

/// <summary>The header of an archive: bytes in, values and findings out. Numbers are big-endian.</summary>
/// <remarks><code>
/// offset    size
///      0       4   magic "VMA\0"
///      4       4   version, 1
///      8      16   uuid
///     24       8   ctime, seconds since 1970, signed
///     32      16   MD5 of the whole header with this field zero
///     48       4   blob_buffer_offset
///     52       4   blob_buffer_size
///     56       4   header_size
///     60    1984   reserved
///   2044   4×256   config_names, pointers into the blob buffer
///   3068   4×256   config_data, pointers into the blob buffer
///   4092       4   reserved
///   4096  32×256   dev_info: name pointer u32, reserved u32, size u64, 2 × reserved u64
///  12288       …   blob buffer, then padding
/// </code></remarks>
internal sealed partial class ArchiveHeader
{
    /// <summary>As much of a header as holds its uuid and its MD5, which are no text.</summary>
    private const int TextSample = 512;

    private const int VersionOffset = 4;
    private const int UuidOffset = 8;
    private const int CTimeOffset = 24;
    private const int Md5Offset = 32;
    private const int BlobBufferOffsetOffset = 48;
    private const int BlobBufferSizeOffset = 52;
    private const int HeaderSizeOffset = 56;
    private const int ConfigNamesOffset = 2044;
    private const int ConfigDataOffset = 3068;
    private const int DeviceInfoOffset = 4096;
    private const int DeviceInfoSize = 32;
    private const int DeviceSizeField = 8;

    private const int SupportedVersion = 1;

    private readonly Dictionary<uint, string> _names = [];

    /// <summary>An archive's header starts with these bytes.</summary>
    public static ReadOnlySpan<byte> Magic => "VMA\0"u8;

    private ArchiveHeader(byte[] bytes, FindingLog findings)
    {
        HeaderSize = bytes.Length;
        Version = (int)ReadU32(bytes, VersionOffset);
        Uuid = bytes.AsSpan(UuidOffset, Layout.UuidSize).ToArray();
        CTime = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(CTimeOffset));
        BlobBufferOffset = (int)ReadU32(bytes, BlobBufferOffsetOffset);
        BlobBufferSize = (int)ReadU32(bytes, BlobBufferSizeOffset);
        Blobs = new BlobBuffer(bytes.AsMemory(BlobBufferOffset, BlobBufferSize));
        Findings = findings;
        Configs = ReadConfigs(bytes);
        Devices = ReadDevices(bytes);
        NameRules.CheckTogether(Devices, static d => d.Name, "device", findings);
        NameRules.CheckTogether(Configs, static c => c.Name, "config", findings);
    }

    private ArchiveHeader(byte[] uuid, int headerSize, IReadOnlyList<DeviceEntry> devices, IReadOnlyList<ConfigEntry> configs)
    {
        HeaderSize = headerSize;
        Version = SupportedVersion;
        Uuid = uuid;
        Blobs = new BlobBuffer(ReadOnlyMemory<byte>.Empty);
        Findings = new FindingLog();
        Devices = devices;
        Configs = configs;
    }

    public int Version { get; }

    public byte[] Uuid { get; }

    /// <summary>Seconds since 1970.</summary>
    public long CTime { get; }

    public int HeaderSize { get; }

    public int BlobBufferOffset { get; }

    public int BlobBufferSize { get; }

    public BlobBuffer Blobs { get; }

    public IReadOnlyList<ConfigEntry> Configs { get; }

    public IReadOnlyList<DeviceEntry> Devices { get; }

    /// <summary>What is wrong or odd with the header, though it can be read.</summary>
    public FindingLog Findings { get; }

    /// <summary>Checks the fixed part of a header and tells how many bytes the whole of it has.</summary>
    /// <param name="prefix">
    /// The first bytes of the archive: <see cref="Layout.FixedHeaderSize"/>, or fewer where it is shorter. With more of them it is told better
    /// what they are if they begin none.
    /// </param>
    /// <exception cref="VmaFormatException">These bytes begin no archive.</exception>
    public static int ReadSize(ReadOnlySpan<byte> prefix)
    {
        if (prefix.IsEmpty)
        {
            throw new VmaFormatException(VmaCodes.EmptyFile, "The archive is empty.", offset: 0);
        }

        if (!HasMagic(prefix))
        {
            throw NoArchive(prefix);
        }

        if (TextConversion.IsUtf8(prefix.Slice(0, Math.Min(prefix.Length, TextSample))))
        {
            // The magic and much of the header are ASCII and zeros, which come through.
            throw new VmaFormatException(VmaCodes.MangledByTextConversion, TextConversion.Explanation, offset: 0);
        }

        if (prefix.Length < Layout.FixedHeaderSize)
        {
            throw Truncated(prefix.Length, Layout.FixedHeaderSize);
        }

        uint size = ReadU32(prefix, HeaderSizeOffset);
        if (size is < Layout.FixedHeaderSize or > Layout.MaxHeaderSize)
        {
            throw new VmaFormatException(
                VmaCodes.HeaderSizeInvalid,
                $"The header claims to have {size} bytes; {Layout.FixedHeaderSize} to {Layout.MaxHeaderSize} are possible.",
                offset: HeaderSizeOffset);
        }

        return (int)size;
    }

    /// <summary>The error for bytes that do not begin as an archive does: it names what they are, as far as that is known.</summary>
    public static VmaFormatException NoArchive(ReadOnlySpan<byte> prefix)
    {
        if (TextConversion.IsLikely(prefix))
        {
            return new VmaFormatException(VmaCodes.MangledByTextConversion, TextConversion.Explanation, offset: 0);
        }

        return NotAnArchive(ForeignContent.NameOf(prefix));
    }

    /// <summary>The error for what is no archive.</summary>
    /// <param name="name">What it is, behind "it is"; null where that is not known.</param>
    public static VmaFormatException NotAnArchive(string? name)
    {
        string what = name is null ? "its first bytes are not 'VMA\\0'" : $"it is {name}";
        return new VmaFormatException(VmaCodes.NotAnArchive, $"This is not a VMA archive: {what}.", offset: 0) { IsForeign = name is not null };
    }

    /// <summary>Whether bytes begin as an archive does.</summary>
    public static bool HasMagic(ReadOnlySpan<byte> prefix) => prefix.StartsWith(Magic.Slice(0, Math.Min(prefix.Length, Magic.Length)));

    /// <summary>The error for a header of <paramref name="size"/> bytes of which only <paramref name="length"/> are there.</summary>
    public static VmaFormatException Truncated(long length, long size) => new(
        VmaCodes.HeaderTruncated,
        $"The archive ends within its header, which has {size} bytes.",
        offset: length);

    /// <summary>Reads a whole header.</summary>
    /// <param name="bytes">Exactly as many bytes as <see cref="ReadSize"/> told. The array is kept.</param>
    /// <exception cref="VmaFormatException">The header cannot be trusted.</exception>
    public static ArchiveHeader Parse(byte[] bytes)
    {
        if (!HasValidMd5(bytes))
        {
            throw new VmaFormatException(
                VmaCodes.HeaderChecksumMismatch, "The header is damaged: its MD5 does not match.", offset: Md5Offset);
        }

        uint version = ReadU32(bytes, VersionOffset);
        if (version != SupportedVersion)
        {
            throw new VmaFormatException(
                VmaCodes.VersionNotSupported, $"The archive has format version {version}; only version 1 is known.", offset: VersionOffset);
        }

        long blobOffset = ReadU32(bytes, BlobBufferOffsetOffset);
        long blobSize = ReadU32(bytes, BlobBufferSizeOffset);
        if (blobOffset < Layout.FixedHeaderSize || blobOffset + blobSize > bytes.Length)
        {
            throw new VmaFormatException(
                VmaCodes.BlobBufferInvalid,
                $"The blob buffer ({blobSize} bytes at {blobOffset}) does not lie between the fixed part of the header and its end at {bytes.Length}.",
                offset: BlobBufferOffsetOffset);
        }

        return new ArchiveHeader(bytes, new FindingLog());
    }

    /// <summary>Reads a header whatever its MD5 says; null where its fields make no sense.</summary>
    /// <param name="bytes">The first bytes of an archive.</param>
    public static ArchiveHeader? ParseDamaged(byte[] bytes)
    {
        try
        {
            int size = ReadSize(bytes);
            if (size > bytes.Length)
            {
                return null;
            }

            long blobOffset = ReadU32(bytes, BlobBufferOffsetOffset);
            long blobSize = ReadU32(bytes, BlobBufferSizeOffset);
            return blobOffset < Layout.FixedHeaderSize || blobOffset + blobSize > size
                ? null
                : new ArchiveHeader(bytes.AsSpan(0, size).ToArray(), new FindingLog());
        }
        catch (VmaFormatException)
        {
            return null;
        }
    }

    /// <summary>A header in place of one that is lost.</summary>
    public static ArchiveHeader Rebuild(
        byte[] uuid, int headerSize, IReadOnlyList<DeviceEntry> devices, IReadOnlyList<ConfigEntry> configs) =>
        new(uuid, headerSize, devices, configs);

    private static bool HasValidMd5(byte[] bytes)
    {
        Span<byte> field = bytes.AsSpan(Md5Offset, Layout.Md5Size);
        Span<byte> stored = stackalloc byte[Layout.Md5Size];
        Span<byte> digest = stackalloc byte[Layout.Md5Size];
        field.CopyTo(stored);
        field.Clear();
        Md5.Hash(bytes, digest);
        stored.CopyTo(field);
        return digest.SequenceEqual(stored);
    }

    private List<ConfigEntry> ReadConfigs(byte[] bytes)
    {
        List<ConfigEntry> configs = [];
        for (int i = 0; i < Layout.MaxConfigs; i++)
        {
            int nameAt = ConfigNamesOffset + (i * 4);
            int dataAt = ConfigDataOffset + (i * 4);
            uint namePointer = ReadU32(bytes, nameAt);
            uint dataPointer = ReadU32(bytes, dataAt);
            if (namePointer == 0 && dataPointer == 0)
            {
                continue;
            }

            if (namePointer == 0 || dataPointer == 0)
            {
                string missing = namePointer == 0 ? "data but no name" : "a name but no data";
                Findings.Add(new VmaFinding(
                    VmaCodes.ConfigIncomplete, VmaSeverity.Warning, $"Config {i} has {missing} and is left out.", namePointer == 0 ? nameAt : dataAt));
                continue;
            }

            if (!TryGetBlob(namePointer, nameAt, $"The name of config {i}", null, out ReadOnlyMemory<byte> name)
                || !TryGetBlob(dataPointer, dataAt, $"The data of config {i}", null, out ReadOnlyMemory<byte> data))
            {
                continue;
            }

            configs.Add(new ConfigEntry(ReadName(name.Span, $"config {i}", namePointer, null), data));
        }

        return configs;
    }

    private List<DeviceEntry> ReadDevices(byte[] bytes)
    {
        List<DeviceEntry> devices = [];
        for (int id = 0; id <= byte.MaxValue; id++)
        {
            int at = DeviceInfoOffset + (id * DeviceInfoSize);
            uint namePointer = ReadU32(bytes, at);
            ulong size = BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(at + DeviceSizeField));
            if (namePointer == 0)
            {
                continue;
            }

            if (id is < Layout.FirstDeviceId or > Layout.LastDeviceId)
            {
                Findings.Add(new VmaFinding(
                    VmaCodes.DeviceIdReserved, VmaSeverity.Warning, $"The header describes a device {id}, a number that is never used; it is left out.", at));
                continue;
            }

            // A name that cannot be read does not take the device's data away: it gets a name that tells its number.
            string name = TryGetBlob(namePointer, at, $"The name of device {id}", id, out ReadOnlyMemory<byte> blob)
                ? ReadName(blob.Span, $"device {id}", namePointer, id)
                : $"device-{id.ToString(CultureInfo.InvariantCulture)}";
            if (size == 0)
            {
                Findings.Add(new VmaFinding(
                    VmaCodes.DeviceSizeZero, VmaSeverity.Warning, $"Device {id} has size 0 and is left out.", at + DeviceSizeField, device: name, deviceId: id));
                continue;
            }

            CheckDeviceSize(size, at + DeviceSizeField, id, name);
            devices.Add(new DeviceEntry(id, name, unchecked((long)size)));
        }

        return devices;
    }

    private void CheckDeviceSize(ulong size, int at, int id, string name)
    {
        if (!Layout.IsDeviceSize(unchecked((long)size)))
        {
            Findings.Add(new VmaFinding(
                VmaCodes.DeviceSizeInvalid,
                VmaSeverity.Error,
                $"Device {id} claims to have {size} bytes; cluster numbers reach to {Layout.MaxDeviceSize}.",
                at,
                device: name,
                deviceId: id));
        }
        else if (size % Layout.SectorSize != 0)
        {
            Findings.Add(new VmaFinding(
                VmaCodes.DeviceSizeUnaligned,
                VmaSeverity.Warning,
                $"Device {id} has {size} bytes, which is not a multiple of 512.",
                at,
                device: name,
                deviceId: id));
        }
    }

    private bool TryGetBlob(uint pointer, int at, string what, int? deviceId, out ReadOnlyMemory<byte> blob)
    {
        if (Blobs.TryGet(pointer, out blob))
        {
            return true;
        }

        Findings.Add(new VmaFinding(
            VmaCodes.BlobOutOfRange,
            VmaSeverity.Error,
            $"{what} (blob {pointer}) does not lie within the blob buffer of {BlobBufferSize} bytes.",
            at,
            deviceId: deviceId));
        return false;
    }

    private string ReadName(ReadOnlySpan<byte> blob, string what, uint pointer, int? deviceId)
    {
        // A hostile header can point to one long name many times.
        if (!_names.TryGetValue(pointer, out string? name))
        {
            name = BlobText.Name(blob);
            _names.Add(pointer, name);
        }

        NameRules.Check(blob, name, what, BlobBufferOffset + (long)pointer, deviceId, Findings);
        return name;
    }

    private static uint ReadU32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32BigEndian(bytes.Slice(offset));
}

/// <summary>A device as the header has it. The size is as claimed: beyond 2^63 it shows as a negative number.</summary>
internal sealed record DeviceEntry(int Id, string Name, long Size)
{
    /// <summary>Says that <see cref="Layout.IsDeviceSize"/> is false of the size.</summary>
    public const string SizeInvalid = "The device claims a size that no device can have.";

    /// <summary>Whether it is a guest's memory.</summary>
    public bool IsVmstate => Name == Layout.VmstateName;
}

/// <summary>A config as the header has it.</summary>
internal sealed record ConfigEntry(string Name, ReadOnlyMemory<byte> Data);
