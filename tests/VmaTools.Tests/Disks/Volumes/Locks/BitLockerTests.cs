using System;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Disks.Volumes.Locks;

/// <summary>BitLocker: what opens a volume, what does not, and what damage comes to.</summary>
public sealed class BitLockerTests
{
    private const int Size = 0xC0000;

    private static readonly Lazy<byte[]> Plain = new(static () =>
    {
        using LuksDisk disk = new();
        using VolumeSecrets secrets = LuksDisk.Secrets(LuksDisk.Passphrase);
        using VolumeSet set = disk.Open(secrets);
        using Stream fat = set.Find("disk/p2").OpenRead();
        byte[] plain = new byte[Size];
        fat.ReadExactly(plain, 0, (int)fat.Length);
        return plain;
    });

    private static readonly Lazy<byte[]> Whole = new(static () => new BitLockerForge(Plain.Value).Make());

    [Theory]
    [InlineData("passphrase")]
    [InlineData("recovery")]
    [InlineData("recovery as digits")]
    [InlineData("startup")]
    public void Each_of_its_keys_opens_it(string way)
    {
        using VolumeSecrets secrets = new();
        switch (way)
        {
            case "passphrase":
                secrets.AddPassphrase(BitLockerForge.Passphrase);
                break;
            case "recovery":
                secrets.AddRecoveryKey(BitLockerForge.RecoveryKey);
                break;
            case "recovery as digits":
                secrets.AddRecoveryKey(BitLockerForge.RecoveryKey.Replace("-", string.Empty, StringComparison.Ordinal));
                break;
            default:
                AddStartupKey(secrets);
                break;
        }

        using VolumeSet set = Open((byte[])Whole.Value.Clone(), secrets);
        DiskVolume volume = Assert.Single(set.Volumes);
        Assert.Equal(
            (way[0] == 'p' ? BitLockerForge.PassphraseId : way[0] == 'r' ? BitLockerForge.RecoveryId : BitLockerForge.StartupId).ToString().ToUpperInvariant(),
            volume.Lock!.OpenedBy?.Id);
        Assert.Equal(("vfat", true), (volume.FileSystemKind, volume.IsDecrypted));
        Assert.Empty(volume.Warnings);
        Assert.Equal(LuksDisk.Numbers, LuksDisk.Hash(set, "disk", "/NUMBERS.TXT"));
        using Stream content = volume.OpenRead();
        byte[] read = new byte[Size];
        content.ReadExactly(read);
        Assert.True(new BitLockerForge(Plain.Value).Expected.AsSpan().SequenceEqual(read));
    }

    [Fact]
    public void Without_a_secret_it_is_told_which_recovery_key_is_meant()
    {
        using VolumeSet set = Open(Whole.Value, null);
        DiskVolume volume = Assert.Single(set.Volumes);
        Assert.Equal("BitLocker", volume.FileSystemKind);
        Assert.Equal("AES-XTS, 128 bits", volume.Lock!.Cipher);
        Assert.Equal([BitLockerForge.RecoveryId.ToString().ToUpperInvariant()], volume.Lock.RecoveryKeyIds);
        Assert.Equal(
            [VolumeKeyProtector.Passphrase, VolumeKeyProtector.RecoveryKey, VolumeKeyProtector.KeyFile, VolumeKeyProtector.Tpm], volume.Lock.Protectors.Select(static p => p.Kind));
        VmaFileSystemException error = Assert.Throws<VmaFileSystemException>(() => volume.OpenFileSystem());
        Assert.Equal(VmaCodes.VolumeLocked, error.Code);
        Assert.Contains($"the recovery key (48 digits) with the id {BitLockerForge.RecoveryId.ToString().ToUpperInvariant()}", error.Message, StringComparison.Ordinal);
        Assert.Contains("TPM", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_only_a_tpm_opens_is_told()
    {
        using VolumeSecrets secrets = new();
        secrets.AddPassphrase("x");
        using VolumeSet set = Open(new BitLockerForge(Plain.Value) { Ways = [BitLockerForge.TpmId] }.Make(), secrets);
        VmaFileSystemException error = Assert.Throws<VmaFileSystemException>(() => Assert.Single(set.Volumes).OpenFileSystem());
        Assert.Equal(VmaCodes.VolumeSecretWrong, error.Code);
        Assert.Contains("TPM alone", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistyped_recovery_key_is_told_apart()
    {
        using VolumeSecrets secrets = new();
        secrets.AddRecoveryKey(BitLockerForge.RecoveryKey.Replace("000044", "000045", StringComparison.Ordinal));
        using VolumeSet set = Open(Whole.Value, secrets);
        VmaFileSystemException error = Assert.Throws<VmaFileSystemException>(() => Assert.Single(set.Volumes).OpenFileSystem());
        Assert.Equal(VmaCodes.VolumeSecretWrong, error.Code);
        Assert.Contains("Group 4 of the recovery key", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("000045", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_lies_beside_opens_it_and_that_is_told()
    {
        using VolumeSet set = Open(new BitLockerForge(Plain.Value) { Ways = [BitLockerForge.TpmId, BitLockerForge.ClearId] }.Make(), null);
        DiskVolume volume = Assert.Single(set.Volumes);
        Assert.Equal("vfat", volume.FileSystemKind);
        Assert.Equal(VolumeKeyProtector.ClearKey, volume.Lock!.OpenedBy!.Kind);
        Assert.Equal(VmaCodes.VolumeKeyInClear, Assert.Single(volume.Warnings).Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Another_copy_of_the_metadata_serves(int copy)
    {
        byte[] volume = (byte[])Whole.Value.Clone();
        volume[BitLockerForge.At(copy, 120)] ^= 1;
        using VolumeSecrets secrets = new();
        AddStartupKey(secrets);
        using VolumeSet set = Open(volume, secrets);
        Assert.Equal(LuksDisk.Numbers, LuksDisk.Hash(set, "disk", "/NUMBERS.TXT"));
        VolumeWarning warning = Assert.Single(set.Warnings);
        Assert.Equal(VmaCodes.VolumeDamaged, warning.Code);
        Assert.Contains($"three copies of BitLocker's metadata {copy + 1} ", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_whole_copy_it_is_damaged()
    {
        byte[] volume = (byte[])Whole.Value.Clone();
        for (int copy = 0; copy < 3; copy++)
        {
            volume[BitLockerForge.At(copy, 120)] ^= 1;
        }

        Expect(volume, VmaCodes.VolumeDamaged, "none of three copies");
    }

    [Fact]
    public void What_the_master_key_does_not_prove_is_damaged()
    {
        byte[] volume = (byte[])Whole.Value.Clone();
        for (int copy = 0; copy < 3; copy++)
        {
            // The time of creation, with a checksum that fits.
            volume[BitLockerForge.At(copy, 104)] ^= 1;
            BitLockerForge.Seal(volume, copy);
        }

        Expect(volume, VmaCodes.VolumeDamaged, "digest");
    }

    [Fact]
    public void What_is_not_read_is_refused_by_name()
    {
        Expect(new BitLockerForge(Plain.Value) { Ways = [BitLockerForge.StartupId], State = 2 }.Make(), VmaCodes.VolumeNotSupported, "in the middle of being encrypted");
        Expect(new BitLockerForge(Plain.Value) { Ways = [BitLockerForge.StartupId], Method = 0x8009 }.Make(), VmaCodes.VolumeNotSupported, "method 0x8009");
        byte[] vista = (byte[])Whole.Value.Clone();
        vista[1] = 0x52;
        Expect(vista, VmaCodes.VolumeNotSupported, "Windows Vista");
        byte[] onWrite = (byte[])Whole.Value.Clone();
        new Guid("92a84d3b-dd80-4d0e-9e4e-b1e3284eaed8").ToByteArray().CopyTo(onWrite, 160);
        Expect(onWrite, VmaCodes.VolumeNotSupported, "encrypt on write");
    }

    [Fact]
    public void Mutations_give_nothing_but_errors_of_ours()
    {
        byte[] volume = new BitLockerForge(Plain.Value) { Ways = [BitLockerForge.StartupId] }.Make();
        using VolumeSecrets secrets = new();
        AddStartupKey(secrets);
        int opened = 0;
        int count = Trials.Of(1500);
        for (int i = 0; i < count; i++)
        {
            Random random = new(8_153 + i);
            byte[] changed = (byte[])volume.Clone();
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                int copy = random.Next(4);
                int at = copy == 3 ? random.Next(512) : BitLockerForge.At(copy, random.Next(480));
                changed[at] = (byte)random.Next(256);
                if (copy < 3 && random.Next(4) > 0)
                {
                    BitLockerForge.Seal(changed, copy);
                }
            }

            using VolumeSet set = Open(changed, secrets);
            foreach (DiskVolume found in set.Volumes)
            {
                try
                {
                    using FileSystem files = found.OpenFileSystem();
                    opened++;
                }
                catch (VmaException)
                {
                    // What is damaged may be refused.
                }
            }
        }

        Assert.True(opened > count / 4, $"Only {opened} opened.");
    }

    private static void AddStartupKey(VolumeSecrets secrets)
    {
        using TempFolder folder = new();
        string path = folder.File("key.bek");
        File.WriteAllBytes(path, new BitLockerForge(Plain.Value).StartupKey());
        secrets.AddKeyFile(path);
    }

    private static VolumeSet Open(byte[] volume, VolumeSecrets? secrets) => VolumeSet.Open([new VolumeDisk("disk", new MemoryStream(volume))], secrets: secrets);

    private static void Expect(byte[] volume, string code, string text)
    {
        using VolumeSecrets secrets = new();
        AddStartupKey(secrets);
        using VolumeSet set = Open(volume, secrets);
        VmaFileSystemException error = Assert.Throws<VmaFileSystemException>(() => Assert.Single(set.Volumes).OpenFileSystem());
        Assert.Equal(code, error.Code);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }
}
