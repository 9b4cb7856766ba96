using System;
using System.Collections.Generic;
using VmaTools.Format;

namespace VmaTools.Archives;

/// <summary>One extent as it was read: its bytes, where it stood, and what was found on the way to it. Reused.</summary>
internal sealed class ExtentFrame
{
    private readonly List<VmaFinding> _findings = [];

    /// <param name="withData">Whether there is room for the extent's data, or only for its header.</param>
    public ExtentFrame(bool withData) =>
        Buffer = new byte[withData ? Layout.MaxExtentSize + Layout.ExtentHeaderSize : Layout.ExtentHeaderSize];

    /// <summary>The header, the data, and room for the header that follows.</summary>
    public byte[] Buffer { get; }

    public ExtentHeader Header => new(Buffer);

    /// <summary>True where the data was read along with the header.</summary>
    public bool HasData => Buffer.Length > Layout.ExtentHeaderSize;

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
