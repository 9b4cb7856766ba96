using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using Xunit;

namespace VmaTools.Tests.Disks.Volumes.Locks;

/// <summary>
/// Volumes that cryptsetup made just now, with every cipher, hash and key function that is read. It is told which key to use, by which
/// the content is encrypted here, block by block; or it encrypts a file system in place.
/// </summary>
public sealed class CryptsetupTests : IDisposable
{
    private static readonly Tool Cryptsetup = new("cryptsetup");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("luks1", "aes-xts-plain64", 256, "sha1", "pbkdf2")]
    [InlineData("luks1", "aes-xts-plain64", 512, "sha256", "pbkdf2")]
    [InlineData("luks1", "aes-cbc-plain64", 192, "sha384", "pbkdf2")]
    [InlineData("luks1", "aes-cbc-essiv:sha256", 256, "sha512", "pbkdf2")]
    [InlineData("luks1", "aes-cbc-plain", 128, "sha256", "pbkdf2")]
    [InlineData("luks2", "aes-xts-plain64", 512, "sha256", "argon2id")]
    [InlineData("luks2", "aes-xts-plain64", 256, "sha512", "argon2i")]
    [InlineData("luks2", "aes-cbc-essiv:sha256", 128, "sha1", "pbkdf2")]
    [InlineData("luks2", "aes-cbc-plain64", 256, "sha384", "pbkdf2")]
    public void Opens_what_was_made(string type, string cipher, int bits, string hash, string kdf)
    {
        string key = Write("key", Splice.Noise(bits / 8, bits));
        string pass = Write("pass", "geheim"u8.ToArray());
        string image = _folder.File("image");
        using (FileStream file = File.Create(image))
        {
            file.SetLength(20 << 20);
        }

        string[] size = type == "luks1" ? [] : ["--sector-size", "512"];
        string[] cost = kdf == "pbkdf2" ? [] : ["--pbkdf-memory", "1024", "--pbkdf-parallel", "1"];
        Cryptsetup.Run([
            "luksFormat", "--batch-mode", "--type", type, "--cipher", cipher, "--key-size", $"{bits}", "--hash", hash, "--volume-key-file", key,
            "--pbkdf", kdf, "--pbkdf-force-iterations", kdf == "pbkdf2" ? "1000" : "4", .. cost, .. size, "--key-file", pass, image]);
        long offset = Offset(image);
        byte[] plain = Splice.Noise(4096, 99);
        using (FileStream file = File.OpenWrite(image))
        {
            file.Position = offset + 4096;
            file.Write(Encrypt(cipher, File.ReadAllBytes(key), plain, 8));
        }

        using VolumeSecrets secrets = LuksDisk.Secrets("geheim");
        using FileStream disk = File.OpenRead(image);
        using VolumeSet set = VolumeSet.Open([new VolumeDisk("disk", disk)], leaveOpen: true, secrets);
        DiskVolume volume = Assert.Single(set.Volumes);
        Assert.Equal($"{cipher}, {bits} bits", volume.Lock!.Cipher);
        Assert.True(volume.IsDecrypted);
        Assert.Equal((20L << 20) - offset, volume.Size);
        using Stream content = volume.OpenRead();
        content.Position = 4096;
        byte[] read = new byte[4096];
        content.ReadExactly(read);
        Assert.Equal(plain, read);
    }

    /// <summary>The content, too, is encrypted by cryptsetup: it takes a disk as it is and encrypts that in place.</summary>
    [Theory]
    [InlineData("aes-xts-plain64", 512, 512)]
    [InlineData("aes-xts-plain64", 256, 4096)]
    [InlineData("aes-cbc-essiv:sha256", 256, 512)]
    [InlineData("aes-cbc-plain64", 128, 512)]
    public void What_it_encrypted_itself_is_read(string cipher, int bits, int sectorSize)
    {
        const int Size = 40 << 20;
        string image = _folder.File("image");
        using (SparseBytes plain = GuestImages.OpenRaw("tiny/squashfs-zstd"))
        using (FileStream file = File.Create(image))
        {
            file.Write(plain.Read(0, (int)plain.Length));
            file.SetLength(Size);
        }

        string pass = Write("pass", "geheim"u8.ToArray());
        Cryptsetup.Run(
            "reencrypt", "--encrypt", "--type", "luks2", "--cipher", cipher, "--key-size", $"{bits}", "--sector-size", $"{sectorSize}", "--reduce-device-size", "32M",
            "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000", "--key-file", pass, "--batch-mode", image);
        using VolumeSecrets secrets = LuksDisk.Secrets("geheim");
        using FileStream disk = File.OpenRead(image);
        using VolumeSet set = VolumeSet.Open([new VolumeDisk("disk", disk)], leaveOpen: true, secrets);
        DiskVolume volume = Assert.Single(set.Volumes);
        Assert.Equal(($"{cipher}, {bits} bits", sectorSize, "squashfs"), (volume.Lock!.Cipher, volume.SectorSize, volume.FileSystemKind));
        using FileSystem files = volume.OpenFileSystem();
        Assert.Empty(GuestTruth.Differences(files, GuestTruth.Load(Fixtures.Path("disks/tiny/squashfs-zstd.truth.json.gz")).Volume("disk0")));
    }

    /// <summary>A detached header says where the content would be, had it any.</summary>
    [Fact]
    public void A_header_without_content_is_told()
    {
        string image = _folder.File("image");
        using (FileStream file = File.Create(image))
        {
            file.SetLength(16 << 20);
        }

        string pass = Write("pass", "geheim"u8.ToArray());
        Cryptsetup.Run("luksFormat", "--batch-mode", "--type", "luks2", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000", "--key-file", pass, image);
        using FileStream disk = File.OpenRead(image);
        using VolumeSet set = VolumeSet.Open([new VolumeDisk("disk", disk)], leaveOpen: true);
        VmaFileSystemException error = Assert.Throws<VmaFileSystemException>(() => Assert.Single(set.Volumes).OpenFileSystem());
        Assert.Equal(VmaCodes.VolumeNotSupported, error.Code);
        Assert.Contains("detached header", error.Message, StringComparison.Ordinal);
    }

    private string Write(string name, byte[] content)
    {
        string path = _folder.File(name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static long Offset(string image)
    {
        string[] words = Cryptsetup.Run("luksDump", image).Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
        int payload = Array.IndexOf(words, "Payload");
        return payload >= 0
            ? 512 * long.Parse(words[payload + 2], System.Globalization.CultureInfo.InvariantCulture)
            : long.Parse(words[Array.IndexOf(words, "offset:") + 1], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Block by block, as the definitions have it.</summary>
    private static byte[] Encrypt(string cipher, byte[] key, byte[] plain, ulong sector)
    {
        byte[] encrypted = plain.ToArray();
        bool isXts = cipher.StartsWith("aes-xts", StringComparison.Ordinal);
        using Aes aes = Aes.Create();
        using Aes numbers = Aes.Create();
        aes.Key = isXts ? key[..(key.Length / 2)] : key;
        numbers.Key = isXts ? key[(key.Length / 2)..] : SHA256.HashData(key);
        for (int at = 0; at < plain.Length; at += 512, sector++)
        {
            byte[] mask = new byte[16];
            BitConverter.TryWriteBytes(mask, sector);
            if (!cipher.Contains("plain", StringComparison.Ordinal) || isXts)
            {
                mask = numbers.EncryptEcb(mask, PaddingMode.None);
            }

            for (int block = at; block < at + 512; block += 16)
            {
                byte[] masked = [.. encrypted[block..(block + 16)].Zip(mask, static (a, b) => (byte)(a ^ b))];
                byte[] made = aes.EncryptEcb(masked, PaddingMode.None);
                if (isXts)
                {
                    made = [.. made.Zip(mask, static (a, b) => (byte)(a ^ b))];
                    mask = Double(mask);
                }
                else
                {
                    mask = made;
                }

                made.CopyTo(encrypted, block);
            }
        }

        return encrypted;
    }

    private static byte[] Double(byte[] mask)
    {
        byte[] doubled = new byte[16];
        for (int i = 0; i < 16; i++)
        {
            doubled[i] = (byte)((mask[i] << 1) | (i > 0 ? mask[i - 1] >> 7 : 0));
        }

        doubled[0] ^= (byte)(mask[15] >> 7 == 1 ? 0x87 : 0);
        return doubled;
    }
}
