using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using VmaTools.GuestFiles.Copying;
using Xunit;

namespace VmaTools.Tests.GuestFiles;

/// <summary>Work that several threads share.</summary>
public sealed class SideBySideTests
{
    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 3)]
    [InlineData(500, 1)]
    [InlineData(500, 4)]
    public void Each_piece_is_done_once(int count, int threads)
    {
        ConcurrentBag<int> done = [];
        int workers = 0;
        SideBySide.Run(count, threads, () => Interlocked.Increment(ref workers), (_, number) => done.Add(number));
        Assert.Equal(Enumerable.Range(0, count), done.Order());
        Assert.InRange(workers, 1, threads);
    }

    [Fact]
    public void Two_are_at_work_at_once()
    {
        using Barrier both = new(2);
        SideBySide.Run(2, 2, static () => 0, (_, _) => both.SignalAndWait(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void The_first_error_ends_it_and_nobody_works_on()
    {
        using ManualResetEventSlim failed = new();
        int atWork = 0;
        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => SideBySide.Run(
            1000,
            4,
            static () => 0,
            (_, number) =>
            {
                if (number == 0)
                {
                    failed.Set();
                    throw new InvalidOperationException("first");
                }

                Interlocked.Increment(ref atWork);
                failed.Wait(TestContext.Current.CancellationToken);
                Thread.Yield();
                Interlocked.Decrement(ref atWork);
            }));
        Assert.Equal("first", thrown.Message);
        Assert.Equal(0, atWork);
    }
}
