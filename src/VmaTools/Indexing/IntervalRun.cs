using System;
using System.IO;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Bytes;
using VmaTools.Compression;
using VmaTools.Sources;

namespace VmaTools.Indexing;

/// <summary>One interval of an archive, decoded by a thread of its own from its checkpoint to the next one.</summary>
internal sealed class IntervalRun : IDisposable
{
    /// <summary>Bytes that are handed over at a time.</summary>
    public const int PartSize = 1 << 20;

    /// <summary>As much may be decoded before anybody takes it.</summary>
    private const int MostParts = 10;

    private readonly SeekableSource _source;
    private readonly ArchiveIndex _index;
    private readonly int _interval;
    private readonly WindowBuffers _windows;
    private readonly Func<byte[]> _takeBuffer;
    private readonly CancellationTokenSource _stop;
    private readonly Handover<Part> _parts;
    private readonly ManualResetEventSlim _opened = new(initialState: false, spinCount: 0);
    private readonly Task _working;
    private DecodingStream? _stream;
    private byte[] _window = [];
    private long _startsAt;
    private ulong _startChecksum;
    private bool _isUsable;

    /// <param name="source">The archive.</param>
    /// <param name="index">Its index.</param>
    /// <param name="interval">Number of the interval.</param>
    /// <param name="windows">Memory for windows.</param>
    /// <param name="takeBuffer">Gives an array of <see cref="PartSize"/> bytes.</param>
    /// <param name="stop">Ends decoding, and waiting for it.</param>
    public IntervalRun(
        SeekableSource source, ArchiveIndex index, int interval, WindowBuffers windows, Func<byte[]> takeBuffer, CancellationToken stop)
    {
        _source = source;
        _index = index;
        _interval = interval;
        _windows = windows;
        _takeBuffer = takeBuffer;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _parts = new Handover<Part>(_stop.Token, MostParts);
        _working = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Whether this is the last interval: behind it the archive ends.</summary>
    public bool IsAtEnd => _interval + 1 == _index.IntervalCount;

    /// <summary>Takes what was decoded next, in order, until one is the last.</summary>
    public Part Take()
    {
        _parts.Take(out Part part);
        return part;
    }

    /// <summary>Whether the index has what is needed to begin here.</summary>
    public bool CanBegin()
    {
        _opened.Wait(_stop.Token);
        return _isUsable;
    }

    /// <summary>Whether this interval begins just as the one before, which is over, has ended.</summary>
    public bool GoesOnFrom(IntervalRun before) =>
        CanBegin()
        && !before._stream!.HasUncheckedContent
        && before._stream.DecodedPosition == _index.StartOf(_interval)
        && before._stream.CompressedPosition == _startsAt
        && before._stream.RunningChecksum == _startChecksum;

    /// <summary>The decoder, standing behind the interval that is over, for one who goes on with it and disposes of it.</summary>
    public DecodingStream Detach()
    {
        DecodingStream stream = _stream!;
        _stream = null;
        _window = [];
        return stream;
    }

    public void Dispose()
    {
        _stop.Cancel();
        ((IAsyncResult)_working).AsyncWaitHandle.WaitOne();
        _stream?.Dispose();
        _windows.GiveBack(_window);
        _parts.Dispose();
        _opened.Dispose();
        _stop.Dispose();
    }

    private void Work()
    {
        try
        {
            try
            {
                Open();
                _isUsable = true;
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException or VmaException)
            {
                // Whoever comes here from the interval before goes on without the index, and meets what is wrong with the archive.
                return;
            }
            finally
            {
                _opened.Set();
            }

            long end = IsAtEnd ? long.MaxValue : _index.StartOf(_interval + 1);
            Part part;
            do
            {
                part = Decode(end);
                _parts.Add(part);
            }
            while (!part.IsLast);
        }
        catch (OperationCanceledException)
        {
            // Nobody wants more.
        }
    }

    private void Open()
    {
        DecoderState state;
        long storedEnd;
        lock (_index)
        {
            storedEnd = _index.StoredEndOf(_interval, long.MaxValue / ArchiveIndex.ChunkSize);
            state = _index.ReadInterval(_interval).ReadCheckpoint(_index.Binding.Compression, _source.MaxWindowSize, _windows);
        }

        Stream file = _source.OpenStoredPart(_startsAt = state.CompressedPosition, storedEnd);
        try
        {
            _window = (state as ZstdState)?.Window ?? [];
            _stream = CompressionFormats.Resume(file, leaveOpen: false, state);
            _startChecksum = _stream.RunningChecksum;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private Part Decode(long end)
    {
        Part part = new() { Buffer = _takeBuffer() };
        try
        {
            while (part.Length < PartSize && !part.IsLast)
            {
                _stop.Token.ThrowIfCancellationRequested();
                long left = end - _stream!.DecodedPosition;
                int read = left <= 0 ? 0 : _stream.Read(part.Buffer, part.Length, (int)Math.Min(PartSize - part.Length, left));
                part.Length += read;
                part.IsLast = read == 0;
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            part.Failure = ExceptionDispatchInfo.Capture(exception);
            part.IsLast = true;
        }

        part.CompressedPosition = _stream!.CompressedPosition;
        part.VerifiedPosition = _stream.VerifiedPosition;
        part.HasUncheckedContent = _stream.HasUncheckedContent;
        return part;
    }

    /// <summary>Decoded bytes, and how things stood behind them.</summary>
    internal sealed class Part
    {
        public byte[] Buffer { get; init; } = [];

        public int Length { get; set; }

        public long CompressedPosition { get; set; }

        public long VerifiedPosition { get; set; }

        public bool HasUncheckedContent { get; set; }

        /// <summary>Whether nothing of the interval follows but perhaps <see cref="Failure"/>.</summary>
        public bool IsLast { get; set; }

        /// <summary>What happened behind the bytes.</summary>
        public ExceptionDispatchInfo? Failure { get; set; }
    }
}
