using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Sources;
using Xunit;

namespace VmaTools.Tests.Sources;

public sealed class RemoteWaitTests
{
    [Fact]
    public async Task What_comes_as_patience_ends_is_not_taken()
    {
        using MemoryStream late = new();
        using RemoteWait wait = new(TimeSpan.FromMilliseconds(1), new CancellationTokenSource());
        RemoteTransientException exception = await Assert.ThrowsAsync<RemoteTransientException>(() => wait.For(
            token =>
            {
                token.WaitHandle.WaitOne();
                return Task.FromResult(late);
            },
            TestContext.Current.CancellationToken));
        Assert.IsType<TimeoutException>(exception.InnerException);
        Assert.False(late.CanRead);
    }
}
