using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.SquashFs;

/// <summary>
/// Where the content of a file is stored: block by block, the end perhaps in a fragment that it shares with other files. The list of blocks is
/// read as far as it is asked for. For one thread at a time.
/// </summary>
internal sealed class SquashContent
{
    private const int FragmentSize = 16;
    private const int PageEntries = 1024;

    private readonly SquashSuperblock _superblock;
    private readonly SquashMetadata _metadata;
    private readonly SquashEntry _file;

    // Where in metadata each page of the list begins, and where on the volume the first of its blocks is.
    private readonly List<(SquashPlace Place, long Start)> _pages;
    private readonly SquashBlock[] _page = new SquashBlock[PageEntries];
    private long _loaded = -1;

    public SquashContent(SquashSuperblock superblock, SquashMetadata metadata, SquashEntry file)
    {
        _superblock = superblock;
        _metadata = metadata;
        _file = file;
        _pages = [(file.Details, file.Start)];
        Blocks = HasFragment ? file.Length / BlockSize : (file.Length / BlockSize) + (file.Length % BlockSize > 0 ? 1 : 0);
    }

    public long Length => _file.Length;

    public int BlockSize => _superblock.BlockSize;

    /// <summary>Blocks that the file has for itself.</summary>
    public long Blocks { get; }

    /// <summary>Where in the decoded fragment the end of the file begins.</summary>
    public long FragmentOffset => _file.FragmentOffset;

    private bool HasFragment => _file.Fragment != SquashEntry.None && _file.Length % BlockSize > 0;

    /// <summary>Bytes of the content in a block.</summary>
    public int LengthOf(long number) => (int)Math.Min(BlockSize, Length - (number * BlockSize));

    /// <summary>A block: one of its own, or the fragment behind them.</summary>
    /// <exception cref="VmaException">The list of blocks, or the table of fragments, is damaged.</exception>
    public SquashBlock At(long number)
    {
        SquashBlock block = number >= Blocks ? ReadFragment() : ReadBlock(number);
        return block.Start <= _superblock.Length - block.Stored
            ? block
            : throw SquashErrors.Damaged("A block lies behind the end of the file system.", block.Start);
    }

    private SquashBlock ReadBlock(long number)
    {
        for (long page = _pages.Count - 1; page < number / PageEntries; page++)
        {
            Load(page);
        }

        Load(number / PageEntries);
        return _page[number % PageEntries];
    }

    /// <summary>Where it all lies, in order.</summary>
    /// <exception cref="VmaException">The list of blocks, or the table of fragments, is damaged.</exception>
    public IEnumerable<FileExtent> Extents()
    {
        for (long offset = 0; offset < Length; offset += BlockSize)
        {
            long number = offset / BlockSize;
            int length = LengthOf(number);
            SquashBlock block = At(number);
            long within = number >= Blocks ? FragmentOffset : 0;
            yield return block.Stored == 0 ? new FileExtent(offset, length, FileExtentKind.Hole)
                : block.IsCompressed ? new FileExtent(offset, length, FileExtentKind.Encoded, block.Start, block.Stored)
                : new FileExtent(offset, length, FileExtentKind.Data, block.Start + within, length);
        }
    }

    private void Load(long number)
    {
        if (_loaded == number)
        {
            return;
        }

        _loaded = -1;
        (SquashPlace place, long start) = _pages[(int)number];
        int count = (int)Math.Min(PageEntries, Blocks - (number * PageEntries));
        byte[] list = new byte[count * 4];
        _metadata.Read(ref place, list);
        for (int i = 0; i < count; i++)
        {
            _page[i] = SquashBlock.Of(start, LittleEndian.U32(list, i * 4), BlockSize);
            start += _page[i].Stored;
        }

        _loaded = number;
        if (number == _pages.Count - 1)
        {
            _pages.Add((place, start));
        }
    }

    private SquashBlock ReadFragment()
    {
        if (_file.Fragment >= _superblock.Fragments)
        {
            throw SquashErrors.Damaged($"The file ends in the fragment {_file.Fragment} of {_superblock.Fragments}.");
        }

        Span<byte> fragment = stackalloc byte[FragmentSize];
        _metadata.ReadTable(_superblock.FragmentTable, (long)_file.Fragment * FragmentSize, fragment);
        SquashBlock block = SquashBlock.Of(LittleEndian.I64(fragment, 0), LittleEndian.U32(fragment, 8), BlockSize);
        return block.Stored > 0 ? block : throw SquashErrors.Damaged("The fragment that the file ends in holds nothing.", block.Start);
    }
}
