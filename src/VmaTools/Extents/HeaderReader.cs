using System;
using VmaTools.Bytes;
using VmaTools.Format;
using VmaTools.Sources;

namespace VmaTools.Extents;

/// <summary>Reads the header that an archive starts with.</summary>
internal static class HeaderReader
{
    // An archive whose begin is lost has other bytes before that.
    private const long MostZeros = 64 << 20;

    /// <summary>Reads the header that bytes start with, and stands behind it.</summary>
    /// <exception cref="VmaException">They start with no header, or a damaged one.</exception>
    public static ArchiveHeader Read(ForwardBytes bytes)
    {
        byte[] prefix = new byte[Layout.FixedHeaderSize];
        int read = ReadAll(bytes, prefix);
        if (!ArchiveHeader.HasMagic(prefix.AsSpan(0, read)))
        {
            throw NoArchive(bytes, prefix.AsSpan(0, read));
        }

        int size = ArchiveHeader.ReadSize(prefix.AsSpan(0, read));
        if (bytes.Length is long length && length < size)
        {
            throw ArchiveHeader.Truncated(length, size);
        }

        // Memory follows what is really there, not what the header claims.
        byte[] header = prefix;
        while (header.Length < size)
        {
            int had = header.Length;
            Array.Resize(ref header, (int)Math.Min(size, 2L * had));
            int got = ReadAll(bytes, header.AsSpan(had));
            if (had + got < header.Length)
            {
                throw ArchiveHeader.Truncated(had + got, size);
            }
        }

        return ArchiveHeader.Parse(header);
    }

    /// <summary>Reads past the header that bytes start with, which must be the known one.</summary>
    /// <exception cref="VmaException">It is another, so that the archive has changed.</exception>
    public static void Pass(ForwardBytes bytes, ArchiveHeader known, string? path)
    {
        if (!Read(bytes).Uuid.AsSpan().SequenceEqual(known.Uuid))
        {
            throw new VmaException(VmaCodes.SourceChanged, "The archive has changed since it was first looked at.", path);
        }
    }

    /// <summary>The error for bytes that begin no archive: it tells what they are, where that is known.</summary>
    private static VmaFormatException NoArchive(ForwardBytes bytes, ReadOnlySpan<byte> prefix)
    {
        byte[] start = new byte[ForeignContent.MostNeeded];
        prefix.CopyTo(start);
        int length = prefix.Length;
        try
        {
            length += ReadAll(bytes, start.AsSpan(length));
            if (length > 0 && CountZeros(bytes, start.AsSpan(0, length)) is { } zeros)
            {
                return ArchiveHeader.NotAnArchive(zeros < MostZeros ? $"nothing but zeros ({zeros} bytes)" : $"nothing but zeros, as far as its first {zeros} bytes tell");
            }
        }
        catch (VmaException)
        {
            // Further bytes cannot be read; what there is has to do.
        }

        return ArchiveHeader.NoArchive(start.AsSpan(0, length));
    }

    /// <summary>How many bytes there are, where all are zero, counted up to <see cref="MostZeros"/>; null where one is not.</summary>
    private static long? CountZeros(ForwardBytes bytes, ReadOnlySpan<byte> start)
    {
        long count = start.Length;
        if (!Zeros.AreAll(start))
        {
            return null;
        }

        byte[] buffer = new byte[1 << 20];
        while (count < MostZeros && bytes.Read(buffer) is > 0 and int read)
        {
            if (!Zeros.AreAll(buffer.AsSpan(0, read)))
            {
                return null;
            }

            count += read;
        }

        return Math.Min(count, MostZeros);
    }

    /// <summary>Reads until the buffer is full or the archive ends; damage to compressed bytes is thrown.</summary>
    private static int ReadAll(ForwardBytes bytes, Span<byte> buffer)
    {
        int read = bytes.Read(buffer);
        return read < buffer.Length ? read + bytes.Read(buffer.Slice(read)) : read;
    }
}
