using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using VmaTools.Disks;

namespace VmaTools.Tests.Disks.Volumes.Locks;

/// <summary>The disk of tests/fixtures/locked, whose headers can be changed.</summary>
internal sealed class LuksDisk : IDisposable
{
    public const string Passphrase = "correct horse battery";
    public const string Numbers = "9B1354225D822F59E4EE81F1168644F20157BEDD9A4CA8DC775600BCD88B57A5";
    private const int HeaderSize = 16 * 1024;

    private static readonly Lazy<SparseBytes> Whole = new(static () =>
    {
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path("locked/luks.vma.zst"));
        using StreamDiskBytes disk = new(archive.Devices[0].OpenRead());
        return SparseBytes.CopyOf(disk);
    });

    public SparseBytes Bytes { get; } = SparseBytes.CopyOf(Whole.Value);

    /// <summary>Where the volume of a partition begins.</summary>
    public static long Start(int partition) => partition switch { 1 => 64 * 512, 2 => 1536 * 512, _ => PartitionTable.Read(new DiskBytesStream(Whole.Value), Whole.Value.Length).Partitions[2].Offset };

    public static VolumeSecrets Secrets(params string[] passphrases)
    {
        VolumeSecrets secrets = new() { Argon2 = new KonsciousArgon2() };
        Array.ForEach(passphrases, p => secrets.AddPassphrase(p));
        return secrets;
    }

    public VolumeSet Open(VolumeSecrets? secrets) => VolumeSet.Open([new KeyValuePair<string, DiskBytes>("disk", SparseBytes.CopyOf(Bytes))], secrets);

    /// <summary>Replaces text in the JSON of a volume's LUKS2 headers, and gives them checksums that fit.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="old">The text, which is there.</param>
    /// <param name="text">What comes in its place.</param>
    /// <param name="copies">Which headers: 1, 2 or both (3).</param>
    public void Replace(int partition, string old, string text, int copies = 3)
    {
        for (int copy = 0; copy < 2; copy++)
        {
            if ((copies & (1 << copy)) != 0)
            {
                long at = Start(partition) + (copy * HeaderSize);
                byte[] header = Bytes.Read(at, HeaderSize);
                string json = Encoding.UTF8.GetString(header, 4096, HeaderSize - 4096);
                string changed = json.Replace(old, text, StringComparison.Ordinal);
                if (changed == json)
                {
                    throw new InvalidOperationException($"{old} is not there.");
                }

                Encoding.UTF8.GetBytes(changed.PadRight(HeaderSize - 4096, '\0')[..(HeaderSize - 4096)]).CopyTo(header, 4096);
                Seal(header);
                Bytes.Write(at, header);
            }
        }
    }

    /// <summary>Raises the sequence number of a header.</summary>
    public void Renew(int partition, int copy)
    {
        long at = Start(partition) + (copy * HeaderSize);
        byte[] header = Bytes.Read(at, HeaderSize);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(16), BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(16)) + 1);
        Seal(header);
        Bytes.Write(at, header);
    }

    /// <summary>Gives a volume's LUKS2 headers checksums that fit.</summary>
    public void Reseal(int partition)
    {
        for (int copy = 0; copy < 2; copy++)
        {
            long at = Start(partition) + (copy * HeaderSize);
            byte[] header = Bytes.Read(at, HeaderSize);
            Seal(header);
            Bytes.Write(at, header);
        }
    }

    public void Write(int partition, long offset, ReadOnlySpan<byte> bytes) => Bytes.Write(Start(partition) + offset, bytes);

    public void Dispose() => Bytes.Dispose();

    /// <summary>The digest of a file on a volume of a set.</summary>
    public static string Hash(VolumeSet set, string volume, string file)
    {
        using FileSystem files = set.Find(volume).OpenFileSystem();
        FileEntry entry = GuestImages.Walk(files).Single(e => e.FullName == file);
        using Stream content = files.OpenRead(entry);
        return Convert.ToHexString(SHA256.HashData(content));
    }

    private static void Seal(byte[] header)
    {
        header.AsSpan(448, 64).Clear();
        SHA256.HashData(header).CopyTo(header, 448);
    }
}
