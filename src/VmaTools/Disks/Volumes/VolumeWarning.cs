namespace VmaTools;

/// <summary>Something odd about the volumes of a guest. Reading goes on.</summary>
/// <param name="Code">One of the constants of <see cref="VmaCodes"/>, or the name of a <c>PartitionWarningCode</c>.</param>
/// <param name="Message">The same in a sentence.</param>
/// <param name="Volume">Id of the volume, or name of the disk or volume group, that it concerns.</param>
public sealed record VolumeWarning(string Code, string Message, string Volume)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Volume}: {Message}";
}
