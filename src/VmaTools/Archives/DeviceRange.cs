
namespace VmaTools.Archives;

/// <summary>What reading a stretch of a device gives.</summary>
internal enum DeviceRangeKind
{
    /// <summary>Bytes that the archive stores.</summary>
    Data,

    /// <summary>Zeros that cost nothing.</summary>
    Zero,

    /// <summary>An error: the archive has lost it, or contradicts itself about it.</summary>
    Lost,
}

/// <summary>A stretch of a device that is of one kind throughout.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Length">Bytes that it has.</param>
internal readonly record struct DeviceRange(DeviceRangeKind Kind, long Length);
