using System;
using VmaTools.Compression;

namespace VmaTools.Images.Reading;

/// <summary>What decoding pieces of an image takes, for one thread at a time: a decoder, and room for what goes in and what comes out.</summary>
internal sealed class PieceDecoder : IDisposable
{
    private byte[] _input = [];
    private byte[] _output = [];

    public MemoryDecoder Memory { get; } = new();

    /// <summary>Room for compressed bytes.</summary>
    public byte[] TakeInput(int length) => Take(ref _input, length);

    /// <summary>Room for decoded bytes.</summary>
    public byte[] TakeOutput(int length) => Take(ref _output, length);

    public void Dispose() => Memory.Dispose();

    private static byte[] Take(ref byte[] room, int length) => room.Length >= length ? room : room = new byte[length];
}
