using System;
using System.Collections.Concurrent;
using System.IO;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Bytes;
using VmaTools.Files;

namespace VmaTools.Writing;

/// <summary>
/// Takes frames from one thread, compresses them on several, and writes them in order on another. Buffers are bounded: whoever
/// fills them waits for the slowest.
/// </summary>
internal sealed class FramePipeline : IDisposable
{
    /// <summary>Threads that compress, at most. Each has some 12 MiB of buffers besides what its encoder takes.</summary>
    private const int MaxThreads = 8;

    private readonly Stream _output;
    private readonly string? _path;
    private readonly VmaCompressor? _compressor;
    private readonly CancellationTokenSource _stop;
    private readonly Handover<FrameBuffer> _ready;
    private readonly Handover<FrameBuffer> _free;
    private readonly ConcurrentBag<VmaFrameEncoder> _encoders = [];
    private readonly SeekTableWriter? _seekTable;
    private readonly Thread _writer;

    // No more at a time than there are threads, as each takes an encoder: of high levels one has up to 70 MB.
    private readonly TaskScheduler _packers;
    private readonly int _most;
    private int _made;
    private Exception? _error;

    /// <param name="output">Where everything goes, in order. It stays open.</param>
    /// <param name="path">What that is, for messages; null for a stream.</param>
    /// <param name="compressor">How it is compressed; null for not at all.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public FramePipeline(Stream output, string? path, VmaCompressor? compressor, CancellationToken cancellationToken)
    {
        _output = output;
        _path = path;
        _compressor = compressor;
        _seekTable = compressor?.Compression == VmaCompression.Zstd ? new SeekTableWriter() : null;
        int threads = compressor is null ? 1 : Math.Min(Environment.ProcessorCount, MaxThreads);
        _packers = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, threads).ConcurrentScheduler;
        _most = threads + 2;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _ready = new Handover<FrameBuffer>(_stop.Token);
        _free = new Handover<FrameBuffer>(_stop.Token);
        _writer = new Thread(WriteAll) { IsBackground = true, Name = "vma writer" };
        _writer.Start();
    }

    /// <summary>Bytes written so far.</summary>
    public long Written { get; private set; }

    /// <summary>An empty buffer, once there is one.</summary>
    public FrameBuffer Take() => Guard(() =>
    {
        if (!_free.TryTake(out FrameBuffer frame))
        {
            if (_made < _most)
            {
                _made++;
                return new FrameBuffer();
            }

            if (!_free.Take(out frame))
            {
                throw new OperationCanceledException(_stop.Token);
            }
        }

        frame.Clear();
        return frame;
    });

    /// <summary>Hands over a buffer.</summary>
    public void Submit(FrameBuffer frame) => Guard(() =>
    {
        if (_compressor is not null)
        {
            frame.Packing = Task.Factory.StartNew(() => Pack(frame), CancellationToken.None, TaskCreationOptions.DenyChildAttach, _packers);
        }

        _ready.Add(frame);
        return 0;
    });

    /// <summary>Waits until everything is written.</summary>
    public void Complete() => Guard(() =>
    {
        _ready.Complete();
        _writer.Join();
        _stop.Token.ThrowIfCancellationRequested();
        return 0;
    });

    public void Dispose()
    {
        _stop.Cancel();
        _ready.Complete();
        _writer.Join();
        foreach (VmaFrameEncoder encoder in _encoders)
        {
            encoder.Dispose();
        }

        _ready.Dispose();
        _free.Dispose();
        _stop.Dispose();
    }

    /// <summary>Does something that the writer's failure ends; it is the writer's error then that is told.</summary>
    private T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (OperationCanceledException) when (Volatile.Read(ref _error) is { } error)
        {
            ExceptionDispatchInfo.Capture(error).Throw();
            throw;
        }
    }

    private void Pack(FrameBuffer frame)
    {
        if (!_encoders.TryTake(out VmaFrameEncoder? encoder))
        {
            encoder = _compressor!.CreateEncoder();
        }

        try
        {
            frame.Pack(encoder);
        }
        finally
        {
            _encoders.Add(encoder);
        }
    }

    private void WriteAll()
    {
        try
        {
            while (_ready.Take(out FrameBuffer frame))
            {
                frame.Packing?.GetAwaiter().GetResult();
                Write(frame.Output);
                _seekTable?.Add(frame.Output.Count, frame.Length);
                _free.Add(frame);
            }

            if (_seekTable is not null && !_stop.IsCancellationRequested)
            {
                Write(new ArraySegment<byte>(_seekTable.ToBytes()));
            }

        }
        catch (OperationCanceledException)
        {
            // Somebody else knows why.
        }
        catch (Exception exception)
        {
            // It belongs to the thread that hands frames over.
            Volatile.Write(ref _error, exception);
            _stop.Cancel();
        }
    }

    private void Write(ArraySegment<byte> bytes)
    {
        try
        {
            _output.Write(bytes.Array!, bytes.Offset, bytes.Count);
            Written += bytes.Count;
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw TargetErrors.Of(exception, _path);
        }
    }
}
