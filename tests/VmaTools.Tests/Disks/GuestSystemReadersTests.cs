using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Disks.Systems;
using Xunit;

namespace VmaTools.Tests.Disks;

public class GuestSystemReadersTests
{
    [Fact]
    public void Fstab_is_read_as_mount_does()
    {
        IReadOnlyList<FstabEntry> entries = FstabEntry.Parse(
            "# comment\nUUID=\"0a-b\"  /  ext4 errors=remount-ro 0 1\r\n\t/dev/mapper/vg-home\t/my\\040home xfs\n\nLABEL=x /x btrfs rw,subvol=/@x,z\nbroken\n");

        Assert.Equal(3, entries.Count);
        Assert.Equal(new FstabEntry("UUID=0a-b", "/", "errors=remount-ro"), entries[0]);
        Assert.Equal("/my home", entries[1].MountPoint);
        Assert.Equal("/@x", entries[2].Option("subvol"));
        Assert.Null(entries[2].Option("sub"));
    }

    [Theory]
    [InlineData("/dev/da0p2", "da0", 2, null)]
    [InlineData("/dev/vtbd12s1a", "vtbd12", 1, 'a')]
    [InlineData("/dev/ada0s3", "ada0", 3, null)]
    [InlineData("/dev/sd0e", "sd0", null, 'e')]
    [InlineData("/dev/da0p", "da0", null, 'p')]
    [InlineData("/dev/da0", null, null, null)]
    [InlineData("/dev/sda1", null, null, null)]
    [InlineData("/dev/da0p2a", null, null, null)]
    [InlineData("/dev/da0p12345", null, null, null)]
    [InlineData("/dev/gpt/x1p2", null, null, null)]
    [InlineData("da0p2", null, null, null)]
    public void Partitions_have_the_names_of_a_bsd(string name, string? disk, int? number, char? letter)
    {
        BsdDeviceName? parsed = BsdDeviceName.Parse(name);
        Assert.Equal(disk is null ? null : new BsdDeviceName(disk, number, letter), parsed);
    }

    /// <summary>The hive was written by hivexsh.</summary>
    [Fact]
    public void Letters_are_read_from_a_hive()
    {
        using FileStream file = File.OpenRead(Fixture);
        RegistryHive hive = RegistryHive.Open(file)!;

        IReadOnlyList<DriveLetter> letters = DriveLetter.Read(hive);

        Assert.Equal(
            [
                new DriveLetter('C', new Guid("8d0c6cd7-fbfd-4ca6-85c2-dcd28f119f6d"), 0, 0),
                new DriveLetter('D', null, 0x12345678, 1048576),
            ],
            letters.OrderBy(static l => l.Letter));
        Assert.Equal([1, 0, 0, 0], hive.ReadValues("select")!.Single().Value);
        Assert.Null(hive.ReadValues("MountedDevices", "nothing"));
    }

    [Fact]
    public void A_hive_that_is_damaged_anywhere_throws_nothing()
    {
        byte[] hive = File.ReadAllBytes(Fixture);
        Random random = new(17);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] damaged = (byte[])hive.Clone();
            for (int flips = random.Next(1, 6); flips > 0; flips--)
            {
                damaged[random.Next(4096, 5200)] = (byte)random.Next(256);
            }

            if (RegistryHive.Open(new MemoryStream(damaged)) is RegistryHive opened)
            {
                Assert.InRange(DriveLetter.Read(opened).Count, 0, 26);
            }
        }
    }

    private static string Fixture => Path.Combine(Fixtures.Root, "tests", "fixtures", "disks", "SYSTEM.hive");
}
