using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using VmaTools.Disks;

namespace VmaTools.Tests.Disks.Volumes.Locks;

/// <summary>
/// A volume that BitLocker might have encrypted, made step by step with the platform's AES: XTS of 128 bits over a small FAT, opened by a
/// passphrase, a recovery key and a startup key.
/// </summary>
internal sealed class BitLockerForge
{
    public const string Passphrase = "Gr\u00fc\u00dfe an alle";
    public const string RecoveryKey = "000011-000022-000033-000044-000055-000066-000077-720885";
    public static readonly Guid PassphraseId = new("11111111-aaaa-4bbb-8ccc-000000000001");
    public static readonly Guid RecoveryId = new("22222222-aaaa-4bbb-8ccc-000000000002");
    public static readonly Guid StartupId = new("33333333-aaaa-4bbb-8ccc-000000000003");
    public static readonly Guid TpmId = new("44444444-aaaa-4bbb-8ccc-000000000004");
    public static readonly Guid ClearId = new("55555555-aaaa-4bbb-8ccc-000000000005");

    private const int HeaderSize = 8192;
    private const int HeaderOffset = 0x40000;
    private static readonly long[] Areas = [0x60000, 0x80000, 0xA0000];

    private readonly byte[] _master = Splice.Noise(32, 1);
    private readonly byte[] _content = Splice.Noise(32, 2);
    private readonly byte[] _startup = Splice.Noise(32, 3);
    private readonly byte[] _plain;
    private int _nonce;

    /// <param name="plain">The content: zeros where metadata come to lie, as BitLocker keeps these places free.</param>
    public BitLockerForge(byte[] plain) => _plain = plain;

    /// <summary>Which of the ways to open it there are.</summary>
    public List<Guid> Ways { get; init; } = [PassphraseId, RecoveryId, StartupId, TpmId];

    public ushort State { get; init; } = 4;

    public ushort Method { get; init; } = 0x8004;

    /// <summary>What reading the volume gives.</summary>
    public byte[] Expected
    {
        get
        {
            byte[] expected = (byte[])_plain.Clone();
            expected.AsSpan(HeaderOffset, HeaderSize).Clear();
            Array.ForEach(Areas, a => expected.AsSpan((int)a, 65536).Clear());
            return expected;
        }
    }

    public byte[] StartupKey()
    {
        byte[] key = Entry(0, 1, [.. new byte[4], .. _startup]);
        byte[] external = Entry(6, 9, [.. StartupId.ToByteArray(), .. new byte[8], .. key]);
        byte[] file = new byte[48 + external.Length];
        BinaryPrimitives.WriteInt32LittleEndian(file, file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), 1);
        StartupId.ToByteArray().CopyTo(file, 16);
        external.CopyTo(file, 48);
        return file;
    }

    public byte[] Make()
    {
        byte[] volume = (byte[])_plain.Clone();
        Array.Copy(_plain, 0, volume, HeaderOffset, HeaderSize);
        for (int sector = 0; sector < volume.Length / 512; sector++)
        {
            EncryptXts(volume.AsSpan(sector * 512, 512), (ulong)sector);
        }

        // The boot sector: what leads to the metadata.
        Span<byte> boot = volume.AsSpan(0, HeaderSize);
        boot.Clear();
        new byte[] { 0xEB, 0x58, 0x90 }.CopyTo(boot);
        "-FVE-FS-"u8.CopyTo(boot[3..]);
        BinaryPrimitives.WriteUInt16LittleEndian(boot[11..], 512);
        new Guid("4967d63b-2e29-4ad8-8399-f6a339e3d001").ToByteArray().CopyTo(boot[160..]);
        for (int i = 0; i < 3; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(boot[(176 + (8 * i))..], Areas[i]);
        }

        boot[510] = 0x55;
        boot[511] = 0xAA;
        byte[] metadata = Metadata();
        Array.ForEach(Areas, a =>
        {
            volume.AsSpan((int)a, 65536).Clear();
            metadata.CopyTo(volume, a);
        });
        return volume;
    }

    /// <summary>Gives a copy of the metadata a checksum that fits.</summary>
    public static void Seal(byte[] volume, int copy)
    {
        Span<byte> area = volume.AsSpan((int)Areas[copy], 65536);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(area[8..]) * 16;
        if (size <= 65528)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(area[(size + 4)..], System.IO.Hashing.Crc32.HashToUInt32(area[..size]));
        }
    }

    public static int At(int copy, int offset) => (int)Areas[copy] + offset;

    private byte[] Metadata()
    {
        byte[] entries =
        [
            .. Ways.SelectMany(MasterKey),
            .. Entry(3, 5, Encrypt(_master, Key(_content))),
            .. Entry(15, 15, [.. BitConverter.GetBytes((long)HeaderOffset), .. BitConverter.GetBytes((long)HeaderSize)]),
        ];
        byte[] block = new byte[(112 + entries.Length + 15) / 16 * 16];
        "-FVE-FS-"u8.CopyTo(block);
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(8), (ushort)(block.Length / 16));
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(10), 2);
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(12), State);
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(14), State);
        BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(16), _plain.Length);
        for (int i = 0; i < 3; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(32 + (8 * i)), Areas[i]);
        }

        BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(56), HeaderOffset);
        BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(64), 48 + entries.Length);
        BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(68), 1);
        BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(72), 48);
        new Guid("99999999-8888-7777-6666-555555555555").ToByteArray().CopyTo(block, 80);
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(100), Method);
        entries.CopyTo(block, 112);
        byte[] datum = [44, 0, 0, 0, 1, 0, 0, 0, 0x05, 0x20, 0, 0, .. SHA256.HashData(block)];
        byte[] proof = Entry(0, 5, Encrypt(_master, datum));
        byte[] tail = new byte[8];
        BinaryPrimitives.WriteUInt16LittleEndian(tail, (ushort)(8 + proof.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(tail.AsSpan(2), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(tail.AsSpan(4), System.IO.Hashing.Crc32.HashToUInt32(block));
        return [.. block, .. tail, .. proof];
    }

    private byte[] MasterKey(Guid id)
    {
        byte[] salt = Splice.Noise(16, 5);
        byte[] master = Key(_master);
        (int protection, byte[] entries) = id == PassphraseId ? (0x2000, Stretched(SHA256.HashData(SHA256.HashData(Encoding.Unicode.GetBytes(Passphrase)))))
            : id == RecoveryId ? (0x800, Stretched(SHA256.HashData(RecoveryKey.Split('-').SelectMany(static g => BitConverter.GetBytes((ushort)(int.Parse(g, System.Globalization.CultureInfo.InvariantCulture) / 11))).ToArray())))
            : id == StartupId ? (0x200, Entry(0, 5, Encrypt(_startup, master)))
            : id == ClearId ? (0, [.. Entry(0, 1, [.. new byte[4], .. _startup]), .. Entry(0, 5, Encrypt(_startup, master))])
            : (0x100, Entry(0, 6, new byte[64]));
        return Entry(2, 8, [.. id.ToByteArray(), .. new byte[10], .. BitConverter.GetBytes((ushort)protection), .. entries]);

        byte[] Stretched(byte[] start)
        {
            byte[] block = [.. new byte[32], .. start, .. salt, .. new byte[8]];
            for (long i = 0; i < 0x100000; i++)
            {
                BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(80), i);
                SHA256.HashData(block).CopyTo(block, 0);
            }

            return [.. Entry(0, 3, [.. new byte[4], .. salt]), .. Entry(0, 5, Encrypt(block[..32], master))];
        }
    }

    private static byte[] Key(byte[] key) => [(byte)(12 + key.Length), 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, .. key];

    private static byte[] Entry(ushort type, ushort valueType, byte[] value) =>
        [.. BitConverter.GetBytes((ushort)(8 + value.Length)), .. BitConverter.GetBytes(type), .. BitConverter.GetBytes(valueType), 1, 0, .. value];

    private byte[] Encrypt(byte[] key, byte[] plain)
    {
        byte[] nonce = new byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(nonce.AsSpan(8), ++_nonce);
        byte[] encrypted = new byte[plain.Length];
        byte[] tag = new byte[16];
        using AesCcm ccm = new(key);
        ccm.Encrypt(nonce, plain, encrypted, tag);
        return [.. nonce, .. tag, .. encrypted];
    }

    private void EncryptXts(Span<byte> sector, ulong number)
    {
        using Aes data = Aes.Create();
        using Aes numbers = Aes.Create();
        data.Key = _content[..16];
        numbers.Key = _content[16..];
        byte[] mask = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(mask, number);
        UInt128 tweak = BinaryPrimitives.ReadUInt128LittleEndian(numbers.EncryptEcb(mask, PaddingMode.None));
        for (int at = 0; at < sector.Length; at += 16)
        {
            Span<byte> block = sector.Slice(at, 16);
            BinaryPrimitives.WriteUInt128LittleEndian(block, BinaryPrimitives.ReadUInt128LittleEndian(block) ^ tweak);
            data.EncryptEcb(block.ToArray(), PaddingMode.None).CopyTo(block);
            BinaryPrimitives.WriteUInt128LittleEndian(block, BinaryPrimitives.ReadUInt128LittleEndian(block) ^ tweak);
            tweak = (tweak << 1) ^ (tweak >> 127 == 1 ? 0x87 : UInt128.Zero);
        }
    }
}
