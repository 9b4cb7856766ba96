using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using VmaTools.Disks;
using VmaTools.Disks.FileSystems;
using VmaTools.Disks.FileSystems.Ntfs;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>NTFS as ntfs-3g wrote and read it.</summary>
public sealed class NtfsTests
{
    private const string Image = "gpt-linux";
    private const string VolumeId = "disk0p6";
    private const int RecordSize = 1024;

    // With compressed and packed (WOF) files, attribute lists, streams, hard links, short names, and files deleted.
    private const string SmallImage = "ntfs-small";

    // Where mkntfs puts the table of files, with clusters of 4096 bytes.
    private const long TableOffset = 4 * 4096;

    private static readonly GuestTruth Truth = GuestImages.Truth(Image);

    private static readonly Lazy<SparseBytes> Volume = new(static () =>
    {
        using DiskBytes disk = GuestImages.OpenVolume(Image, Truth.Volume(VolumeId), out DiskBytes range);
        return SparseBytes.CopyOf(range);
    });

    private static readonly Lazy<SparseBytes> Small = new(static () => FatTests.Copy(SmallImage));

    [Theory]
    [InlineData(Image, VolumeId)]
    [InlineData(SmallImage, "disk0")]
    public void Everything_is_as_another_implementation_reads_it(string image, string id)
    {
        using FileSystem fileSystem = XfsTests.Open(image == Image ? Volume.Value : Small.Value);
        JsonElement truth = GuestImages.Truth(image).Volume(id);
        Assert.Empty(GuestTruth.Differences(fileSystem, truth));
        Assert.Empty(fileSystem.Findings);
        Assert.Equal(["3.1"], fileSystem.Features);
        Assert.Equal(4096, fileSystem.BlockSize);
        Assert.Equal(truth.GetProperty("statvfs").GetProperty("free").GetInt64() * 4096, fileSystem.FreeBytes);
        Assert.Equal(FileSystemState.Clean, fileSystem.State);
    }

    [Fact]
    public void Each_name_is_found_by_the_index_as_it_is_and_folded()
    {
        using FileSystem fileSystem = XfsTests.Open(Volume.Value);
        int found = 0;
        int folded = 0;
        foreach (FileEntry entry in XfsTests.Walk(fileSystem))
        {
            Assert.Equal(entry.Name, fileSystem.Find(entry.Parent!, entry.Name)?.Name);
            Assert.Null(fileSystem.Find(entry.Parent!, RawName.Parse(entry.Name + "~~")));
            found++;
            string upper = entry.Name.ToUtf16()!.ToUpperInvariant();
            if (entry.Parent!.FullName == "/names" && upper != "README")
            {
                folded += fileSystem.Find(entry.Parent!, RawName.FromUtf16(upper))?.Id == entry.Id ? 1 : 0;
            }
        }

        Assert.True(found > 788);
        Assert.True(folded > 30);
        FileEntry names = fileSystem.Find(fileSystem.Root, RawName.Parse("names"))!;
        Assert.True(fileSystem.FoldsNames(names));
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => fileSystem.Find(names, RawName.Parse("rEADME")));
        Assert.Equal(VmaCodes.FileNameAmbiguous, exception.Code);
        Assert.Equal("ReadMe", fileSystem.Find(names, RawName.Parse("ReadMe"))?.Name.ToString());
    }

    [Theory]
    [InlineData(Image)]
    [InlineData(SmallImage)]
    public void Any_part_of_a_file_is_what_reading_it_whole_gives(string image)
    {
        SparseBytes volume = image == Image ? Volume.Value : Small.Value;
        using FileSystem fileSystem = XfsTests.Open(volume);
        Random random = new(1);
        foreach (FileEntry file in XfsTests.Walk(fileSystem).Where(static e => e.Type == FileEntryType.File && e.Length is > 0 and < 4 << 20))
        {
            using MemoryStream whole = new();
            using Stream content = fileSystem.OpenRead(file);
            content.CopyTo(whole);
            byte[] expected = whole.ToArray();
            Assert.Equal(file.Length, expected.Length);
            for (int i = 0; i < 4; i++)
            {
                int offset = random.Next(expected.Length);
                byte[] part = new byte[random.Next(1, Math.Min(20_000, expected.Length - offset + 1))];
                content.Position = offset;
                content.ReadExactly(part);
                Assert.True(part.AsSpan().SequenceEqual(expected.AsSpan(offset, part.Length)), $"{file.FullName} at {offset}");
            }

            long end = 0;
            foreach (FileExtent extent in fileSystem.ReadAllocation(file))
            {
                Assert.Equal(end, extent.Offset);
                end += extent.Length;
                if (extent.Kind == FileExtentKind.Data)
                {
                    byte[] stored = volume.Read(extent.VolumeOffset!.Value, (int)extent.Length);
                    Assert.True(stored.AsSpan().SequenceEqual(expected.AsSpan((int)extent.Offset, stored.Length)), $"{file.FullName}: {extent}");
                }
            }

            Assert.Equal(file.Length, end);
        }
    }

    [Fact]
    public void What_is_the_file_systems_own_is_listed_and_marked()
    {
        using FileSystem fileSystem = XfsTests.Open(Volume.Value);
        FileEntry[] own = [.. fileSystem.ReadDirectory(fileSystem.Root).Where(static e => e.IsSystem)];
        Assert.Equal(
            ["$AttrDef", "$BadClus", "$Bitmap", "$Boot", "$Extend", "$LogFile", "$MFT", "$MFTMirr", "$Secure", "$UpCase", "$Volume"],
            own.Select(static e => e.Name.ToString()).Order(StringComparer.Ordinal));
        FileEntry extend = own.Single(static e => e.Name.ToString() == "$Extend");
        Assert.All(fileSystem.ReadDirectory(extend), static e => Assert.True(e.IsSystem));
        FileEntry secure = own.Single(static e => e.Name.ToString() == "$Secure");
        Assert.Equal("$SDS", Assert.Single(fileSystem.ReadStreams(secure)).Name.ToString());
        using Stream table = fileSystem.OpenRead(own.Single(static e => e.Name.ToString() == "$MFT"));
        byte[] mark = new byte[4];
        table.ReadExactly(mark);
        Assert.Equal("FILE"u8, mark);
    }

    [Fact]
    public void Owners_and_rights_are_told_as_windows_writes_them()
    {
        using FileSystem fileSystem = XfsTests.Open(Volume.Value);

        // What Windows gives the root of a drive, and Administrators with all rights of Everyone.
        FileSecurity root = fileSystem.ReadSecurity(fileSystem.Root)!;
        Assert.Equal(
            "O:SYG:SYD:(A;;FA;;;BA)(A;OICIIO;GA;;;BA)(A;;FA;;;SY)(A;OICIIO;GA;;;SY)(A;;0x1301bf;;;AU)(A;OICIIO;SDGXGWGR;;;AU)(A;;0x1200a9;;;BU)(A;OICIIO;GXGR;;;BU)",
            root.Sddl);
        Assert.Equal("S-1-5-18", root.OwnerSid);
        Assert.Equal("S-1-5-18", root.GroupSid);
        FileSecurity file = fileSystem.ReadSecurity(fileSystem.Find(fileSystem.Root, RawName.Parse("bootmgr"))!)!;
        Assert.Equal("O:BAG:BAD:(A;OICI;FA;;;WD)", file.Sddl);
        Assert.Equal("S-1-5-32-544", file.OwnerSid);
    }

    [Fact]
    public void The_mirror_serves_where_the_first_records_are_damaged()
    {
        SparseBytes volume = SparseBytes.CopyOf(Volume.Value);
        volume.Write(TableOffset, new byte[4 * RecordSize]);
        using FileSystem fileSystem = XfsTests.Open(volume);
        Assert.Empty(GuestTruth.Differences(fileSystem, Truth.Volume(VolumeId), withContent: false));
        Assert.All(fileSystem.Findings, static f => Assert.Equal(VmaCodes.FileSystemBackupUsed, f.Code));
        Assert.Contains(fileSystem.Findings, static f => f.VolumeOffset == TableOffset);
    }

    [Fact]
    public void The_copy_of_the_boot_sector_serves_where_that_is_damaged()
    {
        SparseBytes volume = SparseBytes.CopyOf(Volume.Value);
        foreach (int offset in new[] { 0, 13, 48 })
        {
            volume.Write(offset, Enumerable.Repeat((byte)0x77, offset == 0 ? 512 : 4).ToArray());
            using FileSystem fileSystem = XfsTests.Open(volume);
            Assert.Empty(GuestTruth.Differences(fileSystem, Truth.Volume(VolumeId), withContent: false));
            Assert.Contains(fileSystem.Findings, static f => f.Code == VmaCodes.FileSystemBackupUsed);
            volume.SetBack();
        }
    }

    [Fact]
    public void A_version_that_is_not_known_is_refused_by_name()
    {
        SparseBytes volume = SparseBytes.CopyOf(Volume.Value);
        ChangeRecord(volume, 3, static record => ValueOf(record, NtfsAttributeType.VolumeInformation)[8] = 4);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => XfsTests.Open(volume));
        Assert.Equal(VmaCodes.FileSystemFeatureUnknown, exception.Code);
        Assert.Contains("4.1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_damaged_is_told_and_the_rest_goes_on()
    {
        SparseBytes volume = SparseBytes.CopyOf(Volume.Value);
        using FileSystem sound = XfsTests.Open(volume);
        FileEntry[] files = [.. XfsTests.Walk(sound).Where(static e => e.Parent!.FullName == "/names" && e.Type == FileEntryType.File).Take(3)];

        // Torn: the second sector is of another write. Reused: the record has become another file's. Cut: an attribute too long.
        long torn = TableOffset + ((long)files[0].Id * RecordSize);
        volume.Write(torn + 1022, new byte[] { 0xab, 0xcd });
        ChangeRecord(volume, (long)files[1].Id, static record => record[16]++);
        ChangeRecord(volume, (long)files[2].Id, static record => record[BinaryPrimitives.ReadUInt16LittleEndian(record.AsSpan(20)) + 5] = 0x7f);
        using FileSystem damaged = XfsTests.Open(volume);
        Assert.Equal(
            [.. files.Select(static f => f.FullName + ": missing").Append("/names: entries is 48, not 51").Order()],
            GuestTruth.Differences(damaged, Truth.Volume(VolumeId), withContent: false).Order());
        Assert.Equal(files.Select(static f => f.FullName).Order(), damaged.Findings.Select(static f => f.Path).Order());
        FileSystemFinding finding = damaged.Findings.Single(f => f.Path == files[0].FullName);
        Assert.Equal(VmaCodes.FileSystemChecksumMismatch, finding.Code);
        Assert.Equal(torn, finding.VolumeOffset);
        Assert.Contains("another file", damaged.Findings.Single(f => f.Path == files[1].FullName).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encrypted_file_is_refused_by_name()
    {
        SparseBytes volume = SparseBytes.CopyOf(Volume.Value);
        FileEntry file;
        using (FileSystem sound = XfsTests.Open(volume))
        {
            file = XfsTests.Walk(sound).First(static e => e.FullName == "/names/README");
        }

        ChangeRecord(volume, (long)file.Id, static record => record[OffsetOf(record, NtfsAttributeType.Data) + 13] = 0x40);
        using FileSystem fileSystem = XfsTests.Open(volume);
        FileEntry encrypted = XfsTests.Walk(fileSystem).Single(static e => e.FullName == "/names/README");
        Assert.Equal(file.Length, encrypted.Length);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => fileSystem.OpenRead(encrypted));
        Assert.Equal(VmaCodes.FileEncrypted, exception.Code);
        Assert.Equal("/names/README", exception.FilePath);
    }

    [Fact]
    public void Zeros_follow_what_was_ever_written()
    {
        SparseBytes volume = SparseBytes.CopyOf(Volume.Value);
        using FileSystem sound = XfsTests.Open(volume);
        FileEntry file = XfsTests.Walk(sound)
            .First(e => e.Type == FileEntryType.File && !e.IsSystem && sound.ReadAllocation(e).ToArray() is [{ Kind: FileExtentKind.Data, Length: > 8192 }]);
        byte[] before = ReadAll(sound, file);
        ChangeRecord(volume, (long)file.Id, static record =>
            BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(OffsetOf(record, NtfsAttributeType.Data) + 56), 5000));
        using FileSystem fileSystem = XfsTests.Open(volume);
        before.AsSpan(5000).Clear();
        Assert.True(before.AsSpan().SequenceEqual(ReadAll(fileSystem, file)));
        Assert.Equal(
            [(0, 5000, FileExtentKind.Data), (5000, file.Length - 5000, FileExtentKind.Unwritten)],
            fileSystem.ReadAllocation(file).Select(static e => (e.Offset, e.Length, e.Kind)));
    }

    [Fact]
    public void A_short_name_leads_to_its_long_one()
    {
        using FileSystem fileSystem = XfsTests.Open(Small.Value);
        FileEntry names = fileSystem.Find(fileSystem.Root, RawName.Parse("NAMES"))!;
        FileEntry entry = fileSystem.Find(names, RawName.Parse("alongf~1.tex"))!;
        Assert.Equal("A long file name.text", entry.Name.ToString());
        Assert.Equal("ALONGF~1.TEX", entry.ShortName?.ToString());
        Assert.Single(fileSystem.ReadDirectory(names), e => e.Id == entry.Id);
    }

    [Fact]
    public void A_directory_that_does_not_fold_finds_exact_names_only()
    {
        SparseBytes volume = SparseBytes.CopyOf(Small.Value);
        using FileSystem sound = XfsTests.Open(volume);
        FileEntry names = sound.Find(sound.Root, RawName.Parse("names"))!;
        Assert.NotNull(sound.Find(names, RawName.Parse("H1")));
        ChangeRecord(volume, (long)names.Id, static record => ValueOf(record, NtfsAttributeType.StandardInformation)[40] |= 1);
        using FileSystem fileSystem = XfsTests.Open(volume);
        Assert.False(fileSystem.FoldsNames(names));
        Assert.Null(fileSystem.Find(names, RawName.Parse("H1")));
        Assert.NotNull(fileSystem.Find(names, RawName.Parse("h1")));
    }

    [Fact]
    public void Damage_of_packed_content_is_told()
    {
        SparseBytes volume = SparseBytes.CopyOf(Small.Value);
        using FileSystem fileSystem = XfsTests.Open(volume);
        foreach (FileEntry file in XfsTests.Walk(fileSystem).Where(static e => e.Parent!.FullName == "/wof" && e.Length > 30000).ToArray())
        {
            Assert.All(fileSystem.ReadAllocation(file), static e => Assert.Equal(FileExtentKind.Encoded, e.Kind));
            Assert.Empty(fileSystem.ReadStreams(file));
            byte[] sound = ReadAll(fileSystem, file);
            FileExtent first = fileSystem.ReadAllocation(file).First();

            // The lengths of the code's words come first: all the same are more words than there can be.
            volume.Write(first.VolumeOffset!.Value, Enumerable.Repeat((byte)0x11, 64).ToArray());
            Exception? exception = Record.Exception(() => ReadAll(fileSystem, file));
            Assert.True(exception is VmaFileSystemException { Code: VmaCodes.FileSystemDamaged } || first.StoredLength == first.Length, file.FullName);
            volume.SetBack();
            Assert.Equal(sound, ReadAll(fileSystem, file));
        }
    }

    [Fact]
    public void What_was_deleted_is_found_as_far_as_it_is_there()
    {
        using FileSystem fileSystem = XfsTests.Open(Small.Value);
        DeletedFile[] deleted = [.. fileSystem.ReadDeleted()];
        Assert.NotEmpty(deleted);
        Assert.All(deleted, static d => Assert.False(d.IsOrphan));
        Assert.Empty(fileSystem.Findings);
        HashSet<string> found = [.. deleted.Where(static d => d.Entry.Length > 0).Select(static d => Digest(d.OpenRead()))];
        foreach (JsonProperty file in GuestImages.Truth(SmallImage).Root.GetProperty("deleted").EnumerateObject())
        {
            Assert.Contains(file.Value.GetProperty("sha256").GetString()!, found);
        }

        Assert.Contains(deleted, static d => d.ReadAllocation() is [{ IsAllocatedAnew: false, Extent.Kind: FileExtentKind.Data }]);
        using FileSystem other = XfsTests.Open(Volume.Value);
        Assert.All(other.ReadDeleted(), static d => Assert.False(d.IsOrphan));
    }

    [Fact]
    public void A_deleted_file_has_the_path_that_its_directories_lead_to()
    {
        // As Windows leaves a deleted file: its record is given up and counts one on, all else stays.
        SparseBytes volume = SparseBytes.CopyOf(Small.Value);
        using FileSystem sound = XfsTests.Open(volume);
        FileEntry file = XfsTests.Walk(sound).Single(static e => e.FullName == "/compressed/mixed");
        byte[] content = ReadAll(sound, file);
        GiveUp(volume, file);
        using (FileSystem fileSystem = XfsTests.Open(volume))
        {
            DeletedFile deleted = fileSystem.ReadDeleted().Single(static d => d.Entry.FullName == "/compressed/mixed");
            Assert.True(deleted.IsPathCertain);
            Assert.Equal(content, ReadAll(deleted.OpenRead()));
            Assert.All(deleted.ReadAllocation().Where(static e => e.Extent.Kind == FileExtentKind.Data), static e => Assert.True(e.IsAllocatedAnew));
        }

        // The directory was deleted, too; then its record became another file's.
        GiveUp(volume, file.Parent!);
        using (FileSystem fileSystem = XfsTests.Open(volume))
        {
            Assert.True(fileSystem.ReadDeleted().Single(static d => d.Entry.FullName == "/compressed/mixed").IsPathCertain);
            Assert.True(fileSystem.ReadDeleted().Single(static d => d.Entry.FullName == "/compressed/t4096").IsOrphan);
            Assert.Contains(fileSystem.Findings, static f => f.Path == "/compressed/t4096");
        }

        ChangeRecord(volume, (long)file.Parent!.Id, static record => record[16]++);
        using FileSystem reused = XfsTests.Open(volume);
        Assert.False(reused.ReadDeleted().Single(static d => d.Entry.FullName == "/mixed").IsPathCertain);
    }

    [Fact]
    public void Lznt1_decodes_the_example_of_its_specification()
    {
        // MS-XCA: a chunk that plays a song, as notes.
        byte[] stored = Convert.FromHexString(
            "38B08846232000204720410010A24701A045204400084501507900C045200524138805B4024A44EF0358028C091601484500BE009E000401189000");
        byte[] target = new byte[4096];
        Assert.True(Lznt1.TryDecode(stored, target));
        const string Expected =
            "F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D E F# G F# D E F# G F# E D E A F# F# G A A G F# E D D E F# E D D\0";
        Assert.Equal(Expected, Encoding.ASCII.GetString(target, 0, Expected.Length));
        Assert.False(target.AsSpan(Expected.Length).ContainsAnyExcept((byte)0));
        Assert.False(Lznt1.TryDecode(stored.AsSpan(0, 20), target));
        stored[2] |= 0x01;
        Assert.False(Lznt1.TryDecode(stored, target));
    }

    private static byte[] ReadAll(FileSystem fileSystem, FileEntry file) => ReadAll(fileSystem.OpenRead(file));

    private static byte[] ReadAll(Stream content)
    {
        using (content)
        {
            using MemoryStream whole = new();
            content.CopyTo(whole);
            return whole.ToArray();
        }
    }

    private static string Digest(Stream content) => Convert.ToHexString(SHA256.HashData(ReadAll(content))).ToLowerInvariant();

    private static void GiveUp(SparseBytes volume, FileEntry file) => ChangeRecord(volume, (long)file.Id, static record =>
    {
        record[22] &= 0xfe;
        record[16]++;
    });

    /// <summary>Changes a record between its fixups, and in the mirror where that has it.</summary>
    internal static void ChangeRecord(SparseBytes volume, long number, Action<byte[]> change)
    {
        NtfsGeometry geometry = NtfsGeometry.Parse(volume.Read(0, 512)) ?? NtfsGeometry.Parse(volume.Read(volume.Length - 512, 512))!;
        List<long> places = [TableOffset + (number * RecordSize)];
        if (number < 4)
        {
            places.Add((geometry.MirrorCluster * geometry.ClusterSize) + (number * RecordSize));
        }

        foreach (long place in places)
        {
            byte[] record = volume.Read(place, RecordSize);
            byte[] ends = [record[510], record[511], record[1022], record[1023]];
            if (!record.AsSpan().StartsWith("FILE"u8) || !NtfsFixups.TryApply(record))
            {
                // No record, or one whose fixups were changed before.
                continue;
            }

            change(record);
            int array = BinaryPrimitives.ReadUInt16LittleEndian(record.AsSpan(4));
            record.AsSpan(510, 2).CopyTo(record.AsSpan(array + 2));
            record.AsSpan(1022, 2).CopyTo(record.AsSpan(array + 4));
            ends.AsSpan(0, 2).CopyTo(record.AsSpan(510));
            ends.AsSpan(2, 2).CopyTo(record.AsSpan(1022));
            volume.Write(place, record);
        }
    }

    private static int OffsetOf(byte[] record, NtfsAttributeType type)
    {
        int offset = BinaryPrimitives.ReadUInt16LittleEndian(record.AsSpan(20));
        while (BinaryPrimitives.ReadUInt32LittleEndian(record.AsSpan(offset)) != (uint)type)
        {
            offset += BinaryPrimitives.ReadInt32LittleEndian(record.AsSpan(offset + 4));
        }

        return offset;
    }

    private static Span<byte> ValueOf(byte[] record, NtfsAttributeType type)
    {
        int offset = OffsetOf(record, type);
        return record.AsSpan(offset + BinaryPrimitives.ReadUInt16LittleEndian(record.AsSpan(offset + 20)));
    }
}
