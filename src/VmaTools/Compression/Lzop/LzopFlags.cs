using System;

namespace VmaTools.Compression;

/// <summary>The flags of an lzop header that matter to a reader.</summary>
[Flags]
internal enum LzopFlags : uint
{
    None = 0,

    /// <summary>Each block carries the Adler-32 of its data.</summary>
    DataAdler32 = 0x0001,

    /// <summary>Each block that is not stored carries the Adler-32 of its compressed bytes.</summary>
    CompressedAdler32 = 0x0002,

    /// <summary>The header is followed by an extra field.</summary>
    ExtraField = 0x0040,

    /// <summary>Each block carries the CRC-32 of its data.</summary>
    DataCrc32 = 0x0100,

    /// <summary>Each block that is not stored carries the CRC-32 of its compressed bytes.</summary>
    CompressedCrc32 = 0x0200,

    /// <summary>The file is one of several parts.</summary>
    Multipart = 0x0400,

    /// <summary>The data went through a filter before it was compressed.</summary>
    Filter = 0x0800,

    /// <summary>The header's own checksum is a CRC-32 instead of an Adler-32.</summary>
    HeaderCrc32 = 0x1000,

    /// <summary>Without a meaning so far.</summary>
    Reserved = 0x000FC000,
}
