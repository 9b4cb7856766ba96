using System;

namespace VmaTools.Disks.FileSystems.Ntfs.Wof;

/// <summary>Decodes chunks, each for itself. For one thread at a time.</summary>
internal abstract class WofDecoder
{
    /// <summary>Decodes a chunk whose decoded length is known; false where it breaks its form.</summary>
    public abstract bool TryDecode(ReadOnlySpan<byte> source, Span<byte> target);

    /// <summary>Repeats what lies a distance back; false where it reaches beyond either end.</summary>
    protected static bool TryRepeat(Span<byte> target, ref int at, uint distance, int length)
    {
        if (distance == 0 || distance > at || length > target.Length - at)
        {
            return false;
        }

        int from = at - (int)distance;
        if (distance >= length)
        {
            target.Slice(from, length).CopyTo(target.Slice(at));
            at += length;
            return true;
        }

        for (int end = at + length; at < end;)
        {
            target[at++] = target[from++];
        }

        return true;
    }
}
