using System;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Sources;

namespace VmaTools.Digests;

/// <summary>Digests devices during a pass.</summary>
internal sealed class HashSink : VmaSink, IDisposable
{
    private readonly DeviceOrder?[] _orders = new DeviceOrder?[byte.MaxValue + 1];
    private readonly DigestWorker _worker;
    private readonly bool _endsEarly;
    private bool _isFinished;

    /// <param name="devices">The devices to digest.</param>
    /// <param name="worker">Does the digesting.</param>
    /// <param name="spillPath">Folder for a scratch file, or null for none.</param>
    /// <param name="lookAhead">Bytes of memory for what comes out of order.</param>
    /// <param name="endsEarly">Whether the pass serves nothing else, so that it ends when no digest can come of it any more.</param>
    public HashSink(IEnumerable<VmaDevice> devices, DigestWorker worker, string? spillPath, long lookAhead, bool endsEarly)
    {
        _worker = worker;
        _endsEarly = endsEarly;
        LookAhead shared = new(lookAhead);
        foreach (VmaDevice device in devices)
        {
            _orders[device.DeviceId] = new DeviceOrder(device, new DigestStream(worker), shared, StoreFor(device, spillPath));
        }
    }

    public override bool Wants(VmaDevice device) => _orders[device.DeviceId] is not null;

    public override void OnData(VmaDevice device, long offset, ReadOnlySpan<byte> data) => Add(device, offset, data.Length, data);

    public override void OnZeros(VmaDevice device, long offset, long length) => Add(device, offset, length, default);

    /// <summary>Hands over the last bytes of what came whole. To be called after the pass, before the worker's Finish.</summary>
    public void Finish(VmaPassResult pass)
    {
        foreach (VmaDeviceResult result in pass.Devices)
        {
            if (result.IsWhole)
            {
                _orders[result.Device.DeviceId]?.Finish(result.Length);
            }
        }

        _isFinished = true;
    }

    /// <summary>The digests of a device that came whole, in the order of the worker's algorithms. To be called after the worker's Finish.</summary>
    /// <exception cref="VmaException">There is no digest, though the device is whole.</exception>
    public IReadOnlyList<VmaHash> Results(VmaDeviceResult result)
    {
        DeviceOrder order = _orders[result.Device.DeviceId]!;
        if (order.Failure is { } failure)
        {
            throw failure;
        }

        return _isFinished
            ? order.Digest.Results().Select((hash, i) =>
                new VmaHash(_worker.Algorithms[i], hash, result.Device.ArchivePath, result.Device.Name, result.Device.DeviceId, result.Length)).ToArray()
            : throw new InvalidOperationException("The digests are not finished.");
    }

    /// <summary>
    /// Makes what clusters come from that memory has no room for: a file is read again, a compressed one by its index, which a
    /// scratch file saves. Null where there is nothing.
    /// </summary>
    private static Func<ClusterStore>? StoreFor(VmaDevice device, string? spillPath)
    {
        if (device.Archive.Source.CanReadAnywhere || (spillPath is null && device.Archive.Source is SeekableSource { Path: not null }))
        {
            return () => new ArchiveClusterStore(device);
        }

        return spillPath is null ? null : () => new SpillClusterStore(spillPath);
    }

    private void Add(VmaDevice device, long offset, long length, ReadOnlySpan<byte> data)
    {
        DeviceOrder order = _orders[device.DeviceId]!;
        order.Add(offset, length, data);
        if (_endsEarly && order.Failure is { Code: VmaCodes.HashNeedsOrder } failure && _orders.All(static o => o is null || o.Failure is not null))
        {
            throw failure;
        }
    }

    public void Dispose()
    {
        foreach (DeviceOrder? order in _orders)
        {
            order?.Dispose();
        }
    }
}

/// <summary>Digests an archive's stored bytes as they are read.</summary>
internal sealed class ArchiveDigest : StoredBytesTap, IDisposable
{
    private readonly DigestStream _digest;

    public ArchiveDigest(DigestWorker worker) => _digest = new DigestStream(worker);

    public void Flush() => _digest.Flush();

    public IReadOnlyList<string> Results() => _digest.Results();

    public void Dispose() => _digest.Dispose();

    protected override void OnBytes(ReadOnlySpan<byte> data) => _digest.Append(data);
}
