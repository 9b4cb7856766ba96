using System;
using System.IO;
using System.IO.Compression;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Guests;

/// <summary>
/// What is on the disks of firmware, as Debian's ovmf (2022.11) and swtpm 0.7.1 wrote them. Subjects and digests are those that openssl
/// reads from the same bytes.
/// </summary>
public sealed class FirmwareTests
{
    private const int BootOrderState = 0x3b08 + 2;

    [Fact]
    public void Tells_keys_and_boot_entries_of_a_uefi()
    {
        VmaFirmware firmware = Read("drive-efidisk0", Unpacked("OVMF_VARS_4M.ms.fd"));
        Assert.Equal((VmaFirmware.EfiVariablesKind, VmaFirmware.Present, null), (firmware.Kind, firmware.State, firmware.StateText));
        Assert.True(firmware.IsSecureBoot);
        string debian = Assert.Single(firmware.PlatformKeys);
        Assert.Contains("Debian UEFI Secure Boot (PK/KEK key)", debian, StringComparison.Ordinal);
        Assert.Equal(2, firmware.ExchangeKeys.Count);
        Assert.Equal(debian, firmware.ExchangeKeys[0]);
        Assert.Contains("CN=Microsoft Corporation KEK CA 2011", firmware.ExchangeKeys[1], StringComparison.Ordinal);
        Assert.Collection(
            firmware.AllowedSignatures,
            static s => Assert.Contains("CN=Microsoft Windows Production PCA 2011", s, StringComparison.Ordinal),
            static s => Assert.Contains("CN=Microsoft Corporation UEFI CA 2011", s, StringComparison.Ordinal));
        Assert.Equal(1, firmware.ForbiddenCount);
        Assert.Equal(
            [
                ("Boot0000", "UiApp", true, "Fv(7CB8BDC9-F8EB-4F34-AAEA-3EE4AF6516A1)/FvFile(462CAA21-7614-4503-836E-8AB6F4662331)"),
                ("Boot0001", "UEFI QEMU HARDDISK QM00001 ", true, "PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)"),
                ("Boot0002", "EFI Internal Shell", true, "Fv(7CB8BDC9-F8EB-4F34-AAEA-3EE4AF6516A1)/FvFile(7C04A583-9E3E-4F1C-AD65-E05268D0B4D1)"),
            ],
            firmware.BootEntries.Select(static e => (e.Id, e.Description, e.IsActive, e.DevicePath)));

        // The last of three was deleted, and none took its place.
        Assert.Empty(firmware.BootOrder);
        Assert.DoesNotContain("BootOrder", firmware.Variables);
        Assert.Contains("PlatformLang", firmware.Variables);
    }

    [Theory]
    [InlineData(0x3f)]
    [InlineData(0x3e)]
    public void A_variable_counts_until_another_took_its_place(byte state)
    {
        byte[] disk = Unpacked("OVMF_VARS_4M.ms.fd");
        Assert.Equal(0x3d, disk[BootOrderState]);
        disk[BootOrderState] = state;
        Assert.Equal(["Boot0000", "Boot0001", "Boot0002"], Read("drive-efidisk0", disk).BootOrder);
    }

    [Fact]
    public void Secure_Boot_needs_a_platform_key_and_the_switch()
    {
        const int PlatformKeyState = 0x545c + 2;
        const int SwitchAt = 0x58e4;
        byte[] disk = Unpacked("OVMF_VARS_4M.ms.fd");
        byte[] off = [.. disk];
        off[SwitchAt + 60 + disk[SwitchAt + 36]] = 0;
        Assert.False(Read("drive-efidisk0", off).IsSecureBoot);
        disk[PlatformKeyState] = 0x3d;
        VmaFirmware firmware = Read("drive-efidisk0", disk);
        Assert.False(firmware.IsSecureBoot);
        Assert.Empty(firmware.PlatformKeys);
    }

    [Theory]
    [InlineData(0x64, VmaFirmware.Unknown, null)]
    [InlineData(0x545c, VmaFirmware.Present, null)]
    [InlineData(0x58e4, VmaFirmware.Present, null)]
    [InlineData(0x5944, VmaFirmware.Present, true)]
    public void A_mark_that_is_damaged_hides_what_is_behind_it(int at, string state, bool? isSecureBoot)
    {
        byte[] disk = Unpacked("OVMF_VARS_4M.ms.fd");
        Assert.Equal((0xAA, 0x55), (disk[at], disk[at + 1]));
        disk[at] ^= 1;
        VmaFirmware firmware = Read("drive-efidisk0", disk);
        Assert.Equal((state, isSecureBoot), (firmware.State, firmware.IsSecureBoot));
        Assert.Contains($"At byte {at - 72} of the store", firmware.StateText, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_size_a_variable_says_no_list_ends_without_a_word()
    {
        byte[] disk = Unpacked("OVMF_VARS_4M.ms.fd");
        VmaFirmware whole = Read("drive-efidisk0", disk);
        Assert.Null(whole.StateText);

        // The bytes of the first variables' sizes, flipped bit by bit.
        int told = 0;
        foreach (int variable in new[] { 0x64, 0x28ac, 0x3b08, 0x545c, 0x58e4 })
        {
            for (int bit = 0; bit < 64; bit++)
            {
                byte[] spoilt = [.. disk];
                spoilt[variable + 36 + (bit / 8)] ^= (byte)(1 << (bit % 8));
                VmaTools.Guests.Firmware.EfiVariableStore store = VmaTools.Guests.Firmware.EfiVariableStore.TryRead(spoilt)!;
                told += store.Damage is null ? 0 : 1;

                // A size may be wrong within the four bytes that variables stand at, or move a byte from the name to the value.
                Assert.True(store.Damage is not null || store.Variables.Count >= VmaTools.Guests.Firmware.EfiVariableStore.TryRead(disk)!.Variables.Count - 1, $"{variable:x}, bit {bit}");
            }
        }

        Assert.InRange(told, 290, 320);

        // What stands behind the last one was written by somebody: the list may have ended too early.
        Assert.Equal(0xFF, disk[0x30000]);
        byte[] behind = [.. disk];
        behind[0x30000] = 0;
        Assert.Contains("neither a variable nor the end", Read("drive-efidisk0", behind).StateText, StringComparison.Ordinal);

        // One that grew over those behind it is told with both places, and they are read.
        disk[0x28ac + 40 + 1] ^= 0x20;
        VmaFirmware firmware = Read("drive-efidisk0", disk);
        Assert.Contains("reaches over the one at byte", firmware.StateText, StringComparison.Ordinal);
        Assert.True(firmware.IsSecureBoot);
    }

    [Theory]
    [InlineData(0x5000, null)]
    [InlineData(0x20000, true)]
    public void A_store_that_is_cut_short_is_damaged(int length, bool? isSecureBoot)
    {
        VmaFirmware firmware = Read("drive-efidisk0", [.. Unpacked("OVMF_VARS_4M.ms.fd").AsSpan(0, length)]);
        Assert.Equal((VmaFirmware.Present, isSecureBoot), (firmware.State, firmware.IsSecureBoot));
        Assert.Contains("cut short", firmware.StateText, StringComparison.Ordinal);
    }

    [Fact]
    public void Tells_the_state_of_a_tpm()
    {
        byte[] disk = Unpacked("swtpm-2.0.raw");
        Array.Resize(ref disk, 4 << 20);
        VmaFirmware firmware = Read("drive-tpmstate0-backup", disk);
        Assert.Equal((VmaFirmware.TpmStateKind, VmaFirmware.Present), (firmware.Kind, firmware.State));
        Assert.Equal(("2.0", 3055L, false), (firmware.TpmVersion, firmware.TpmStateBytes, firmware.IsTpmStateEncrypted));
        Assert.Null(firmware.IsSecureBoot);
        disk[192 + 5] |= 1;
        firmware = Read("drive-tpmstate0-backup", disk);
        Assert.Equal((true, null), (firmware.IsTpmStateEncrypted, firmware.TpmVersion));
        Assert.Contains("key of the host", firmware.StateText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("drive-efidisk0", 0, VmaFirmware.Blank)]
    [InlineData("drive-efidisk0", 0xFF, VmaFirmware.Blank)]
    [InlineData("drive-efidisk0", 0x41, VmaFirmware.Unknown)]
    [InlineData("drive-tpmstate0-backup", 0, VmaFirmware.Blank)]
    [InlineData("drive-tpmstate0-backup", 0x41, VmaFirmware.Unknown)]
    public void Tells_what_is_blank_and_what_is_something_else(string device, byte fill, string state)
    {
        byte[] disk = new byte[528 << 10];
        disk.AsSpan().Fill(fill);
        VmaFirmware firmware = Read(device, disk);
        Assert.Equal(state, firmware.State);
        Assert.EndsWith(".", firmware.StateText, StringComparison.Ordinal);
        Assert.Empty(firmware.BootEntries);
    }

    [Fact]
    public void A_new_disk_of_variables_is_blank()
    {
        using TempFolder folder = new();
        string path = folder.File("x.vma");
        using (VmaCreation creation = new())
        {
            creation.AddFile("drive-efidisk0", Written(folder, VmaTools.Guests.EfiVariables.Create()));
            creation.Run(path);
        }

        using VmaArchive archive = VmaArchive.Open(path);
        VmaFirmware firmware = Assert.Single(VmaFirmware.Read(archive));
        Assert.Equal((VmaFirmware.Blank, false), (firmware.State, firmware.IsSecureBoot));
        Assert.Empty(firmware.Variables);
    }

    [Fact]
    public void Nothing_that_is_damaged_ends_in_more_than_less()
    {
        byte[] disk = Unpacked("OVMF_VARS_4M.ms.fd");
        byte[] state = Unpacked("swtpm-2.0.raw");
        for (int seed = 0; seed < Trials.Of(2000); seed++)
        {
            Random random = new(seed);
            byte[] spoilt = [.. disk.AsSpan(0, 0x6000)];
            for (int i = random.Next(1, 6); i > 0; i--)
            {
                int at = random.Next(3) == 0 ? random.Next(200) : random.Next(spoilt.Length - 4);
                Mutator.PutStrange(spoilt.AsSpan(at, random.Next(1, 5)), random);
            }

            if (VmaTools.Guests.Firmware.EfiVariableStore.TryRead(spoilt) is { } store)
            {
                foreach (VmaTools.Guests.Firmware.EfiVariable variable in store.Variables)
                {
                    _ = VmaTools.Guests.Firmware.EfiSignatures.Read(variable.Data);
                    _ = VmaTools.Guests.Firmware.EfiDevicePath.Read(variable.Data);
                }
            }

            _ = VmaTools.Guests.Firmware.TpmStateFile.TryRead(Mutator.Change(state, random));
        }

        // One that says it is longer than the store.
        disk[0x28ac + 43] = 0x7F;
        VmaFirmware firmware = Read("drive-efidisk0", disk);
        Assert.Equal(VmaFirmware.Present, firmware.State);
        Assert.Contains("longer than the store", firmware.StateText, StringComparison.Ordinal);
        Assert.Empty(firmware.BootEntries);
    }

    private static VmaFirmware Read(string device, byte[] disk)
    {
        using TempFolder folder = new();
        string path = folder.File("x.vma");
        using (VmaCreation creation = new())
        {
            creation.AddFile(device, Written(folder, disk));
            creation.Run(path);
        }

        using VmaArchive archive = VmaArchive.Open(path);
        VmaFirmware firmware = Assert.Single(VmaFirmware.Read(archive));
        Assert.Equal((path, device, (long)disk.Length), (firmware.ArchivePath, firmware.Device, firmware.Size));
        return firmware;
    }

    private static string Written(TempFolder folder, byte[] bytes)
    {
        string path = folder.File("disk.raw");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static byte[] Unpacked(string name)
    {
        using FileStream packed = File.OpenRead(Fixtures.Path($"firmware/{name}.gz"));
        using GZipStream unpacked = new(packed, CompressionMode.Decompress);
        using MemoryStream bytes = new();
        unpacked.CopyTo(bytes);
        return bytes.ToArray();
    }
}
