using System.Collections.Generic;
using System.IO;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>A file whose record is not in use any more, or that no directory has.</summary>
internal sealed class NtfsDeletedFile : DeletedFile
{
    private readonly NtfsVolume _volume;
    private readonly NtfsBitmap _bitmap;
    private readonly NtfsFile _file;

    public NtfsDeletedFile(NtfsVolume volume, NtfsBitmap bitmap, NtfsFile file, FileEntry entry, string? path, bool isPathCertain)
        : base(entry, path, isPathCertain, file.Record.IsInUse)
    {
        _volume = volume;
        _bitmap = bitmap;
        _file = file;
    }

    public override Stream OpenRead() => Content()?.Open(_volume.Bytes) ?? new MemoryStream([], writable: false);

    public override IReadOnlyList<DeletedFileExtent> ReadAllocation()
    {
        List<DeletedFileExtent> extents = [];
        foreach (FileExtent extent in Content()?.Extents() ?? [])
        {
            if (extent.VolumeOffset is not long place || extent.Kind == FileExtentKind.Inline)
            {
                // What is in the record is there as long as the record tells of the file.
                extents.Add(new DeletedFileExtent(extent, extent.Kind == FileExtentKind.Encoded ? null : false));
                continue;
            }

            if (_file.Record.IsInUse)
            {
                extents.Add(new DeletedFileExtent(extent, false));
                continue;
            }

            if (extent.Kind == FileExtentKind.Encoded)
            {
                extents.Add(new DeletedFileExtent(extent, _bitmap.Stretch(place, extent.StoredLength, out bool isUsed) < extent.StoredLength || isUsed));
                continue;
            }

            for (long done = 0; done < extent.Length;)
            {
                long length = _bitmap.Stretch(place + done, extent.Length - done, out bool isUsed);
                FileExtent part = extent with { Offset = extent.Offset + done, Length = length, VolumeOffset = place + done, StoredLength = length };
                extents.Add(new DeletedFileExtent(part, isUsed));
                done += length;
            }
        }

        return extents;
    }

    private NtfsValue? Content() => Entry.Type == FileEntryType.Directory ? null : _file.Open(NtfsAttributeType.Data);
}
