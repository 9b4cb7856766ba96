using System;
using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;
using VmaTools.Bytes;

namespace VmaTools.Images;

/// <summary>Writes a VMDK of the layout streamOptimized: compressed grains in ascending order, to be read in one pass.</summary>
/// <remarks>
/// <code>
///  sector 0     header, descriptor   see <see cref="VmdkHeader"/>; the directory is said to be in the footer
///  sector 128   for each grain table with a grain in it:
///                 grains             sector on the disk (8 bytes), length (4), zlib stream; padded to a sector
///                 marker, grain table
///  ...          marker, directory    an entry of 0 stands for a table without a grain
///  ...          marker, footer       the header with the directory's true position
///  ...          marker of the end
///
///  marker       sectors that follow (8 bytes), 0 (4), kind (4); padded to a sector
/// </code>
/// The position of a grain is known only once everything before it is compressed, and a table follows its grains at once:
/// so nothing can be added to a grain or a table that lies behind.
/// </remarks>
internal sealed class VmdkStreamWriter : ImageWriter
{
    private const int GrainHeadSize = 12;
    private const uint EndOfStream = 0;
    private const uint GrainTable = 1;
    private const uint GrainDirectory = 2;
    private const uint Footer = 3;

    private readonly byte[] _grain = new byte[VmdkHeader.GrainSize];
    private readonly byte[] _table = new byte[VmdkHeader.TableSize];
    private readonly byte[] _directory;
    private readonly byte[] _descriptor;
    private readonly MemoryStream _compressed = new(2 * VmdkHeader.GrainSize);
    private long _currentGrain;
    private bool _grainHasData;
    private bool _tableHasGrains;
    private long _end = VmdkHeader.SectorsPerGrain * VmdkHeader.SectorSize;

    public VmdkStreamWriter(Stream target, long diskSize, ImageOptions options)
        : base(target, diskSize, ImageFormats.Get(ImageFormat.Vmdk).ImageSize(diskSize, options))
    {
        _directory = new byte[VmdkHeader.TableCount(ImageSize) * VmdkHeader.EntrySize];
        _descriptor = VmdkHeader.MakeDescriptor("streamOptimized", ImageSize, options);
    }

    protected override bool HasSmallSectorsOnly => true;

    public override bool NeedsAscendingOrder => true;

    protected override void WriteCore(long offset, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            long grain = offset / VmdkHeader.GrainSize;
            MoveTo(grain);
            int within = (int)(offset - (grain * VmdkHeader.GrainSize));
            int length = Math.Min(VmdkHeader.GrainSize - within, data.Length);
            data.Slice(0, length).CopyTo(_grain.AsSpan(within));
            _grainHasData = true;
            offset += length;
            data = data.Slice(length);
        }
    }

    protected override void CompleteCore()
    {
        EndGrain();
        EndTable();

        int directorySectors = (_directory.Length + VmdkHeader.SectorSize - 1) / VmdkHeader.SectorSize;
        AppendMarker(GrainDirectory, directorySectors);
        long directory = _end / VmdkHeader.SectorSize;
        Append(_directory);

        AppendMarker(Footer, 1);
        Append(MakeHeader(directory));
        AppendMarker(EndOfStream, 0);

        WriteAt(VmdkHeader.DescriptorSector * VmdkHeader.SectorSize, _descriptor);
        WriteAt(0, MakeHeader(VmdkHeader.DirectoryInFooter));
    }

    protected override void Dispose(bool disposing)
    {
        _compressed.Dispose();
        base.Dispose(disposing);
    }

    private void MoveTo(long grain)
    {
        if (grain == _currentGrain)
        {
            return;
        }

        if (grain < _currentGrain)
        {
            throw new InvalidOperationException(
                $"A streamOptimized VMDK takes its data in ascending order: grain {grain} came after grain {_currentGrain}.");
        }

        EndGrain();
        if (grain / VmdkHeader.GrainsPerTable != _currentGrain / VmdkHeader.GrainsPerTable)
        {
            EndTable();
        }

        _currentGrain = grain;
    }

    private void EndGrain()
    {
        if (_grainHasData && !Zeros.AreAll(_grain))
        {
            Span<byte> entry = _table.AsSpan((int)(_currentGrain % VmdkHeader.GrainsPerTable) * VmdkHeader.EntrySize);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, NextSector());
            _tableHasGrains = true;
            Append(Compress());
        }

        _grain.AsSpan().Clear();
        _grainHasData = false;
    }

    private void EndTable()
    {
        if (_tableHasGrains)
        {
            AppendMarker(GrainTable, VmdkHeader.TableSize / VmdkHeader.SectorSize);
            Span<byte> entry = _directory.AsSpan((int)(_currentGrain / VmdkHeader.GrainsPerTable) * VmdkHeader.EntrySize);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, NextSector());
            Append(_table);
        }

        _table.AsSpan().Clear();
        _tableHasGrains = false;
    }

    /// <summary>The grain as it is stored: its head and a zlib stream.</summary>
    private ReadOnlySpan<byte> Compress()
    {
        Span<byte> number = stackalloc byte[GrainHeadSize + 2];
        BinaryPrimitives.WriteInt64LittleEndian(number, _currentGrain * VmdkHeader.SectorsPerGrain);

        // netstandard2.0 has only the bare deflate; zlib's frame around it is two bytes before and a checksum after.
        number[GrainHeadSize] = 0x78;
        number[GrainHeadSize + 1] = 0x9C;
        _compressed.SetLength(0);
        _compressed.Write(number.ToArray(), 0, number.Length);
        using (DeflateStream deflate = new(_compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(_grain, 0, _grain.Length);
        }

        BinaryPrimitives.WriteUInt32BigEndian(number, Adler32.Append(Adler32.Initial, _grain));
        _compressed.Write(number.Slice(0, 4).ToArray(), 0, 4);

        Span<byte> stored = _compressed.GetBuffer().AsSpan(0, (int)_compressed.Length);
        BinaryPrimitives.WriteInt32LittleEndian(stored.Slice(8), stored.Length - GrainHeadSize);
        return stored;
    }

    private byte[] MakeHeader(long directory) => VmdkHeader.Make(
        version: 3,
        VmdkHeader.NewlineTest | VmdkHeader.HasCompressedGrains | VmdkHeader.HasMarkers,
        ImageSize,
        redundantDirectory: 0,
        directory,
        firstGrain: VmdkHeader.SectorsPerGrain,
        compressed: true);

    private void AppendMarker(uint kind, int sectorsThatFollow)
    {
        byte[] marker = new byte[VmdkHeader.SectorSize];
        BinaryPrimitives.WriteInt64LittleEndian(marker, sectorsThatFollow);
        BinaryPrimitives.WriteUInt32LittleEndian(marker.AsSpan(12), kind);
        Append(marker);
    }

    /// <summary>Writes at the end and pads to a sector: the gap to the next piece reads as zeros.</summary>
    private void Append(ReadOnlySpan<byte> data)
    {
        WriteAt(_end, data);
        _end += (data.Length + VmdkHeader.SectorSize - 1) / VmdkHeader.SectorSize * VmdkHeader.SectorSize;
    }

    /// <summary>The sector at which the next piece goes, which must fit 32 bits: data that does not compress makes the file larger.</summary>
    private uint NextSector()
    {
        long sector = _end / VmdkHeader.SectorSize;
        if (sector >= VmdkHeader.SectorLimit)
        {
            throw new VmaException(VmaCodes.ImageTooLarge, "The VMDK would exceed 2 TiB, beyond which its tables cannot point.");
        }

        return (uint)sector;
    }
}
