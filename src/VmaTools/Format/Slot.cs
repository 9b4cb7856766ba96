using VmaTools.Bytes;

namespace VmaTools.Format;

/// <summary>One of the 59 entries of an extent header: which cluster of which device, and which of its blocks are stored.</summary>
/// <remarks><code>
/// bit 63          48 47      40 39    32 31                0
///     |    mask     | reserved | dev_id |   cluster number  |
/// </code></remarks>
internal readonly struct Slot
{
    private readonly ulong _raw;

    public Slot(ulong raw) => _raw = raw;

    public Slot(byte deviceId, uint cluster, ushort mask) => _raw = ((ulong)mask << 48) | ((ulong)deviceId << 32) | cluster;

    /// <summary>The entry as it is stored.</summary>
    public ulong Raw => _raw;

    /// <summary>Bit <c>i</c> set: block <c>i</c> of the cluster is stored; clear: it is zero.</summary>
    public ushort Mask => (ushort)(_raw >> 48);

    /// <summary>Device id; 0 marks an empty slot.</summary>
    public byte DeviceId => (byte)(_raw >> 32);

    public uint Cluster => (uint)_raw;

    public int BlockCount => Bits.Count(Mask);
}
