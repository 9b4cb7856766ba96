using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using VmaTools.Bytes;

namespace VmaTools.Tests.Images.Reading;

/// <summary>Puts a log into a VHDX that nobody has written back yet, as a crash leaves it.</summary>
internal static class VhdxForge
{
    public const int SectorSize = 4096;
    private const int HeaderSize = 4096;
    private const int ChecksumAt = 4;

    public static readonly byte[] LogGuid = new Guid("5b8c1e1c-61f4-4f8e-9b0a-0d4d7f2a9c11").ToByteArray();

    private static readonly int[] Headers = [64 << 10, 128 << 10];

    /// <summary>Offset of the log, as the headers have it.</summary>
    public static int LogOffset(byte[] image) => (int)BinaryPrimitives.ReadInt64LittleEndian(image.AsSpan(Headers[0] + 72));

    /// <summary>Says in both headers that the log holds something.</summary>
    public static void MarkInUse(byte[] image)
    {
        foreach (int header in Headers)
        {
            LogGuid.CopyTo(image.AsSpan(header + 48));
            Seal(image.AsSpan(header, HeaderSize));
        }
    }

    /// <summary>Gives a structure the checksum that fits.</summary>
    public static void Seal(Span<byte> structure)
    {
        structure.Slice(ChecksumAt, 4).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(structure.Slice(ChecksumAt), Crc32C.Compute(structure));
    }

    /// <summary>An entry of the log that writes sectors, or zeros where the bytes are null.</summary>
    public static byte[] Entry(ulong sequence, uint tail, long fileLength, params (long Offset, byte[]? Sector, long Length)[] writes)
    {
        List<byte[]> sectors = [];
        byte[] first = new byte[SectorSize];
        "loge"u8.CopyTo(first);
        BinaryPrimitives.WriteUInt32LittleEndian(first.AsSpan(12), tail);
        BinaryPrimitives.WriteUInt64LittleEndian(first.AsSpan(16), sequence);
        BinaryPrimitives.WriteInt32LittleEndian(first.AsSpan(24), writes.Length);
        LogGuid.CopyTo(first.AsSpan(32));
        BinaryPrimitives.WriteInt64LittleEndian(first.AsSpan(48), fileLength);
        BinaryPrimitives.WriteInt64LittleEndian(first.AsSpan(56), fileLength);
        for (int i = 0; i < writes.Length; i++)
        {
            Span<byte> descriptor = first.AsSpan(64 + (i * 32), 32);
            BinaryPrimitives.WriteInt64LittleEndian(descriptor.Slice(16), writes[i].Offset);
            BinaryPrimitives.WriteUInt64LittleEndian(descriptor.Slice(24), sequence);
            if (writes[i].Sector is not { } data)
            {
                "zero"u8.CopyTo(descriptor);
                BinaryPrimitives.WriteInt64LittleEndian(descriptor.Slice(8), writes[i].Length);
                continue;
            }

            "desc"u8.CopyTo(descriptor);
            data.AsSpan(SectorSize - 4).CopyTo(descriptor.Slice(4));
            data.AsSpan(0, 8).CopyTo(descriptor.Slice(8));
            byte[] sector = new byte[SectorSize];
            "data"u8.CopyTo(sector);
            BinaryPrimitives.WriteUInt32LittleEndian(sector.AsSpan(4), (uint)(sequence >> 32));
            data.AsSpan(8, SectorSize - 12).CopyTo(sector.AsSpan(8));
            BinaryPrimitives.WriteUInt32LittleEndian(sector.AsSpan(SectorSize - 4), (uint)sequence);
            sectors.Add(sector);
        }

        byte[] entry = new byte[SectorSize * (1 + sectors.Count)];
        first.CopyTo(entry, 0);
        for (int i = 0; i < sectors.Count; i++)
        {
            sectors[i].CopyTo(entry, SectorSize * (i + 1));
        }

        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(8), entry.Length);
        Seal(entry);
        return entry;
    }

    /// <summary>Sectors of a file, in pieces of the size that a log writes.</summary>
    public static byte[] SectorOf(byte[] image, long offset) => image.AsSpan((int)offset, SectorSize).ToArray();

    public static void Put(byte[] image, int offsetInLog, byte[] entry) => entry.CopyTo(image, LogOffset(image) + offsetInLog);

    /// <summary>The image that a writer of this project makes.</summary>
    public static byte[] Make(string variant, Scenario scenario)
    {
        using MemoryStream stream = new();
        using (VmaTools.Images.ImageWriter writer = Variant.Get(variant).CreateWriter(stream, scenario.DiskSize))
        {
            scenario.WriteTo(writer);
        }

        return stream.ToArray();
    }
}
