using System;
using System.Collections.Generic;
using VmaTools.Format;

namespace VmaTools.Extents;

/// <summary>One extent as it was read: its bytes, where it stood, and what was found on the way to it. Reused.</summary>
internal sealed class ExtentFrame
{
    /// <summary>Enough for the extents of a small archive, and small enough to cost nothing.</summary>
    private const int SmallSize = 64 << 10;

    private readonly List<VmaFinding> _findings = [];

    /// <param name="withData">Whether it takes the extent's data too, or only its header.</param>
    public ExtentFrame(bool withData)
    {
        HasData = withData;
        Buffer = new byte[Layout.ExtentHeaderSize];
    }

    /// <summary>The header, the data, and room for the header that follows.</summary>
    public byte[] Buffer { get; private set; }

    public ExtentHeader Header => new(Buffer);

    /// <summary>True where the data was read along with the header.</summary>
    public bool HasData { get; }

    /// <summary>The stored blocks.</summary>
    public ReadOnlySpan<byte> Data => Buffer.AsSpan(Layout.ExtentHeaderSize, DataLength);

    /// <summary>Number of the extent, counted from 0.</summary>
    public long Index { get; set; }

    /// <summary>Byte offset of the extent in the archive.</summary>
    public long Offset { get; set; }

    /// <summary>Bytes of stored blocks that are really there, behind the header.</summary>
    public int DataLength { get; set; }

    /// <summary>True where something is wrong with the extent as a whole, so that none of its clusters can be trusted.</summary>
    public bool IsSuspect { get; set; }

    /// <summary>True where the extent before this one turns out not to be trusted.</summary>
    public bool IsPreviousSuspect { get; set; }

    /// <summary>What was found since the extent before.</summary>
    public IReadOnlyList<VmaFinding> Findings => _findings;

    /// <summary>How far into the stored bytes reading had come.</summary>
    public long StoredPosition { get; set; }

    /// <summary>
    /// Makes room for as much data and the header that follows, keeping the header that is there. The first extent that is
    /// no small one makes room for the largest there can be: the next will be like it.
    /// </summary>
    public void Reserve(int dataLength)
    {
        int needed = Layout.ExtentHeaderSize + dataLength + Layout.ExtentHeaderSize;
        if (needed > Buffer.Length)
        {
            byte[] larger = new byte[needed <= SmallSize ? SmallSize : Layout.MaxExtentSize + Layout.ExtentHeaderSize];
            Buffer.AsSpan(0, Layout.ExtentHeaderSize).CopyTo(larger);
            Buffer = larger;
        }
    }

    /// <summary>Drops data that lies behind an offset in the archive.</summary>
    public void CutAt(long offset) =>
        DataLength = (int)Math.Min(DataLength, Math.Max(0, offset - Offset - Layout.ExtentHeaderSize));

    /// <summary>Takes back that the extent before is not to be trusted: that this one does not begin behind it has another cause.</summary>
    public void TrustPrevious()
    {
        IsPreviousSuspect = false;
        _findings.RemoveAll(static f => f.Code == VmaCodes.ExtentDataDisplaced);
    }

    public void Clear(long index)
    {
        Index = index;
        DataLength = 0;
        IsSuspect = false;
        IsPreviousSuspect = false;
        _findings.Clear();
    }

    public void Report(string code, string message, long offset, long extent) =>
        _findings.Add(new VmaFinding(code, VmaSeverity.Error, message, offset, extent));
}
