using System;
using System.Collections.Generic;
using System.Security.Cryptography;

namespace VmaTools.Tests.Archives;

/// <summary>Raw disks of any size, put together by a pass. What was never announced is zero.</summary>
internal sealed class SparseDisk
{
    private const int ChunkSize = 65536;

    private readonly Dictionary<long, byte[]> _chunks = [];
    private readonly HashSet<long> _announced = [];

    /// <summary>Every 4 KiB block that was announced twice: there must be none.</summary>
    public List<long> AnnouncedTwice { get; } = [];

    public long End { get; private set; }

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        Announce(offset, data.Length);
        while (!data.IsEmpty)
        {
            int within = (int)(offset % ChunkSize);
            int count = Math.Min(data.Length, ChunkSize - within);
            if (!_chunks.TryGetValue(offset / ChunkSize, out byte[]? chunk))
            {
                chunk = new byte[ChunkSize];
                _chunks.Add(offset / ChunkSize, chunk);
            }

            data[..count].CopyTo(chunk.AsSpan(within));
            data = data[count..];
            offset += count;
        }
    }

    public void Announce(long offset, long length)
    {
        for (long block = offset / 4096; block * 4096 < offset + length; block++)
        {
            if (!_announced.Add(block))
            {
                AnnouncedTwice.Add(block);
            }
        }

        End = Math.Max(End, offset + length);
    }

    public string Hash(long length)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] zeros = new byte[ChunkSize];
        for (long at = 0; at < length; at += ChunkSize)
        {
            byte[] chunk = _chunks.GetValueOrDefault(at / ChunkSize, zeros);
            hash.AppendData(chunk, 0, (int)Math.Min(ChunkSize, length - at));
        }

        return Corpus.Hex(hash.GetHashAndReset());
    }

    public byte[] ToArray(long length)
    {
        byte[] disk = new byte[length];
        foreach ((long number, byte[] chunk) in _chunks)
        {
            long at = number * ChunkSize;
            chunk.AsSpan(0, (int)Math.Min(ChunkSize, length - at)).CopyTo(disk.AsSpan((int)at));
        }

        return disk;
    }
}

/// <summary>Puts the disks of an archive together.</summary>
internal sealed class DiskSink : VmaSink
{
    public Dictionary<int, SparseDisk> Disks { get; } = [];

    public List<VmaFinding> Heard { get; } = [];

    public SparseDisk this[int id] => Disks.TryGetValue(id, out SparseDisk? disk) ? disk : Disks[id] = new SparseDisk();

    public override void OnData(VmaDevice device, long offset, ReadOnlySpan<byte> data) => this[device.DeviceId].Write(offset, data);

    public override void OnZeros(VmaDevice device, long offset, long length) => this[device.DeviceId].Announce(offset, length);

    public override void OnFinding(VmaFinding finding) => Heard.Add(finding);
}
