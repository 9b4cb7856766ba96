using System;
using VmaTools.Compression;
using VmaTools.Format;
using VmaTools.Sources;

namespace VmaTools.Salvage;

/// <summary>Where decoding begins.</summary>
/// <param name="Offset">In the stored bytes.</param>
internal sealed record SalvageStart(long Offset)
{
    /// <summary>The decoder's state there; null where a frame or member begins, or nothing is known.</summary>
    public DecoderState? State { get; init; }

    /// <summary>Where decoding goes on within a frame or member; null where it begins with one.</summary>
    public BlindStart? Blind { get; init; }

    /// <summary>What is known of what came before.</summary>
    public PartialHistory History { get; init; } = PartialHistory.None;

    /// <summary>The header of the last extent before, or of one; null where none was found.</summary>
    public byte[]? Last { get; init; }

    /// <summary>The extent that the first bytes belong to; null where that is not known.</summary>
    public CutExtent? Cut { get; init; }

    /// <summary>Opens the bytes.</summary>
    public SalvageBytes Open(FileSource source)
    {
        if (Blind is not null)
        {
            return new SalvageBytes(new BlindBytes(source.DecodeBlindly(Blind, History), Last)) { StartStoredPosition = Offset, Cut = Cut };
        }

        // Positions are counted from where decoding began, but for one that went on with a state.
        return State is null
            ? new SalvageBytes(source.OpenForwardAt(Offset), Offset, KeptOf(source))
            : new SalvageBytes(source.OpenForwardAt(State));
    }

    /// <summary>How much of what was decoded the blocks behind damage may refer to, and the begin of the extent that it is in.</summary>
    private int KeptOf(FileSource source)
    {
        if (source.Compression != VmaCompression.Zstd)
        {
            return 0;
        }

        byte[] start = new byte[ZstdFrameHeader.MaxSize];
        using RandomBytes bytes = source.OpenStored();
        long window = bytes.ReadAt(Offset, start) == start.Length ? (long)Math.Min(ZstdFrameHeader.WindowOf(start), ZstdBlindDecoder.MaxReach) : 0;
        return (int)Math.Max(window, Layout.MaxExtentSize + ZstdFrameHeader.MaxBlock);
    }
}
