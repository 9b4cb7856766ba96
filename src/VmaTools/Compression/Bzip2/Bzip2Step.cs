namespace VmaTools.Compression;

/// <summary>What a bzip2 decoder does next.</summary>
internal enum Bzip2Step : byte
{
    FirstHeader,

    /// <summary>A block or the end of a stream.</summary>
    Mark,

    /// <summary>Another stream may follow.</summary>
    FurtherHeader,

    Ended,

    /// <summary>Within a block.</summary>
    Data,
}
