using System;

namespace VmaTools.Compression;

/// <summary>What was decoded before, as far as it is known.</summary>
/// <param name="Bytes">The bytes, the last one last.</param>
/// <param name="Unknown">For each of them 0 where it is known.</param>
internal sealed record PartialHistory(byte[] Bytes, byte[] Unknown)
{
    /// <summary>Nothing is known.</summary>
    public static readonly PartialHistory None = new([], []);

    /// <summary>The same with unknown bytes behind it.</summary>
    public PartialHistory WithUnknown(int count)
    {
        byte[] bytes = new byte[Bytes.Length + count];
        byte[] unknown = new byte[bytes.Length];
        Bytes.CopyTo(bytes, 0);
        Unknown.CopyTo(unknown, 0);
        unknown.AsSpan(Bytes.Length).Fill(1);
        return new PartialHistory(bytes, unknown);
    }

    /// <summary>The same without trust in the last bytes.</summary>
    public PartialHistory WithDoubt(long count)
    {
        byte[] unknown = (byte[])Unknown.Clone();
        int doubtful = (int)Math.Min(count, unknown.Length);
        unknown.AsSpan(unknown.Length - doubtful).Fill(1);
        return new PartialHistory(Bytes, unknown);
    }
}
