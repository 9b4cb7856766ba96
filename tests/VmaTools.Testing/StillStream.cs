using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Testing;

/// <summary>A pipe whose writer stops after some bytes, and tells that it has: whoever reads on waits until it is released or disposed.</summary>
/// <param name="bytes">The bytes.</param>
/// <param name="length">How many of them come.</param>
public sealed class StillStream(byte[] bytes, int length) : MemoryStream(bytes)
{
    private readonly ManualResetEventSlim _released = new();
    private readonly TaskCompletionSource _still = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override bool CanSeek => false;

    /// <summary>Done once whoever reads waits.</summary>
    public Task Still => _still.Task;

    public void Release() => _released.Set();

    public override int Read(byte[] buffer, int offset, int count)
    {
        int left = (int)Math.Min(count, length - base.Position);
        if (left <= 0)
        {
            _still.TrySetResult();
            _released.Wait();
            return 0;
        }

        return base.Read(buffer, offset, left);
    }

    protected override void Dispose(bool disposing)
    {
        _released.Set();
        base.Dispose(disposing);
    }
}
