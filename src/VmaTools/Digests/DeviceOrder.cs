using System;
using System.Collections.Generic;
using VmaTools.Extents;
using VmaTools.Format;

namespace VmaTools.Digests;

/// <summary>
/// Puts what a pass delivers of one device into the order of the device and hands it to a digest. What comes too early waits:
/// in memory as far as there is room, else as one bit a cluster, its bytes to be had from a <see cref="ClusterStore"/>.
/// </summary>
internal sealed class DeviceOrder : IDisposable
{
    /// <summary>What a waiting range costs beside its bytes, about.</summary>
    private const int EntryCost = 100;

    private readonly VmaDevice _device;
    private readonly LookAhead _lookAhead;
    private readonly Func<ClusterStore>? _openStore;
    private readonly Dictionary<long, (byte[]? Data, long Length)> _waiting = [];
    private readonly ClusterSet _stored = new();
    private ClusterStore? _store;

    /// <param name="device">The device.</param>
    /// <param name="digest">Gets the bytes in order.</param>
    /// <param name="lookAhead">The memory that may be used.</param>
    /// <param name="openStore">Makes the store for what has no room in memory; null where there is none.</param>
    public DeviceOrder(VmaDevice device, DigestStream digest, LookAhead lookAhead, Func<ClusterStore>? openStore)
    {
        _device = device;
        Digest = digest;
        _lookAhead = lookAhead;
        _openStore = openStore;
    }

    public DigestStream Digest { get; }

    /// <summary>Why there can be no digest, or null.</summary>
    public VmaException? Failure { get; private set; }

    /// <summary>Takes stored bytes, or zeros where <paramref name="data"/> is empty.</summary>
    public void Add(long offset, long length, ReadOnlySpan<byte> data)
    {
        if (Failure is not null)
        {
            return;
        }

        try
        {
            if (offset == Digest.Position)
            {
                Append(length, data);
                Drain();
            }
            else if (offset > Digest.Position)
            {
                Wait(offset, length, data);
            }
        }
        catch (VmaException exception)
        {
            // The verdict on the device tells more, where it is damaged; where it is not, this is the error.
            Fail(exception);
        }
    }

    /// <summary>Tells that the device came whole and has <paramref name="length"/> bytes.</summary>
    public void Finish(long length)
    {
        if (Failure is not null)
        {
            return;
        }

        // A vmstate may end before its size, which is an estimate; the rest counts as zero.
        if (_device.IsVmstate && Digest.Position < length)
        {
            Digest.AppendZeros(length - Digest.Position);
        }

        if (Digest.Position != length)
        {
            throw new InvalidOperationException($"The digest of '{_device.Name}' saw {Digest.Position} of {length} bytes.");
        }

        Digest.Flush();
    }

    public void Dispose()
    {
        _waiting.Clear();
        _store?.Dispose();
        Digest.Dispose();
    }

    private void Append(long length, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            Digest.AppendZeros(length);
        }
        else
        {
            Digest.Append(data);
        }
    }

    /// <summary>Appends what has been waiting for its turn.</summary>
    private void Drain()
    {
        while (true)
        {
            long at = Digest.Position;
            if (_waiting.Count > 0 && _waiting.TryGetValue(at, out (byte[]? Data, long Length) range))
            {
                _waiting.Remove(at);
                _lookAhead.Return(Cost(range.Data));
                Append(range.Length, range.Data);
            }
            else if (_stored.Count > 0 && at % Layout.ClusterSize == 0 && at < _device.Size && _stored.Contains(at / Layout.ClusterSize))
            {
                byte[] cluster = new byte[(int)Math.Min(Layout.ClusterSize, _device.Size - at)];
                _store!.Read(at, cluster);
                Digest.Append(cluster);
            }
            else
            {
                return;
            }
        }
    }

    private void Wait(long offset, long length, ReadOnlySpan<byte> data)
    {
        // A cluster waits in one place: what goes on with one that has begun follows it there.
        int begun = (int)(offset % Layout.ClusterSize);
        if (begun != 0)
        {
            long rest = Math.Min(length, Layout.ClusterSize - begun);
            ReadOnlySpan<byte> part = data.IsEmpty ? data : data.Slice(0, (int)rest);
            if (_stored.Contains(offset / Layout.ClusterSize))
            {
                _store!.Keep(offset, part);
            }
            else
            {
                _lookAhead.Take(Cost(part.Length));
                Remember(offset, rest, part);
            }

            offset += rest;
            length -= rest;
            data = data.IsEmpty ? data : data.Slice((int)rest);
        }

        if (length == 0)
        {
            return;
        }

        if (_lookAhead.TryTake(Cost(data.Length)))
        {
            Remember(offset, length, data);
            return;
        }

        if (_store is null)
        {
            if (_openStore is null)
            {
                Fail(new VmaException(
                    VmaCodes.HashNeedsOrder,
                    "The device's clusters come too far out of order for a digest in one pass, and the archive cannot be read at any offset. "
                        + "Name a folder for a scratch file (-SpillPath), or unpack the archive first.",
                    _device.ArchivePath,
                    null,
                    _device.Name));
                return;
            }

            _store = _openStore();
        }

        for (long at = offset; at < offset + length; at += Layout.ClusterSize)
        {
            _stored.Add((uint)(at / Layout.ClusterSize));
        }

        if (!data.IsEmpty)
        {
            _store.Keep(offset, data);
        }
    }

    private void Remember(long offset, long length, ReadOnlySpan<byte> data) =>
        _waiting[offset] = (data.IsEmpty ? null : data.ToArray(), length);

    private void Fail(VmaException failure)
    {
        Failure = failure;
        foreach ((byte[]? data, long _) in _waiting.Values)
        {
            _lookAhead.Return(Cost(data));
        }

        _waiting.Clear();
        _store?.Dispose();
        _store = null;
    }

    private static long Cost(byte[]? data) => Cost(data?.Length ?? 0);

    private static long Cost(int length) => length + EntryCost;
}
