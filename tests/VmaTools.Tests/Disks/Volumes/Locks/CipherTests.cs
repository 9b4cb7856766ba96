using System;
using System.Linq;
using VmaTools.Disks;
using VmaTools.Disks.Volumes.Locks;
using Xunit;

namespace VmaTools.Tests.Disks.Volumes.Locks;

/// <summary>Ciphers of sectors against published vectors and OpenSSL, and disks that are read through them.</summary>
public sealed class CipherTests
{
    // IEEE 1619-2007, annex B: keys, number of the data unit, plain and encrypted text.
    [Theory]
    [InlineData("00000000000000000000000000000000", "00000000000000000000000000000000", 0x0UL, "0000000000000000000000000000000000000000000000000000000000000000", "917cf69ebd68b2ec9b9fe9a3eadda692cd43d2f59598ed858c02c2652fbf922e")]
    [InlineData("11111111111111111111111111111111", "22222222222222222222222222222222", 0x3333333333UL, "4444444444444444444444444444444444444444444444444444444444444444", "c454185e6a16936e39334038acef838bfb186fff7480adc4289382ecd6d394f0")]
    [InlineData("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0", "22222222222222222222222222222222", 0x3333333333UL, "4444444444444444444444444444444444444444444444444444444444444444", "af85336b597afc1a900b2eb21ec949d292df4c047e0b21532186a5971a227a89")]
    public void Xts_as_in_the_standard(string dataKey, string tweakKey, ulong number, string plain, string encrypted)
    {
        using XtsSectorCipher cipher = new(Convert.FromHexString(dataKey + tweakKey), 32);
        byte[] data = Convert.FromHexString(encrypted);
        cipher.Decrypt(data, data.Length, number, 1);
        Assert.Equal(Convert.FromHexString(plain), data);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(32)]
    public void Cbc_as_OpenSSL_has_it(int keySize)
    {
        Tool openssl = new("openssl");
        byte[] key = Splice.Noise(keySize, 1);
        byte[] plain = Splice.Noise(3 * 512, 2);
        byte[] encrypted = new byte[plain.Length];
        for (int i = 0; i < 3; i++)
        {
            byte[] number = new byte[16];
            BitConverter.TryWriteBytes(number, 0x1_0000_0007UL + (ulong)i);
            openssl.Filter(
                plain[(i * 512)..((i + 1) * 512)], "enc", $"-aes-{keySize * 8}-cbc", "-K", Convert.ToHexString(key), "-iv", Convert.ToHexString(number), "-nopad").CopyTo(encrypted, i * 512);
        }

        using CbcSectorCipher cipher = new(key, 512);
        cipher.Decrypt(encrypted, encrypted.Length, 0x1_0000_0007, 1);
        Assert.Equal(plain, encrypted);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    public void Any_range_is_what_the_whole_has_there(int sectorSize)
    {
        byte[] stored = Splice.Noise(400_000, 3);
        using StreamDiskBytes raw = new(new System.IO.MemoryStream(stored));
        using SparseBytes disk = SparseBytes.CopyOf(raw);
        using DecryptedDiskBytes decrypted = new(disk, new XtsSectorCipher(Splice.Noise(64, 4), sectorSize), 77, (ulong)sectorSize / 512);
        Assert.Equal(400_000 / sectorSize * sectorSize, decrypted.Length);
        byte[] whole = decrypted.Read(0, (int)decrypted.Length);
        Assert.False(whole.AsSpan().SequenceEqual(stored.AsSpan(0, whole.Length)));
        Random random = new(5);
        for (int i = 0; i < 200; i++)
        {
            int offset = random.Next(whole.Length);
            int length = random.Next(1, Math.Min(whole.Length - offset, i % 2 == 0 ? 300_000 : 3_000) + 1);
            Assert.True(whole.AsSpan(offset, length).SequenceEqual(decrypted.Read(offset, length)), $"{length} bytes at {offset}");
        }
    }

    [Fact]
    public void What_is_lost_takes_its_sectors_along_and_zeros_are_none()
    {
        using VmaTools.Disks.Volumes.JoinedDiskBytes disk = new(
            [
                new VmaTools.Disks.Volumes.ZeroDiskBytes(6000),
                new VmaTools.Disks.Volumes.LostDiskBytes(1000, VmaCodes.VolumeDamaged, "gone"),
                new VmaTools.Disks.Volumes.ZeroDiskBytes(9384),
            ],
            512);
        using DecryptedDiskBytes decrypted = new(disk, new XtsSectorCipher(Splice.Noise(32, 6), 4096), 0, 8);
        Assert.Equal(new KnownRange(4096, KnownRangeKind.Data), decrypted.FindRange(0, 100_000));
        Assert.Equal(new KnownRange(96, KnownRangeKind.Data), decrypted.FindRange(4000, 100_000));
        Assert.Equal(new KnownRange(4095, KnownRangeKind.Lost), decrypted.FindRange(4097, 100_000));
        Assert.Equal(new KnownRange(8192, KnownRangeKind.Data), decrypted.FindRange(8192, 100_000));
        Assert.Throws<VmaFileSystemException>(() => decrypted.Read(8000, 1));
        Assert.Contains(decrypted.Read(0, 4096), static b => b != 0);
    }

    [Fact]
    public void Several_threads_read_the_same()
    {
        using StreamDiskBytes raw = new(new System.IO.MemoryStream(Splice.Noise(1 << 20, 7)));
        using SparseBytes disk = SparseBytes.CopyOf(raw);
        using DecryptedDiskBytes decrypted = new(disk, new CbcSectorCipher(Splice.Noise(32, 8), 512, Splice.Noise(32, 9)), 0, 1);
        byte[] whole = decrypted.Read(0, 1 << 20);
        Assert.All(
            Enumerable.Range(0, 64).AsParallel().WithDegreeOfParallelism(8).Select(i => (Offset: i * 16_384, Bytes: decrypted.Read(i * 16_384, 16_384))).ToArray(),
            p => Assert.True(whole.AsSpan(p.Offset, p.Bytes.Length).SequenceEqual(p.Bytes)));
    }
}
