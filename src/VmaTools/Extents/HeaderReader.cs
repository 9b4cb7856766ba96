using System;
using VmaTools.Format;
using VmaTools.Sources;

namespace VmaTools.Extents;

/// <summary>Reads the header that an archive starts with.</summary>
internal static class HeaderReader
{
    /// <summary>Reads the header that bytes start with, and stands behind it.</summary>
    /// <exception cref="VmaException">They start with no header, or a damaged one.</exception>
    public static ArchiveHeader Read(ForwardBytes bytes)
    {
        byte[] prefix = new byte[Layout.FixedHeaderSize];
        int read = ReadAll(bytes, prefix);
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

    /// <summary>Reads until the buffer is full or the archive ends; damage to compressed bytes is thrown.</summary>
    private static int ReadAll(ForwardBytes bytes, Span<byte> buffer)
    {
        int read = bytes.Read(buffer);
        return read < buffer.Length ? read + bytes.Read(buffer.Slice(read)) : read;
    }
}
