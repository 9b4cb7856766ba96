using System;
using System.IO;
using System.Threading;

namespace VmaTools.Compression;

/// <summary>Some blocks or members, one after the other, which somebody decodes who knows nothing of what comes before.</summary>
internal sealed class PackedPiece : OrderedPiece
{
    /// <summary>What comes out to more is decoded by one thread, as it comes.</summary>
    public const int MostContent = 16 << 20;

    private const int FirstRoom = 1 << 20;
    private const int Margin = CompressedSource.Lookbehind;

    private byte[] _packed;

    /// <param name="position">Offset of its first byte in the compressed source.</param>
    /// <param name="packed">An array to use.</param>
    /// <param name="content">Another.</param>
    public PackedPiece(long position, byte[] packed, byte[] content)
        : base(position)
    {
        _packed = packed;
        Content = content;
    }

    /// <summary>How a decoder begins with it, as if nothing had been decoded before.</summary>
    public PieceState? Begin { get; set; }

    /// <summary>Number of its bytes.</summary>
    public int PackedLength { get; private set; }

    /// <summary>How many of them the next piece does not begin with, too: a piece may end within a byte.</summary>
    public int OwnLength { get; private set; }

    /// <summary>Its bytes.</summary>
    public ReadOnlySpan<byte> Packed => _packed.AsSpan(Margin, PackedLength);

    public override (byte[] Packed, byte[] Content) Arrays => (_packed, Content);

    /// <summary>What was decoded.</summary>
    public byte[] Content { get; private set; }

    /// <summary>Number of bytes that were decoded.</summary>
    public int Length { get; private set; }

    /// <summary>Where the decoder stood at the end; null where it is not known, since something did not go as expected.</summary>
    public PieceState? End { get; private set; }

    /// <summary>Adds bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        PackedLength += bytes.Length;
    }

    /// <summary>Reads on until there are as many bytes; false where the source ends before.</summary>
    public bool Fill(Stream source, int length)
    {
        if (PackedLength < length)
        {
            Room(length - PackedLength);
        }

        while (PackedLength < length)
        {
            int read = source.Read(_packed, Margin + PackedLength, length - PackedLength);
            if (read <= 0)
            {
                return false;
            }

            PackedLength += read;
        }

        return true;
    }

    /// <summary>Ends the piece.</summary>
    /// <param name="length">Number of its bytes.</param>
    /// <param name="ownLength">How many of them the next one does not begin with.</param>
    /// <returns>What the next begins with, as far as it was read.</returns>
    public byte[] CutTo(int length, int ownLength)
    {
        byte[] rest = Packed.Slice(ownLength).ToArray();
        PackedLength = length;
        OwnLength = ownLength;
        return rest;
    }

    /// <summary>Decodes it. Where anything is odd there is no <see cref="End"/>: who decodes it in its place tells what.</summary>
    /// <param name="decoder">The decoder, whatever it did before.</param>
    /// <param name="stop">Ends it.</param>
    public void Decode(PieceDecodingStream decoder, CancellationToken stop)
    {
        try
        {
            decoder.Restart(_packed, PackedLength, Begin!);
            decoder.StopAt = Position + OwnLength;
            while (Read(decoder))
            {
                stop.ThrowIfCancellationRequested();
            }

            End = decoder.IsStopped ? (PieceState)decoder.CaptureState() : null;
        }
        catch (VmaCompressionException)
        {
        }
        finally
        {
            Finish();
        }
    }

    private bool Read(PieceDecodingStream decoder)
    {
        if (Length == Content.Length)
        {
            if (Length >= MostContent)
            {
                return false;
            }

            byte[] content = Content;
            Array.Resize(ref content, Math.Max(2 * Length, FirstRoom));
            Content = content;
        }

        int read = decoder.Read(Content, Length, Content.Length - Length);
        Length += read;
        return read > 0;
    }

    private Span<byte> Room(int count)
    {
        int needed = Margin + PackedLength + count;
        if (_packed.Length < needed)
        {
            Array.Resize(ref _packed, Math.Max(Math.Max(needed, 2 * _packed.Length), FirstRoom));
        }

        return _packed.AsSpan(Margin + PackedLength, count);
    }
}
