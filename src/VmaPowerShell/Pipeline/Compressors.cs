using System;
#if !NETSTANDARD2_0
using System.IO;
using System.Reflection;
#endif

namespace VmaTools.PowerShell;

/// <summary>Encoders for archives that are written.</summary>
internal static class Compressors
{
    /// <summary>The highest level that a compression knows.</summary>
    public static int MaxLevel(string compression) => compression == VmaCompression.Zstd ? 19 : 9;

    /// <summary>Makes a compressor.</summary>
    /// <param name="compression">One of the constants of <see cref="VmaCompression"/>.</param>
    /// <param name="level">How hard it is to try; null for its default.</param>
    /// <returns>Null where nothing is to be compressed.</returns>
    /// <exception cref="VmaException">The encoder is not there.</exception>
    public static VmaCompressor? Create(string compression, int? level) => compression switch
    {
        VmaCompression.None => null,
        VmaCompression.Gzip => new GzipCompressor(level ?? GzipCompressor.DefaultLevel),
        VmaCompression.Zstd => CreateZstd(level ?? 3),
        _ => throw new VmaException(VmaCodes.CompressionNotSupported, $"Archives are written with zstd, gzip or uncompressed, not with {compression}."),
    };

#if NETSTANDARD2_0
    private static ZstdProgramCompressor CreateZstd(int level) => new(level);
#else
    // Another module may bring another version of the encoder: each is loaded apart.
    private static readonly Lazy<ConstructorInfo> Zstd = new(static () =>
        AdapterContext.Load("VmaTools.Zstandard", "zstd", "VmaTools.ZstdCompressor")
            .GetConstructor([typeof(int)])!);

    private static VmaCompressor CreateZstd(int level)
    {
        if (FrameworkZstdCompressor.IsAvailable)
        {
            return new FrameworkZstdCompressor(level);
        }

        try
        {
            return (VmaCompressor)Zstd.Value.Invoke([level]);
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException)
        {
            throw new VmaException(
                VmaCodes.CompressorFailed, $"The encoder for zstd that belongs to the module cannot be loaded: {exception.Message}", innerException: exception);
        }
    }
#endif
}
