using System.IO;

namespace VmaTools.Cli;

/// <summary>How what is written is compressed, as its name says.</summary>
internal static class Compressors
{
    /// <summary>Why a target cannot be written with that level, or null where it can.</summary>
    public static string? Check(string target, int? level) => ExtensionOf(target) switch
    {
        null => level is null ? null : "--level goes with a name that ends in .zst or .gz.",
        "zst" => IsOutside(level, ZstdCompressor.MaxLevel) ? $"zst has levels 1 to {ZstdCompressor.MaxLevel}." : null,
        "gz" => IsOutside(level, 9) ? "gz has levels 1 to 9." : null,
        string other => $".{other} cannot be written; .zst, .gz and none can.",
    };

    /// <summary>The compressor for a target that passed <see cref="Check"/>.</summary>
    public static VmaCompressor? For(string target, int? level) => ExtensionOf(target) switch
    {
        "zst" when FrameworkZstdCompressor.IsAvailable => new FrameworkZstdCompressor(level ?? ZstdCompressor.DefaultLevel),
        "zst" => new ZstdCompressor(level ?? ZstdCompressor.DefaultLevel),
        "gz" => new GzipCompressor(level ?? GzipCompressor.DefaultLevel),
        _ => null,
    };

    private static bool IsOutside(int? level, int most) => level is int number && (number < 1 || number > most);

    private static string? ExtensionOf(string target) =>
        Path.GetExtension(target).ToLowerInvariant() is (".zst" or ".gz" or ".lzo" or ".bz2") and string extension ? extension.Substring(1) : null;
}
