using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Ufs;

/// <summary>A name in a directory, and the inode that it leads to.</summary>
internal readonly record struct UfsName(uint Inode, RawName Name);

/// <summary>The names in directories: pieces of 512 bytes, each full of entries of which none reaches into the next.</summary>
/// <remarks>An entry: 0 inode u32 (0 for none)   4 length u16   6 type u8   7 length of the name u8   8 the name.</remarks>
internal sealed class UfsDirectory
{
    private const int PieceSize = 512;
    private const int EntryHeader = 8;
    private const int Whiteout = 14;

    private readonly UfsVolume _volume;
    private readonly Action<VmaException, string> _report;

    /// <param name="volume">The volume.</param>
    /// <param name="report">Hears what is wrong in the directory of a path.</param>
    public UfsDirectory(UfsVolume volume, Action<VmaException, string> report)
    {
        _volume = volume;
        _report = report;
    }

    /// <summary>All names of a directory, one after the other.</summary>
    public IEnumerable<UfsName> Read(UfsInode directory, string path)
    {
        foreach (FileExtent extent in UfsContent.Read(_volume, directory))
        {
            if (extent.Kind != FileExtentKind.Data)
            {
                _report(Damaged($"{extent.Length} bytes of the directory are missing.", directory.VolumeOffset), path);
                continue;
            }

            for (long within = 0; within < extent.Length; within += _volume.Superblock.FragmentSize)
            {
                foreach (UfsName name in ReadFragment(
                    extent.VolumeOffset!.Value + within, (int)Math.Min(_volume.Superblock.FragmentSize, extent.Length - within), path))
                {
                    yield return name;
                }
            }
        }
    }

    private IEnumerable<UfsName> ReadFragment(long place, int length, string path)
    {
        byte[] bytes;
        try
        {
            bytes = _volume.Read(place, length);
        }
        catch (VmaException exception)
        {
            _report(exception, path);
            yield break;
        }

        for (int piece = 0; piece < length; piece += PieceSize)
        {
            int end = Math.Min(piece + PieceSize, length);
            for (int at = piece; at < end;)
            {
                UfsFields fields = _volume.FieldsOf(bytes);
                int size = end - at < EntryHeader ? 0 : fields.U16(at + 4);
                int nameLength = size == 0 ? 0 : bytes[at + 7];
                if (size < EntryHeader || size % 4 != 0 || size > end - at || nameLength > size - EntryHeader)
                {
                    _report(Damaged("An entry of the directory is damaged; those behind it in the same piece are not shown.", place + at), path);
                    break;
                }

                uint inode = fields.U32(at);
                if (inode != 0 && bytes[at + 6] != Whiteout && !IsDots(bytes.AsSpan(at + EntryHeader, nameLength)))
                {
                    ReadOnlySpan<byte> name = bytes.AsSpan(at + EntryHeader, nameLength);
                    if (name.IsEmpty || name.IndexOfAny((byte)'/', (byte)0) >= 0)
                    {
                        _report(Damaged("An entry has a name that no name can be.", place + at), path);
                    }
                    else
                    {
                        yield return new UfsName(inode, new RawName(name));
                    }
                }

                at += size;
            }
        }
    }

    private static bool IsDots(ReadOnlySpan<byte> name) => name.SequenceEqual("."u8) || name.SequenceEqual(".."u8);

    private static VmaFileSystemException Damaged(string message, long offset) =>
        new(VmaCodes.FileSystemDamaged, message, volumeOffset: offset);
}
