using System;
using System.IO;

namespace VmaTools.GuestFiles.Catalogs;

/// <summary>What is known of a block's entries beside their names. It is used again for each block.</summary>
internal sealed class CatalogFacts
{
    private readonly int[] _left = new int[CatalogFormat.MostEntries];
    private readonly long[] _lengths = new long[CatalogFormat.MostEntries];
    private readonly ulong[] _ids = new ulong[CatalogFormat.MostEntries];
    private readonly FileTime[] _times = new FileTime[CatalogFormat.MostEntries];
    private byte[] _bytes = [];

    /// <summary>Takes a block's record.</summary>
    /// <param name="content">The record.</param>
    /// <param name="count">How many entries the block has.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public void Load(byte[] content, int count)
    {
        int length = CatalogNames.Inflate(content, content, CatalogFormat.MaxFactBytes, ref _bytes);
        ReadOnlySpan<byte> rest = _bytes.AsSpan(0, length);
        if (length < count)
        {
            throw CatalogFormat.Damaged();
        }

        rest = rest.Slice(count);
        for (int i = 0; i < count; i++)
        {
            if (TypeOf(i) > FileEntryType.Socket)
            {
                throw CatalogFormat.Damaged();
            }

            _left[i] = CatalogNumbers.ReadCount(ref rest, int.MaxValue);
        }

        for (int i = 0; i < count; i++)
        {
            ulong bytes = CatalogNumbers.Read(ref rest);
            _lengths[i] = bytes <= long.MaxValue ? (long)bytes : throw CatalogFormat.Damaged();
        }

        ulong id = 0;
        for (int i = 0; i < count; i++)
        {
            id = unchecked(id + (ulong)CatalogNumbers.ReadSigned(ref rest));
            _ids[i] = id;
        }

        ReadTimes(rest, count);
    }

    public FileEntryType TypeOf(int entry) => (FileEntryType)(_bytes[entry] & CatalogBlock.TypeMask);

    /// <summary>Whether it is a directory that folds names.</summary>
    public bool FoldsNames(int entry) => (_bytes[entry] & CatalogBlock.FoldsNames) != 0;

    /// <summary>How many directories are left before it.</summary>
    public int LeftBefore(int entry) => _left[entry];

    /// <summary>Bytes of a file; null for what is none.</summary>
    public long? LengthOf(int entry) => TypeOf(entry) == FileEntryType.File ? _lengths[entry] : null;

    public ulong IdOf(int entry) => _ids[entry];

    /// <summary>When it was changed last, or null.</summary>
    public FileTime? TimeOf(int entry) => (_bytes[entry] & CatalogBlock.HasNoTime) == 0 ? _times[entry] : null;

    private void ReadTimes(ReadOnlySpan<byte> rest, int count)
    {
        Span<long> seconds = new long[count];
        long second = 0;
        for (int i = 0; i < count; i++)
        {
            if ((_bytes[i] & CatalogBlock.HasNoTime) == 0)
            {
                second = unchecked(second + CatalogNumbers.ReadSigned(ref rest));
                seconds[i] = second;
            }
        }

        for (int i = 0; i < count; i++)
        {
            if ((_bytes[i] & CatalogBlock.HasNoTime) == 0)
            {
                _times[i] = new FileTime(seconds[i], CatalogNumbers.ReadCount(ref rest, 999_999_999));
            }
        }
    }
}
