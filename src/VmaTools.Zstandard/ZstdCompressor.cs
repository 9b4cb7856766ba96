using System;
using System.Reflection;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace VmaTools;

/// <summary>Zstandard by ZstdSharp.Port: frames that tell their size and carry a checksum.</summary>
public sealed class ZstdCompressor : VmaCompressor
{
    /// <summary>The level used unless another is asked for: zstd's own default.</summary>
    public const int DefaultLevel = 3;

    /// <summary>The highest level.</summary>
    public const int MaxLevel = 19;

    private readonly int _level;

    /// <summary>Creates a compressor.</summary>
    /// <param name="level">1 (fast) to 19 (small).</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such level.</exception>
    public ZstdCompressor(int level = DefaultLevel) =>
        _level = level is >= 1 and <= MaxLevel ? level : throw new ArgumentOutOfRangeException(nameof(level), $"zstd has levels 1 to {MaxLevel}.");

    /// <inheritdoc/>
    public override string Compression => VmaCompression.Zstd;

    /// <inheritdoc/>
    public override string Description =>
        $"ZstdSharp.Port {typeof(Compressor).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()?.Version}, level {_level}";

    /// <inheritdoc/>
    public override VmaFrameEncoder CreateEncoder() => new Encoder(_level);

    private sealed class Encoder : VmaFrameEncoder
    {
        private readonly Compressor _compressor;

        public Encoder(int level)
        {
            _compressor = new Compressor(level);
            _compressor.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        }

        public override int GetMaxSize(int length) => Compressor.GetCompressBound(length);

        public override int Encode(ReadOnlySpan<byte> source, Span<byte> target)
        {
            try
            {
                return _compressor.Wrap(source, target);
            }
            catch (ZstdException exception)
            {
                throw new VmaException(VmaCodes.CompressorFailed, $"The zstd encoder failed: {exception.Message}", innerException: exception);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _compressor.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
