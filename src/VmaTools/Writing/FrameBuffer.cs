using System;
using System.Threading.Tasks;
using VmaTools.Format;

namespace VmaTools.Writing;

/// <summary>Bytes of an archive that are written, and compressed, as one: the header, or some extents. It is used again and again.</summary>
internal sealed class FrameBuffer
{
    /// <summary>Bytes of an extent as writers make it, at most.</summary>
    public const int MaxExtent = Layout.ExtentHeaderSize + (Layout.SlotsWritten * Layout.ClusterSize);

    /// <summary>
    /// An extent of at least so many bytes ends its frame. Whether it does depends on that extent alone, and not on what comes
    /// before, so that a change to one cluster moves no other frame's ends.
    /// </summary>
    public const int LargeExtent = 1 << 16;

    /// <summary>Where extents are smaller, as those of zeros are, frames end at every so manieth extent of a device.</summary>
    public const int MaxExtents = 32;

    private const int Capacity = (MaxExtents * LargeExtent) + MaxExtent;

    private byte[] _packed = [];
    private int _packedLength;
    private bool _isPacked;

    /// <summary>The bytes, of which <see cref="Length"/> are used.</summary>
    public byte[] Bytes { get; } = new byte[Capacity];

    /// <summary>Bytes used.</summary>
    public int Length { get; set; }

    /// <summary>The compressing that is under way, or null.</summary>
    public Task? Packing { get; set; }

    /// <summary>What is to be written.</summary>
    public ArraySegment<byte> Output => _isPacked ? new ArraySegment<byte>(_packed, 0, _packedLength) : new ArraySegment<byte>(Bytes, 0, Length);

    public void Clear()
    {
        Length = 0;
        Packing = null;
        _isPacked = false;
    }

    public void Pack(VmaFrameEncoder encoder)
    {
        int most = encoder.GetMaxSize(Length);
        if (_packed.Length < most)
        {
            _packed = new byte[most];
        }

        _packedLength = encoder.Encode(Bytes.AsSpan(0, Length), _packed);
        _isPacked = true;
    }
}
