using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Sources;

/// <summary>The bytes of one answer.</summary>
internal sealed class RemoteAnswer : IDisposable
{
    private readonly Stream _bytes;
    private readonly bool _isMeasured;
    private readonly RemoteWait _wait;

    public RemoteAnswer(Stream bytes, long end, bool isMeasured, RemoteWait wait)
    {
        _bytes = bytes;
        _isMeasured = isMeasured;
        _wait = wait;
        End = end;
    }

    /// <summary>Offset in the file behind the last byte that the answer has.</summary>
    public long End { get; }

    /// <summary>Reads what is there.</summary>
    public Task<int> Read(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        _wait.For(token => _bytes.ReadAsync(buffer, offset, count, token), cancellationToken);

    /// <summary>Whether nothing follows, as it must where the answer has been read as far as it goes.</summary>
    public async Task<bool> IsAtEnd(CancellationToken cancellationToken) =>
        _isMeasured || await Read(new byte[1], 0, 1, cancellationToken).ConfigureAwait(false) == 0;

    public void Dispose()
    {
        _bytes.Dispose();
        _wait.Dispose();
    }
}
