using System;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>Reads stored data, checked by its checksums, from the first copy that is sound.</summary>
internal sealed class BtrfsData
{
    private readonly BtrfsChunkMap _map;
    private readonly BtrfsChecksum _checksum;
    private readonly BtrfsDataChecksums _checksums;
    private readonly int _sectorSize;

    public BtrfsData(BtrfsChunkMap map, BtrfsChecksum checksum, BtrfsDataChecksums checksums, int sectorSize)
    {
        _map = map;
        _checksum = checksum;
        _checksums = checksums;
        _sectorSize = sectorSize;
    }

    /// <summary>Reads whole sectors.</summary>
    /// <param name="address">Logical address of the first.</param>
    /// <param name="sectors">What is filled.</param>
    /// <param name="isChecked">False where the file has no checksums.</param>
    /// <param name="report">Takes what is found wrong although the bytes can be had.</param>
    /// <exception cref="VmaException">No copy of a sector is sound, or can be read.</exception>
    public void Read(ulong address, Span<byte> sectors, bool isChecked, Action<FileSystemFinding> report)
    {
        int count = sectors.Length / _sectorSize;
        byte[] checksums = isChecked ? new byte[count * _checksum.Size] : [];
        bool[] known = new bool[count];
        if (isChecked)
        {
            _checksums.Find(address, checksums, known);
            int without = Array.IndexOf(known, false);
            if (without >= 0)
            {
                ulong at = address + ((ulong)without * (ulong)_sectorSize);
                report(new FileSystemFinding(
                    VmaCodes.FileSystemChecksumMismatch, VmaSeverity.Error, "Data of the file has lost its checksums: nothing proves it.", VolumeOffset: _map.Place(at, 0)));
            }
        }

        VmaException? failure = null;
        try
        {
            _map.Read(address, sectors, 0);
        }
        catch (VmaException exception)
        {
            failure = exception;
        }

        for (int i = 0; i < count; i++)
        {
            Span<byte> sector = sectors.Slice(i * _sectorSize, _sectorSize);
            ReadOnlySpan<byte> stored = known[i] ? checksums.AsSpan(i * _checksum.Size, _checksum.Size) : default;
            if (failure is null && (stored.IsEmpty || _checksum.Matches(sector, stored)))
            {
                continue;
            }

            ReadSector(address + ((ulong)i * (ulong)_sectorSize), sector, stored, report);
        }
    }

    private void ReadSector(ulong address, Span<byte> sector, ReadOnlySpan<byte> stored, Action<FileSystemFinding> report)
    {
        int copies = _map.Find(address).Copies;
        VmaException? failure = null;
        for (int copy = 0; copy < copies; copy++)
        {
            try
            {
                _map.Read(address, sector, copy);
            }
            catch (VmaException exception)
            {
                failure ??= exception;
                continue;
            }

            if (stored.IsEmpty || _checksum.Matches(sector, stored))
            {
                if (failure is not null)
                {
                    report(new FileSystemFinding(
                        failure.Code,
                        VmaSeverity.Warning,
                        $"{failure.Sentence} Another copy of it serves.",
                        VolumeOffset: (failure as VmaFileSystemException)?.VolumeOffset));
                }

                return;
            }

            failure ??= BtrfsErrors.Checksum(
                $"Data at the logical address {address} does not match its checksum.", offset: _map.Place(address, copy));
        }

        throw failure!;
    }
}
