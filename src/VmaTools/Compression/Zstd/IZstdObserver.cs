namespace VmaTools.Compression;

/// <summary>Looks at a decoder between its blocks, on the thread that decodes.</summary>
internal interface IZstdObserver
{
    /// <summary>A block has been decoded; until this returns, the decoder stands behind it.</summary>
    /// <returns>To be filled in as soon as the block has been checked, or null.</returns>
    ZstdProof? BlockDecoded();
}
