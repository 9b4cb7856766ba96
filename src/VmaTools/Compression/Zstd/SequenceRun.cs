
namespace VmaTools.Compression;

/// <summary>How far the sequences of a block are decoded: what the fast path hands over to the checked one.</summary>
internal struct SequenceRun
{
    /// <summary>Sequences not executed yet.</summary>
    public int Left;

    /// <summary>Bits of the stream not read yet.</summary>
    public int BitsLeft;

    /// <summary>Current states: entries of the tables.</summary>
    public ulong LiteralLength;

    /// <inheritdoc cref="LiteralLength"/>
    public ulong MatchLength;

    /// <inheritdoc cref="LiteralLength"/>
    public ulong Offset;

    /// <summary>The last offsets, newest first.</summary>
    public RepeatOffsets Repeat;

    /// <summary>Literals used so far.</summary>
    public int Literals;

    /// <summary>Index in the history of the next byte.</summary>
    public int Output;
}
