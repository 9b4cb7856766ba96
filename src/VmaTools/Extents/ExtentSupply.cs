using System;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Bytes;

namespace VmaTools.Extents;

/// <summary>
/// Hands out the extents of an archive one after the other. Where reading takes a processor's time it is done on a thread of
/// its own, a few extents ahead; bytes that are decoded ahead anyway are taken as they are asked for.
/// </summary>
internal sealed class ExtentSupply : IDisposable
{
    /// <summary>Extents in flight, at most 3.9 MB each: enough to level out both sides, few enough to stay in a large cache.</summary>
    private const int FramesInFlight = 4;

    /// <summary>The reader looks back at the extent before.</summary>
    private const int FramesKept = 2;

    private readonly ExtentReader _reader;
    private readonly bool _withData;
    private readonly CancellationTokenSource _stop;
    private readonly Handover<ExtentFrame> _full;
    private readonly Handover<ExtentFrame> _empty;
    private readonly Task? _reading;
    private ExtentFrame? _taken;
    private int _made;

    /// <param name="reader">The reader, which only this object may use from now on.</param>
    /// <param name="withData">Whether the extents are wanted with their data.</param>
    /// <param name="ahead">Whether to read on a thread of its own.</param>
    /// <param name="cancellationToken">Ends reading.</param>
    public ExtentSupply(ExtentReader reader, bool withData, bool ahead, CancellationToken cancellationToken)
    {
        _reader = reader;
        _withData = withData;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _full = new Handover<ExtentFrame>(_stop.Token);
        _empty = new Handover<ExtentFrame>(_stop.Token);
        if (ahead)
        {
            _reading = Task.Factory.StartNew(ReadAhead, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    /// <summary>What was found between the last extent and the end; null before that is reached.</summary>
    public ExtentFrame? End { get; private set; }

    /// <summary>Gives the last extent back, and takes the next.</summary>
    /// <returns>False at the end. What the reader threw is thrown once all extents before it were taken.</returns>
    public bool Next(out ExtentFrame frame)
    {
        if (_taken is not null)
        {
            _empty.Add(_taken);
            _taken = null;
        }

        if (_reading is null)
        {
            _stop.Token.ThrowIfCancellationRequested();
            frame = TakeEmpty(FramesKept);
            if (!_reader.Read(frame, _stop.Token))
            {
                End = frame;
                return false;
            }
        }
        else if (!_full.Take(out frame))
        {
            _reading.GetAwaiter().GetResult();
            return false;
        }

        _taken = frame;
        return true;
    }

    public void Dispose()
    {
        _stop.Cancel();
        if (_reading is not null)
        {
            ((IAsyncResult)_reading).AsyncWaitHandle.WaitOne();
            _ = _reading.Exception;
        }

        _full.Dispose();
        _empty.Dispose();
        _stop.Dispose();
    }

    private void ReadAhead()
    {
        try
        {
            ExtentFrame frame = TakeEmpty(FramesInFlight);
            while (_reader.Read(frame, _stop.Token))
            {
                _full.Add(frame);
                frame = TakeEmpty(FramesInFlight);
            }

            End = frame;
        }
        finally
        {
            _full.Complete();
        }
    }

    // Frames are made as they are needed, so that a small archive takes little memory.
    private ExtentFrame TakeEmpty(int most)
    {
        if (_made < most)
        {
            _made++;
            return new ExtentFrame(_withData);
        }

        _empty.Take(out ExtentFrame frame);
        return frame;
    }
}
