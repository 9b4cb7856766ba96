using System;
using System.IO;
using System.Linq;
using System.Security;
using Xunit;

namespace VmaTools.Tests.Disks.Volumes.Locks;

/// <summary>LUKS1 and LUKS2: what opens them, what does not, and what damaged or hostile headers come to.</summary>
public sealed class LuksTests
{
    private const string Argon2Cost = "\"time\":4,\"memory\":4096,\"cpus\":2";

    [Fact]
    public void Without_a_secret_they_are_listed_and_told()
    {
        using LuksDisk disk = new();
        using VolumeSet set = disk.Open(null);
        Assert.Equal(["disk/p1", "disk/p2", "disk/p3"], set.Volumes.Select(static v => v.Id));
        Assert.All(set.Volumes, static v =>
        {
            Assert.Equal("crypto_LUKS", v.FileSystemKind);
            Assert.False(v.IsDecrypted);
            Assert.Null(v.Lock!.OpenedBy);
            VmaFileSystemException error = Assert.Throws<VmaFileSystemException>(() => v.OpenFileSystem());
            Assert.Equal((VmaCodes.VolumeLocked, v.Id), (error.Code, error.Volume));
            Assert.Contains("passphrase", error.Message, StringComparison.Ordinal);
        });
        Assert.Equal(
            ["LUKS2, aes-xts-plain64, 256 bits", "LUKS1, aes-cbc-essiv:sha256, 128 bits", "LUKS2, aes-xts-plain64, 256 bits"],
            set.Volumes.Select(static v => $"{v.Lock!.Kind}, {v.Lock.Cipher}"));
        Assert.Equal(["0", "1"], set.Volumes[0].Lock!.Protectors.Select(static p => p.Id));
        Assert.Equal("locked", set.Volumes[0].Lock!.Label);
        Assert.Equal("22222222-3333-4444-5555-666666666666", set.Volumes[0].Lock!.Uuid);
    }

    [Fact]
    public void A_passphrase_opens_them_and_what_is_inside_is_found()
    {
        using LuksDisk disk = new();
        VolumeSecrets secrets = LuksDisk.Secrets("wrong", LuksDisk.Passphrase);
        using VolumeSet set = disk.Open(secrets);

        // Once the volumes are open, nobody needs the secrets.
        secrets.Dispose();
        Assert.Equal(["disk/p1 ext4", "disk/p2 vfat", "disk/p3 LVM2_member", "invg/data ext4"], set.Volumes.Select(static v => $"{v.Id} {v.FileSystemKind}"));
        Assert.Equal([229376L, 131072L, 2228224L, 262144L], set.Volumes.Select(static v => v.Size));
        Assert.Equal([true, true, true, false], set.Volumes.Select(static v => v.IsDecrypted));
        Assert.Equal(4096, set.Find("disk/p3").SectorSize);
        Assert.Equal("inner", set.Find("disk/p1").Label);
        Assert.Equal("0", set.Find("disk/p1").Lock!.OpenedBy!.Id);
        Assert.Empty(set.Warnings);
        Assert.Equal(LuksDisk.Numbers, LuksDisk.Hash(set, "disk/p1", "/home/numbers.txt"));
        Assert.Equal(LuksDisk.Numbers, LuksDisk.Hash(set, "disk/p2", "/NUMBERS.TXT"));
        Assert.Equal(LuksDisk.Numbers, LuksDisk.Hash(set, "invg/data", "/home/numbers.txt"));
        Assert.Equal("disk/p1", set.Find("22222222-3333-4444-5555-666666666666").Id);
    }

    [Fact]
    public void A_key_file_opens_its_slot()
    {
        using LuksDisk disk = new();
        using VolumeSecrets secrets = new();
        secrets.AddKeyFile(Fixtures.Path("locked/key.bin"));
        using VolumeSet set = disk.Open(secrets);
        Assert.Equal("ext4", set.Find("p1").FileSystemKind);
        Assert.Equal("1", set.Find("p1").Lock!.OpenedBy!.Id);

        // The second volume does not know it.
        Assert.Equal(VmaCodes.VolumeSecretWrong, Assert.Throws<VmaFileSystemException>(() => set.Find("p2").OpenFileSystem()).Code);
    }

    [Fact]
    public void A_recovery_key_is_tried_as_a_passphrase()
    {
        using LuksDisk disk = new();
        using VolumeSecrets secrets = new();
        using SecureString text = new();
        foreach (char c in LuksDisk.Passphrase)
        {
            text.AppendChar(c);
        }

        secrets.AddRecoveryKey(text);
        using VolumeSet set = disk.Open(secrets);
        Assert.Equal("vfat", set.Find("p2").FileSystemKind);
    }

    [Fact]
    public void A_wrong_secret_is_told_apart_from_none()
    {
        using LuksDisk disk = new();
        using VolumeSecrets secrets = LuksDisk.Secrets("Correct horse battery");
        using VolumeSet set = disk.Open(secrets);
        Assert.All(set.Volumes, static v =>
        {
            VmaFileSystemException error = Assert.Throws<VmaFileSystemException>(() => v.OpenFileSystem());
            Assert.Equal(VmaCodes.VolumeSecretWrong, error.Code);
            Assert.DoesNotContain("orse", error.ToString(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Without_argon2_it_is_told_what_is_missing()
    {
        using LuksDisk disk = new();
        using VolumeSecrets secrets = new();
        secrets.AddPassphrase(LuksDisk.Passphrase);
        using VolumeSet set = disk.Open(secrets);
        VmaFileSystemException error = Assert.Throws<VmaFileSystemException>(() => set.Find("p1").OpenFileSystem());
        Assert.Equal(VmaCodes.KeyFunctionMissing, error.Code);
        Assert.Contains("argon2id", error.Message, StringComparison.Ordinal);
        Assert.Equal("vfat", set.Find("p2").FileSystemKind);
    }

    [Theory]
    [InlineData(0, 0, "first")]
    [InlineData(0, 460, "first")]
    [InlineData(0, 5000, "first")]
    [InlineData(0, 8, "first")]
    [InlineData(1, 0, "second")]
    [InlineData(1, 5000, "second")]
    public void The_other_header_serves_and_that_is_told(int copy, int offset, string damaged)
    {
        using LuksDisk disk = new();
        disk.Write(1, (copy * 16384) + offset, [0x55]);
        using VolumeSecrets secrets = LuksDisk.Secrets(LuksDisk.Passphrase);
        using VolumeSet set = disk.Open(secrets);
        Assert.Equal(LuksDisk.Numbers, LuksDisk.Hash(set, "disk/p1", "/home/numbers.txt"));
        VolumeWarning warning = Assert.Single(set.Find("disk/p1").Warnings);
        Assert.Equal(VmaCodes.VolumeDamaged, warning.Code);
        Assert.Contains($"The {damaged} header of LUKS2 is damaged", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_whole_header_it_is_damaged()
    {
        using LuksDisk disk = new();
        disk.Write(1, 5000, [0x55]);
        disk.Write(1, 16384 + 5000, [0x55]);
        Expect(disk, VmaCodes.VolumeDamaged, "checksum does not match");
    }

    [Fact]
    public void The_newer_header_counts()
    {
        using LuksDisk disk = new();
        disk.Replace(1, Argon2Cost, "\"time\":5,\"memory\":4096,\"cpus\":2", copies: 1);
        disk.Renew(1, 1);
        using VolumeSecrets secrets = LuksDisk.Secrets(LuksDisk.Passphrase);
        using VolumeSet set = disk.Open(secrets);
        Assert.Equal("ext4", set.Find("p1").FileSystemKind);
        Assert.Contains("the second is the newer one", Assert.Single(set.Find("p1").Warnings).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Argon2Cost, "\"time\":4,\"memory\":4194305,\"cpus\":2", VmaCodes.KeyCostTooHigh)]
    [InlineData(Argon2Cost, "\"time\":4294967295,\"memory\":4096,\"cpus\":2", VmaCodes.KeyCostTooHigh)]
    [InlineData(Argon2Cost, "\"time\":4,\"memory\":4096,\"cpus\":65", VmaCodes.KeyCostTooHigh)]
    [InlineData(Argon2Cost, "\"time\":17,\"memory\":4194304,\"cpus\":2", VmaCodes.KeyCostTooHigh)]
    [InlineData(Argon2Cost, "\"time\":0,\"memory\":4096,\"cpus\":2", VmaCodes.VolumeDamaged)]
    [InlineData(Argon2Cost, "\"time\":4,\"memory\":1,\"cpus\":2", VmaCodes.VolumeDamaged)]
    [InlineData("\"stripes\":4000", "\"stripes\":4001", VmaCodes.VolumeDamaged)]
    [InlineData("\"key_size\":32", "\"key_size\":999", VmaCodes.VolumeDamaged)]
    [InlineData("\"sector_size\":512", "\"sector_size\":513", VmaCodes.VolumeDamaged)]
    [InlineData("\"digests\":{", "\"digists\":{", VmaCodes.VolumeDamaged)]
    [InlineData("\"type\":\"argon2id\"", "\"type\":\"argon2xd\"", VmaCodes.VolumeNotSupported)]
    [InlineData("\"encryption\":\"aes-xts-plain64\",\"sector_size\"", "\"encryption\":\"aes-adiantum64\",\"sector_size\"", VmaCodes.VolumeNotSupported)]
    [InlineData("\"encryption\":\"aes-xts-plain64\",\"sector_size\"", "\"integrity\":{},\"encryption\":\"aes-xts-plain64\",\"sector_size\"", VmaCodes.VolumeNotSupported)]
    [InlineData("\"type\":\"crypt\"", "\"type\":\"hw-opal-crypt\"", VmaCodes.VolumeNotSupported)]
    [InlineData("\"config\":{", "\"config\":{\"requirements\":{\"mandatory\":[\"online-reencrypt-v2\"]},", VmaCodes.VolumeNotSupported)]
    [InlineData("\"config\":{", "\"config\":{\"requirements\":{\"mandatory\":[\"new-thing\"]},", VmaCodes.VolumeNotSupported)]
    [InlineData("\"offset\":\"524288\"", "\"offset\":\"924288\"", VmaCodes.VolumeNotSupported)]
    public void What_a_header_may_not_say_has_its_code(string old, string text, string code)
    {
        using LuksDisk disk = new();
        disk.Replace(1, old, text);
        Expect(disk, code, string.Empty);
    }

    [Fact]
    public void Iterations_beyond_what_is_done_are_told()
    {
        using LuksDisk disk = new();
        disk.Replace(1, "\"iterations\":1000", "\"iterations\":100000001");
        Expect(disk, VmaCodes.KeyCostTooHigh, "100000001 iterations");
        disk.Write(2, 208 + 4, [0xFF, 0xFF, 0xFF, 0xFF]);
        using VolumeSecrets secrets = LuksDisk.Secrets(LuksDisk.Passphrase);
        using VolumeSet set = disk.Open(secrets);
        Assert.Equal(VmaCodes.KeyCostTooHigh, Assert.Throws<VmaFileSystemException>(() => set.Find("p2").OpenFileSystem()).Code);
    }

    [Theory]
    [InlineData(4L << 30, 1, VmaCodes.VolumeSecretWrong)]
    [InlineData((4L << 30) - 1024, 0, VmaCodes.KeyCostTooHigh)]
    [InlineData(0, 0, VmaCodes.KeyCostTooHigh)]
    public void Memory_that_is_not_free_is_not_taken(long free, int calls, string code)
    {
        using LuksDisk disk = new();
        disk.Replace(1, Argon2Cost, "\"time\":4,\"memory\":4194304,\"cpus\":2");
        CountingArgon2 argon2 = new();
        using VolumeSecrets secrets = new() { Argon2 = argon2, MemoryLeft = () => free };
        secrets.AddPassphrase(LuksDisk.Passphrase);
        using VolumeSet set = disk.Open(secrets);
        VmaFileSystemException error = Assert.Throws<VmaFileSystemException>(() => set.Find("disk/p1").OpenFileSystem());
        Assert.Equal(code, error.Code);
        Assert.Equal(calls, argon2.Asked.Count(static w => w.MemoryKiB == 4 << 20));
        Assert.Equal(calls == 0, error.Message.Contains($"4194304 KiB of memory, of which {free / 1024} KiB are free", StringComparison.Ordinal));
    }

    [Fact]
    public void What_was_secret_is_wiped()
    {
        using LuksDisk disk = new();
        CountingArgon2 argon2 = new();
        VolumeSecrets secrets = new() { Argon2 = argon2 };
        secrets.AddPassphrase(LuksDisk.Passphrase);
        secrets.AddKeyFile(Fixtures.Path("locked/key.bin"));
        using (disk.Open(secrets))
        {
            // What was handed out is wiped as soon as it was used: the passphrase in bytes, and the key that was made of it.
            Assert.NotEmpty(argon2.Passphrases);
            Assert.All(argon2.Passphrases, static p => Assert.True(p.Length > 0 && p.AsSpan().IndexOfAnyExcept((byte)0) < 0));
            Assert.All(argon2.Keys, static k => Assert.True(k.Length > 0 && k.AsSpan().IndexOfAnyExcept((byte)0) < 0));
        }

        char[] text = secrets.All[0].Text!;
        byte[] bytes = secrets.All[1].Bytes!;
        Assert.Equal(LuksDisk.Passphrase, new string(text));
        Assert.Equal(File.ReadAllBytes(Fixtures.Path("locked/key.bin")), bytes);
        secrets.Dispose();
        Assert.True(text.AsSpan().IndexOfAnyExcept('\0') < 0);
        Assert.True(bytes.AsSpan().IndexOfAnyExcept((byte)0) < 0);
    }

#if !ENGINE_NETSTANDARD
    [Fact]
    public void What_is_free_is_less_than_all()
    {
        long free = VmaTools.Disks.Volumes.Locks.FreeMemory.Read();
        Assert.InRange(free, 1 << 20, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
    }
#endif

    [Fact]
    public void A_key_that_the_digest_does_not_prove_is_none()
    {
        using LuksDisk disk = new();

        // The stripes of the passphrase's slot: one bit of them is one of the key.
        byte[] stripe = disk.Bytes.Read(LuksDisk.Start(1) + 32768 + 1000, 1);
        disk.Write(1, 32768 + 1000, [(byte)(stripe[0] ^ 1)]);
        Expect(disk, VmaCodes.VolumeSecretWrong, string.Empty);
    }

    [Fact]
    public void A_slot_whose_token_is_a_tpm_asks_for_no_passphrase()
    {
        using LuksDisk disk = new();
        disk.Replace(3, "\"tokens\":{", "\"tokens\":{\"0\":{\"type\":\"systemd-tpm2\",\"keyslots\":[\"0\"]}");
        using VolumeSet set = disk.Open(null);
        Assert.Equal(VolumeKeyProtector.Tpm, Assert.Single(set.Find("p3").Lock!.Protectors).Kind);
        VmaFileSystemException error = Assert.Throws<VmaFileSystemException>(() => set.Find("p3").OpenFileSystem());
        Assert.Equal(VmaCodes.VolumeLocked, error.Code);
        Assert.Contains("systemd-tpm2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_found_may_be_locked()
    {
        using LuksDisk disk = new();
        using VolumeSet set = disk.Open(null);
        VmaFileSystemException error = Assert.Throws<VmaFileSystemException>(() => set.Find("invg/data"));
        Assert.Equal(VmaCodes.VolumeNotFound, error.Code);
        Assert.Contains("Encrypted, and not looked into: disk/p1, disk/p2, disk/p3.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_file_is_bounded()
    {
        using TempFolder folder = new();
        string path = folder.File("key");
        using VolumeSecrets secrets = new();
        File.WriteAllBytes(path, []);
        Assert.Equal(VmaCodes.KeyFileInvalid, Assert.Throws<VmaException>(() => secrets.AddKeyFile(path)).Code);
        using (FileStream file = File.Create(path))
        {
            file.SetLength(VolumeSecrets.MaxKeyFileSize + 1L);
        }

        Assert.Equal(VmaCodes.KeyFileInvalid, Assert.Throws<VmaException>(() => secrets.AddKeyFile(path)).Code);
    }

    [Fact]
    public void The_search_can_be_ended()
    {
        using LuksDisk disk = new();
        using VolumeSecrets secrets = LuksDisk.Secrets(LuksDisk.Passphrase);
        Assert.Throws<OperationCanceledException>(() => VolumeSet.Open(
            [new VolumeDisk("disk", new VmaTools.Disks.DiskBytesStream(disk.Bytes))], leaveOpen: true, secrets, new System.Threading.CancellationToken(canceled: true)));
    }

    [Fact]
    public void Mutations_give_nothing_but_errors_of_ours()
    {
        using LuksDisk disk = new();

        // What costs much is refused before anything is computed, but a million iterations would be allowed.
        using VolumeSecrets secrets = new();
        secrets.AddPassphrase("x");
        int seen = 0;
        int count = Trials.Of(1500);
        for (int i = 0; i < count; i++)
        {
            Random random = new(4_711 + i);
            int partition = random.Next(1, 4);
            long offset = partition == 2 ? random.Next(592) : (random.Next(2) * 16384) + random.Next(6000);
            byte[] before = disk.Bytes.Read(LuksDisk.Start(partition) + offset, 1);
            disk.Write(partition, offset, [(byte)random.Next(256)]);
            if (partition != 2)
            {
                disk.Reseal(partition);
            }

            using (VolumeSet set = disk.Open(random.Next(8) == 0 ? secrets : null))
            {
                seen += set.Volumes.Count(static v => v.Lock is not null);
                foreach (DiskVolume volume in set.Volumes)
                {
                    Assert.ThrowsAny<VmaException>(() => volume.OpenFileSystem());
                }
            }

            disk.Write(partition, offset, before);
            if (partition != 2)
            {
                disk.Reseal(partition);
            }
        }

        Assert.True(seen > count * 2, $"Only {seen} headers were read.");
    }

    private static void Expect(LuksDisk disk, string code, string text)
    {
        using VolumeSecrets secrets = LuksDisk.Secrets(LuksDisk.Passphrase);
        using VolumeSet set = disk.Open(secrets);
        DiskVolume volume = set.Find("disk/p1");
        Assert.Equal("crypto_LUKS", volume.FileSystemKind);
        VmaFileSystemException error = Assert.Throws<VmaFileSystemException>(() => volume.OpenFileSystem());
        Assert.Equal(code, error.Code);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Argon2 that computes nothing, and keeps what was asked of it and what it gave.</summary>
    private sealed class CountingArgon2 : Argon2Function
    {
        public System.Collections.Generic.List<Argon2Work> Asked { get; } = [];

        public System.Collections.Generic.List<byte[]> Passphrases { get; } = [];

        public System.Collections.Generic.List<byte[]> Keys { get; } = [];

        public override byte[] Derive(Argon2Work work, byte[] passphrase, byte[] salt, System.Threading.CancellationToken cancellationToken)
        {
            Asked.Add(work);
            Passphrases.Add(passphrase);
            Keys.Add([.. Enumerable.Repeat((byte)0x5A, work.Length)]);
            return Keys[^1];
        }
    }
}
