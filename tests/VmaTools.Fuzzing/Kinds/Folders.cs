using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Xunit;

namespace VmaTools.Fuzzing;

/// <summary>Folders of backups with notes and logs of any bytes, and files of any names beside them: all is listed, nothing fails.</summary>
internal sealed class Folders : Kind
{
    private const string Backup = "vzdump-qemu-101-2026_11_20-02_00_03.vma.zst";

    private static readonly byte[] Notes = File.ReadAllBytes(Fixtures.Path($"guests/{Backup}.notes"));

    private static readonly byte[] Log = File.ReadAllBytes(Fixtures.Path("guests/vzdump-qemu-101-2026_11_20-02_00_03.log"));

    private static readonly string[] Pieces =
    [
        "vzdump-qemu-", "101", "2026_11_20-02_00_03", ".vma", ".zst", ".gz", ".notes", ".log", ".protected", ".dat", ".tmp", "-", "_", "lxc", "x", ".", "vmatools", "\u00e9", ".vmaindex", ".gpg", ".part1",
    ];

    public override int Usual => 600;

    public override IReadOnlyList<string> Reached => ["notes", "no notes"];

    public override string Try(int seed)
    {
        Random random = new(seed);
        string folder = Directory.CreateDirectory(Folder.File("folder")).FullName;
        File.WriteAllBytes(Path.Combine(folder, Backup), []);
        File.WriteAllBytes(Path.Combine(folder, Backup + ".notes"), random.Next(8) == 0 ? [] : Mutator.Change(Notes, random));
        File.WriteAllBytes(Path.Combine(folder, "vzdump-qemu-101-2026_11_20-02_00_03.log"), Mutator.Change(Log, random));
        for (int i = random.Next(6); i > 0; i--)
        {
            string name = SafeFileName.From(Mutator.Text(Pieces, 6, random));
            if (!File.Exists(Path.Combine(folder, name)))
            {
                File.WriteAllBytes(Path.Combine(folder, name), Splice.Noise(random.Next(40), random.Next()));
            }
        }

        List<string> unreadable = [];
        VmaBackup[] found = [.. BackupScanner.Scan(folder, new BackupScanOptions { ReadNotes = true, ReadLogs = true }, (path, _) => unreadable.Add(path))];
        Assert.Empty(unreadable);
        VmaBackup backup = Assert.Single(found, static b => b.FileName == Backup);
        Assert.Equal(101, backup.VMId);
        Assert.All(found, b => Assert.True(File.Exists(Path.Combine(folder, b.FileName)), b.FileName));
        Directory.Delete(folder, recursive: true);
        return string.IsNullOrEmpty(backup.Notes) ? "no notes" : "notes";
    }
}
