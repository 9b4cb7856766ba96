using System;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Disks.FileSystems.Ext.Folding;

namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>The names in directories, all of them or one that is looked for, wherever they are stored.</summary>
internal sealed class ExtDirectories
{
    private readonly ExtVolume _volume;
    private readonly ExtAttributes _attributes;
    private readonly Action<VmaException, string> _report;

    /// <param name="volume">The volume.</param>
    /// <param name="attributes">Its extended attributes, where inline directories go on.</param>
    /// <param name="report">Hears what is wrong in the directory of a path.</param>
    public ExtDirectories(ExtVolume volume, ExtAttributes attributes, Action<VmaException, string> report)
    {
        _volume = volume;
        _attributes = attributes;
        _report = report;
    }

    /// <summary>All names of a directory, one after the other. Encrypted ones are as Linux shows them without a key.</summary>
    public IEnumerable<ExtName> Read(ExtInode directory, string path)
    {
        IEnumerable<ExtName> names = _volume.Fast?.IsCreated(directory.Number) == true ? []
            : directory.HasFlag(ExtFlags.InlineData) ? ReadInline(directory, path)
            : ReadBlocks(directory, path, ExtContent.Read(_volume, directory));
        names = _volume.Fast?.Change(directory.Number, names) ?? names;
        return directory.HasFlag(ExtFlags.Encrypted) ? Encode(directory, path, names) : names;
    }

    /// <summary>The entry of a name, exactly, else as the directory folds names; null where there is none.</summary>
    public ExtName? Find(ExtInode directory, string path, RawName name)
    {
        bool isFolding = directory.HasFlag(ExtFlags.CaseFold) && !directory.HasFlag(ExtFlags.Encrypted);
        ExtNameSearch search = new(name, isFolding ? NameFolding.Fold(name) : null);
        bool isIndexed = directory.HasFlag(ExtFlags.Indexed) && !directory.HasFlag(ExtFlags.InlineData | ExtFlags.Encrypted);
        if (isIndexed && _volume.Fast?.ChangesNames(directory.Number) != true)
        {
            try
            {
                if (TryFindByIndex(directory, path, search))
                {
                    return search.Result(path);
                }
            }
            catch (VmaFileSystemException exception) when (exception.Code != VmaCodes.FileNameAmbiguous)
            {
                // An index that is damaged hides no name: every block is looked into instead.
                _report(exception, path);
            }
        }

        search.Clear();
        search.Look(Read(directory, path));
        return search.Result(path);
    }

    /// <summary>Names that were removed from a directory, and may lead to other files by now; blocks that cannot be read are passed over.</summary>
    public IEnumerable<ExtName> ReadRemoved(ExtInode directory)
    {
        if (directory.HasFlag(ExtFlags.InlineData | ExtFlags.Encrypted))
        {
            yield break;
        }

        foreach (FileExtent extent in ExtContent.Read(_volume, directory).Where(static e => e.Kind == FileExtentKind.Data))
        {
            for (long within = 0; within < extent.Length; within += _volume.BlockSize)
            {
                byte[] block;
                try
                {
                    block = ReadBlock(directory, extent.VolumeOffset!.Value + within);
                }
                catch (VmaException)
                {
                    continue;
                }

                foreach (ExtName name in ExtDirectoryBlock.ReadRemoved(_volume, block))
                {
                    yield return name;
                }
            }
        }
    }

    private bool TryFindByIndex(ExtInode directory, string path, ExtNameSearch search)
    {
        IReadOnlyList<FileExtent> extents = ExtContent.Read(_volume, directory);
        long PlaceOf(long number)
        {
            long position = number * _volume.BlockSize;
            FileExtent extent = position < directory.Length ? ExtentList.Find(extents, position) : default;
            return extent is { Kind: FileExtentKind.Data, VolumeOffset: long start }
                ? start + position - extent.Offset
                : throw new VmaFileSystemException(
                    VmaCodes.FileSystemDamaged,
                    $"The index of the directory names block {number}, which it does not have.",
                    volumeOffset: directory.VolumeOffset);
        }

        return ExtIndex.TrySearch(
            _volume.Superblock,
            number => ReadBlock(directory, PlaceOf(number)),
            search.Hashed,
            number =>
            {
                long place = PlaceOf(number);
                return search.Look(EntriesOf(directory, path, ReadBlock(directory, place), place));
            });
    }

    private IEnumerable<ExtName> ReadInline(ExtInode directory, string path)
    {
        // The first four bytes name the directory above; the rest goes on behind the inode's fields.
        byte[] first = directory.BlockField.Slice(4).ToArray();
        byte[] rest = _attributes.ReadInlineRest(directory);
        foreach (byte[] part in (byte[][])[first, rest])
        {
            foreach (ExtName name in EntriesOf(directory, path, part, 0))
            {
                yield return name;
            }
        }
    }

    private IEnumerable<ExtName> ReadBlocks(ExtInode directory, string path, IReadOnlyList<FileExtent> extents)
    {
        foreach (FileExtent extent in extents)
        {
            if (extent.Kind != FileExtentKind.Data)
            {
                _report(
                    new VmaFileSystemException(
                        VmaCodes.FileSystemDamaged, $"{extent.Length} bytes of the directory are missing.", volumeOffset: directory.VolumeOffset),
                    path);
                continue;
            }

            for (long within = 0; within < extent.Length; within += _volume.BlockSize)
            {
                long place = extent.VolumeOffset!.Value + within;
                byte[] block;
                try
                {
                    block = ReadBlock(directory, place);
                }
                catch (VmaException exception)
                {
                    _report(exception, path);
                    continue;
                }

                foreach (ExtName name in EntriesOf(directory, path, block, place))
                {
                    yield return name;
                }
            }
        }
    }

    private IEnumerable<ExtName> EntriesOf(ExtInode directory, string path, byte[] block, long place) => ExtDirectoryBlock.Read(
        _volume, block, place, exception => _report(exception, path), directory.HasFlag(ExtFlags.Encrypted));

    private byte[] ReadBlock(ExtInode directory, long place)
    {
        byte[] block = _volume.ReadBlock(place / _volume.BlockSize);
        return ExtDirectoryBlock.IsChecksumRight(_volume, directory, block)
            ? block
            : throw new VmaFileSystemException(
                VmaCodes.FileSystemChecksumMismatch, "The checksum of a block of the directory does not match.", volumeOffset: place);
    }

    private IEnumerable<ExtName> Encode(ExtInode directory, string path, IEnumerable<ExtName> names)
    {
        _report(
            new VmaFileSystemException(VmaCodes.FileEncrypted, "The names in this directory are encrypted; what stands for them is shown."), path);
        ExtSuperblock superblock = _volume.Superblock;
        bool isHashed = (superblock.Compatible & ExtFeatures.DirectoryIndex) != 0
            && (directory.HasFlag(ExtFlags.Indexed | ExtFlags.InlineData) || directory.Length == _volume.BlockSize)
            && !directory.HasFlag(ExtFlags.CaseFold);
        foreach (ExtName name in names)
        {
            uint minor = 0;
            uint hash = isHashed
                ? ExtHash.Compute(name.Name.Bytes, superblock.HashVersion, superblock.HashesUnsigned, superblock.HashSeed, out minor) ?? 0
                : 0;
            yield return new ExtName(name.Inode, ExtEncryptedName.Encode(name.Name.Bytes, hash, minor));
        }
    }
}
