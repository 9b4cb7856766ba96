using System;
using VmaTools.Bytes;
using VmaTools.Compression;

namespace VmaTools.Disks.FileSystems.SquashFs;

/// <summary>Decodes compressed blocks, one after the other. For one thread at a time.</summary>
internal sealed class SquashDecoder : IDisposable
{
    // Windows are no larger than the largest block.
    private const int MaxWindow = 1 << 20;

    private readonly SquashCompression _compression;
    private readonly MemoryDecoder _decoder = new();
    private byte[] _source = [];
    private byte[] _target = [];

    public SquashDecoder(SquashCompression compression) => _compression = compression;

    /// <summary>Decodes a block.</summary>
    /// <param name="stored">What is stored, from its beginning on.</param>
    /// <param name="count">How many bytes.</param>
    /// <param name="target">Where what is decoded goes.</param>
    /// <param name="offset">Where on the volume the block lies, for errors.</param>
    /// <returns>Bytes decoded.</returns>
    /// <exception cref="VmaFileSystemException">It is damaged.</exception>
    public int Decode(byte[] stored, int count, Span<byte> target, long offset)
    {
        try
        {
            return _compression switch
            {
                SquashCompression.Gzip => Inflate(stored, count, target, offset),
                SquashCompression.Lzo => DecodeLzo(stored.AsSpan(0, count), target, offset),
                SquashCompression.Lz4 => Lz4Block.TryDecode(stored.AsSpan(0, count), target, out int length) ? length : throw SquashErrors.Damaged("A block of LZ4 is damaged.", offset),
                _ => MemoryDecoder.DecodeZstd(stored, count, MaxWindow, target),
            };
        }
        catch (VmaCompressionException exception)
        {
            throw SquashErrors.Damaged("A compressed block is damaged: " + exception.Sentence, offset);
        }
    }

    public void Dispose() => _decoder.Dispose();

    // zlib: two bytes, deflate, Adler-32 of the data.
    private int Inflate(byte[] stored, int count, Span<byte> target, long offset)
    {
        if (!MemoryDecoder.IsZlib(stored.AsSpan(0, count)))
        {
            throw SquashErrors.Damaged("A compressed block does not begin as zlib does.", offset);
        }

        int length = _decoder.Inflate(stored, MemoryDecoder.ZlibHeaderSize, count - MemoryDecoder.ZlibHeaderSize, target, out uint? sum);
        return sum == Adler32.Append(Adler32.Initial, target.Slice(0, length))
            ? length
            : throw new VmaFileSystemException(VmaCodes.FileSystemChecksumMismatch, "A compressed block does not match its own checksum.", volumeOffset: offset);
    }

    private int DecodeLzo(ReadOnlySpan<byte> stored, Span<byte> target, long offset)
    {
        _source = _source.Length >= stored.Length + Lzo1x.Slack ? _source : new byte[stored.Length + Lzo1x.Slack];
        _target = _target.Length >= target.Length + Lzo1x.Slack ? _target : new byte[target.Length + Lzo1x.Slack];
        stored.CopyTo(_source);
        if (Lzo1x.TryDecodeUpTo(_source, stored.Length, _target, target.Length, out int length) is string error)
        {
            throw SquashErrors.Damaged("A compressed block is damaged: " + error, offset);
        }

        _target.AsSpan(0, length).CopyTo(target);
        return length;
    }
}
