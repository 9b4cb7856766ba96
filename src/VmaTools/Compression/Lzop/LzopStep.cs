namespace VmaTools.Compression;

/// <summary>What an lzop decoder expects next.</summary>
internal enum LzopStep
{
    FirstHeader,
    Block,
    FurtherHeader,
    Ended,
}
