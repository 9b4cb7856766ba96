namespace VmaTools.Compression;

/// <summary>What a gzip decoder expects next.</summary>
internal enum GzipStep
{
    FirstHeader,
    Block,
    Trailer,
    FurtherHeader,
    Ended,
}
