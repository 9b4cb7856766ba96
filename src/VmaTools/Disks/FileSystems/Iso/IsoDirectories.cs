using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Iso;

/// <summary>The records of directories.</summary>
internal sealed class IsoDirectories
{
    private readonly DiskBytes _volume;

    public IsoDirectories(DiskBytes volume) => _volume = volume;

    /// <summary>The records of a directory in their order, its own and that of the one above among them.</summary>
    /// <param name="range">Where they lie. None goes beyond the end of a sector; a length of zero leads to the next.</param>
    /// <exception cref="VmaException">They are damaged.</exception>
    public IEnumerable<IsoRecord> Read(IsoRange range)
    {
        byte[] sector = new byte[IsoDescriptors.SectorSize];
        for (long done = 0; done < range.Length; done += sector.Length)
        {
            int length = (int)Math.Min(sector.Length, range.Length - done);
            _volume.Read(range.Offset + done, sector.AsSpan(0, length));
            for (int at = 0; at < length && sector[at] != 0;)
            {
                long offset = range.Offset + done + at;
                if (at + sector[at] > length || !IsoRecord.IsSound(sector.AsSpan(at, sector[at])))
                {
                    throw IsoErrors.Damaged("A record of a directory is cut off.", offset);
                }

                yield return new IsoRecord(sector.AsSpan(at, sector[at]).ToArray(), offset);
                at += sector[at];
            }
        }
    }

    /// <summary>The record that a directory has of itself.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <exception cref="VmaException">It is damaged.</exception>
    public IsoRecord ReadOwn(long offset)
    {
        foreach (IsoRecord record in Read(new IsoRange(offset, IsoDescriptors.SectorSize)))
        {
            if (record is { IsDirectory: true, IsDots: true })
            {
                return record;
            }

            break;
        }

        throw IsoErrors.Damaged("No directory begins where one should.", offset);
    }
}
