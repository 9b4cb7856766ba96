#if !NETSTANDARD2_0
using System;
using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Reflection;

namespace VmaTools;

/// <summary>Zstandard by .NET itself, which has it from .NET 11 on: frames that tell their size and carry a checksum.</summary>
public sealed class FrameworkZstdCompressor : VmaCompressor
{
    // Looked up by name: this is built for .NET 8, and runs on what users have.
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicMethods)]
    private static readonly Type? EncoderType = Type.GetType("System.IO.Compression.ZstandardEncoder, System.IO.Compression");

    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor | DynamicallyAccessedMemberTypes.PublicProperties)]
    private static readonly Type? OptionsType = Type.GetType("System.IO.Compression.ZstandardCompressionOptions, System.IO.Compression");

    private readonly int _level;

    /// <summary>Creates a compressor.</summary>
    /// <param name="level">1 (fast) to 19 (small).</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such level.</exception>
    /// <exception cref="VmaException">This .NET has no Zstandard.</exception>
    public FrameworkZstdCompressor(int level = 3)
    {
        _level = level is >= 1 and <= 19 ? level : throw new ArgumentOutOfRangeException(nameof(level), "zstd has levels 1 to 19.");
        if (!IsAvailable)
        {
            throw new VmaException(VmaCodes.CompressorFailed, $".NET {Environment.Version} has no Zstandard; .NET 11 and later have.");
        }
    }

    private delegate OperationStatus CompressFrame(ReadOnlySpan<byte> source, Span<byte> target, out int read, out int written, bool isLast);

    /// <summary>Whether the .NET that this runs on has it.</summary>
    public static bool IsAvailable => EncoderType is not null && OptionsType is not null;

    /// <inheritdoc/>
    public override string Compression => VmaCompression.Zstd;

    /// <inheritdoc/>
    public override string Description => $".NET {Environment.Version}, level {_level}";

    /// <inheritdoc/>
    public override VmaFrameEncoder CreateEncoder() => new Encoder(_level);

    private sealed class Encoder : VmaFrameEncoder
    {
        private readonly IDisposable _encoder;
        private readonly CompressFrame _compress;
        private readonly Action<long> _setLength;
        private readonly Action _reset;
        private readonly Func<long, long> _maxSize;

        public Encoder(int level)
        {
            object options = Activator.CreateInstance(OptionsType!)!;
            OptionsType!.GetProperty("Quality")!.SetValue(options, level);
            OptionsType!.GetProperty("AppendChecksum")!.SetValue(options, true);
            _encoder = (IDisposable)EncoderType!.GetConstructor([OptionsType!])!.Invoke([options]);
            _compress = Method("Compress").CreateDelegate<CompressFrame>(_encoder);
            _setLength = Method("SetSourceLength").CreateDelegate<Action<long>>(_encoder);
            _reset = Method("Reset").CreateDelegate<Action>(_encoder);
            _maxSize = Method("GetMaxCompressedLength").CreateDelegate<Func<long, long>>();
        }

        public override int GetMaxSize(int length) => checked((int)_maxSize(length));

        public override int Encode(ReadOnlySpan<byte> source, Span<byte> target)
        {
            OperationStatus status;
            int written;
            try
            {
                _reset();
                _setLength(source.Length);
                status = _compress(source, target, out _, out written, isLast: true);
            }
            catch (Exception exception) when (exception is IOException or InvalidOperationException or InvalidDataException)
            {
                throw new VmaException(VmaCodes.CompressorFailed, $"The zstd encoder failed: {exception.Message}", innerException: exception);
            }

            return status == OperationStatus.Done
                ? written
                : throw new VmaException(VmaCodes.CompressorFailed, $"The zstd encoder did not end a frame of {source.Length} bytes: {status}.");
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _encoder.Dispose();
            }

            base.Dispose(disposing);
        }

        private static MethodInfo Method(string name) => EncoderType!.GetMethod(name)!;
    }
}
#endif
