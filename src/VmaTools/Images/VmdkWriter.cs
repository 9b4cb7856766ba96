using System;
using System.Buffers.Binary;
using System.IO;

namespace VmaTools.Images;

/// <summary>Writes a VMDK of the layout monolithicSparse: one file with its descriptor inside, grains in any order.</summary>
/// <remarks>
/// <code>
///  sector 0    header, descriptor        see <see cref="VmdkHeader"/>
///  sector 21   redundant directory, redundant grain tables
///  ...         directory, grain tables   the same again; every table is there from the start
///  ...         grains                    from a multiple of 128 sectors on
/// </code>
/// </remarks>
internal sealed class VmdkWriter : BlockImageWriter
{
    private readonly ImageOptions _options;
    private readonly long _tableCount;
    private readonly long _redundantDirectory;
    private readonly long _directory;
    private readonly long _firstGrain;
    private readonly long _directorySectors;
    private readonly PagedTable _tables;
    private long _end;

    public VmdkWriter(Stream target, long diskSize, ImageOptions options)
        : base(target, diskSize, ImageFormats.Get(ImageFormat.Vmdk).ImageSize(diskSize, options), VmdkHeader.GrainSize)
    {
        _options = options;
        _tableCount = VmdkHeader.TableCount(ImageSize);
        _directorySectors = ((_tableCount * VmdkHeader.EntrySize) + VmdkHeader.SectorSize - 1) / VmdkHeader.SectorSize;
        long tableSectors = _tableCount * VmdkHeader.TableSize / VmdkHeader.SectorSize;
        _redundantDirectory = VmdkHeader.AfterDescriptor;
        _directory = _redundantDirectory + _directorySectors + tableSectors;
        long tables = _directory + _directorySectors;
        _firstGrain = (tables + tableSectors + VmdkHeader.SectorsPerGrain - 1) / VmdkHeader.SectorsPerGrain * VmdkHeader.SectorsPerGrain;
        _end = _firstGrain * VmdkHeader.SectorSize;
        _tables = new PagedTable(target, tables * VmdkHeader.SectorSize, _tableCount * VmdkHeader.TableSize)
        {
            CopyDistance = (_redundantDirectory - _directory) * VmdkHeader.SectorSize,
        };
    }

    protected override bool HasSmallSectorsOnly => true;

    protected override long Locate(long block)
    {
        uint sector = BinaryPrimitives.ReadUInt32LittleEndian(_tables.Read(block * VmdkHeader.EntrySize, VmdkHeader.EntrySize));
        return sector == 0 ? Nowhere : (long)sector * VmdkHeader.SectorSize;
    }

    protected override long Allocate(long block)
    {
        long position = _end;
        _end += BlockSize;
        Span<byte> entry = _tables.Edit(block * VmdkHeader.EntrySize, VmdkHeader.EntrySize);
        BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)(position / VmdkHeader.SectorSize));
        return position;
    }

    protected override void CompleteCore()
    {
        ExtendTo(_end);
        _tables.Flush();
        WriteDirectory(_redundantDirectory);
        WriteDirectory(_directory);
        WriteAt(VmdkHeader.DescriptorSector * VmdkHeader.SectorSize, VmdkHeader.MakeDescriptor("monolithicSparse", ImageSize, _options));
        WriteAt(0, VmdkHeader.Make(
            version: 1,
            VmdkHeader.NewlineTest | VmdkHeader.HasRedundantDirectory,
            ImageSize,
            _redundantDirectory,
            _directory,
            _firstGrain,
            compressed: false));
    }

    /// <summary>Writes a directory, whose tables follow it one after the other: at most 256 KiB.</summary>
    private void WriteDirectory(long sector)
    {
        byte[] directory = new byte[_tableCount * VmdkHeader.EntrySize];
        long table = sector + _directorySectors;
        for (int i = 0; i < _tableCount; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(directory.AsSpan(i * VmdkHeader.EntrySize), (uint)table);
            table += VmdkHeader.TableSize / VmdkHeader.SectorSize;
        }

        WriteAt(sector * VmdkHeader.SectorSize, directory);
    }
}
