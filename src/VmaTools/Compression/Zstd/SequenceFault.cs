using System.IO;

namespace VmaTools.Compression;

/// <summary>What can be wrong with a sequence, in the order in which it is looked for.</summary>
internal enum SequenceFault
{
    None,
    BitsRunOut,
    OffsetZero,
    LiteralsRunOut,
    BlockTooLong,
    OffsetTooFar,
}

/// <summary>Turns a fault into an error.</summary>
internal static class SequenceFaults
{
    public static void Check(SequenceFault fault)
    {
        switch (fault)
        {
            case SequenceFault.None:
                return;
            case SequenceFault.BitsRunOut:
                throw new InvalidDataException("The stream of sequences does not end where its sequences do.");
            case SequenceFault.OffsetZero:
                throw new InvalidDataException("A match refers to itself.");
            case SequenceFault.LiteralsRunOut:
                throw new InvalidDataException("Sequences ask for more literals than their block has.");
            case SequenceFault.BlockTooLong:
                throw new InvalidDataException("A block decodes to more than the format allows.");
            default:
                throw new InvalidDataException("A match refers to data before the beginning of the frame or its window.");
        }
    }
}
