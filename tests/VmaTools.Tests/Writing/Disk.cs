using System;
using System.IO;

namespace VmaTools.Tests.Writing;

/// <summary>A disk for archives that are written, the same at each run: data, zero blocks, zero clusters, and an end within a block.</summary>
internal static class Disk
{
    public const string Config = "name: known\n#qmdump#map:scsi0:drive-scsi0::raw:\n";

    /// <summary>What Proxmox's <c>vma create -c qemu-server.conf known.vma drive-scsi0=known.raw</c> wrote of it and that config.</summary>
    public const string ArchiveDigest = "c395d0552e842bcbc1980520578ab84301d84746f7399e6cca9a50943075652a";

    /// <summary>The uuid that Proxmox's tool made up for that.</summary>
    public const string Uuid = "22abf1e3-5743-45a7-aeac-d58493588a63";

    private const int Length = 9_000_777;

    /// <summary>When it did so.</summary>
    public static DateTime Time { get; } = DateTime.UnixEpoch.AddSeconds(0x6b0885e3);

    public static byte[] Make()
    {
        byte[] disk = new byte[Length];
        for (int at = 0; at < disk.Length; at++)
        {
            int block = at / 4096;
            uint hash = (uint)block * 2654435761;
            if (hash >> 28 >= 6 && (block < 700 || block >= 1000))
            {
                int within = at % 4096;
                disk[at] = (byte)((hash >> 24) + (within * 7) + (within >> 8));
            }
        }

        return disk;
    }

    public static VmaCreationOptions Options(VmaCompressor? compressor = null) => new() { Uuid = Uuid, CreationTime = Time, Compressor = compressor };

    /// <summary>The archive of that disk and that config, as written.</summary>
    public static byte[] Archive(VmaCompressor? compressor = null)
    {
        using VmaCreation creation = new(Options(compressor));
        creation.AddConfig("qemu-server.conf", System.Text.Encoding.UTF8.GetBytes(Config));
        creation.AddStream("drive-scsi0", new MemoryStream(Make()));
        using MemoryStream output = new();
        creation.Run(output);
        return output.ToArray();
    }
}
