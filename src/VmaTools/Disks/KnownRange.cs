namespace VmaTools.Disks;

/// <summary>What reading a range of a disk will give, as far as it is known without reading.</summary>
internal enum KnownRangeKind
{
    /// <summary>Bytes that are stored, or whatever else only reading would tell.</summary>
    Data,

    /// <summary>Zeros that cost no reading.</summary>
    Zeros,

    /// <summary>Nothing: the bytes are lost, or contradict themselves. Reading throws.</summary>
    Lost,
}

/// <summary>A stretch of one kind. Its length is 0 only at the end of the disk.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="Kind">What reading gives.</param>
internal readonly record struct KnownRange(long Length, KnownRangeKind Kind);

/// <summary>A stream that knows without reading which of its ranges are zeros, and which are lost.</summary>
internal interface IKnownRanges
{
    /// <summary>The stretch of one kind from <paramref name="offset"/> on, at most <paramref name="limit"/> bytes. The position stays.</summary>
    KnownRange FindRange(long offset, long limit);
}
