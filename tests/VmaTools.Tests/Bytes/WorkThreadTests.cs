using System;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Bytes;
using Xunit;

namespace VmaTools.Tests.Bytes;

public class WorkThreadTests
{
    [Fact]
    public async Task Work_is_done_in_order_by_one_thread_that_is_none_of_the_pool_s()
    {
        WorkThread thread = new();
        using ManualResetEventSlim go = new();
        int done = 0;
        Task<(int Place, int Thread, bool IsOnPool)> Begin() => thread.Run(
            () =>
            {
                go.Wait();
                return (done++, Environment.CurrentManagedThreadId, Thread.CurrentThread.IsThreadPoolThread);
            },
            Token);
        Task<(int Place, int Thread, bool IsOnPool)>[] tasks = [Begin(), Begin(), Begin()];
        Assert.False(tasks[0].IsCompleted);
        go.Set();
        for (int i = 0; i < tasks.Length; i++)
        {
            Assert.Equal((i, (await tasks[0]).Thread, false), await tasks[i]);
        }
    }

    [Fact]
    public async Task What_fails_or_is_cancelled_is_told_and_the_next_is_done()
    {
        WorkThread thread = new();
        await Assert.ThrowsAsync<InvalidOperationException>(() => thread.Run<int>(static () => throw new InvalidOperationException(), Token));
        bool wasBegun = false;
        Task<bool> cancelled = thread.Run(() => wasBegun = true, new CancellationToken(canceled: true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.True(cancelled.IsCanceled);
        Assert.False(wasBegun);
        Assert.Equal(1, await thread.Run(static () => 1, Token));
    }

    [Fact]
    public async Task The_thread_goes_when_there_is_nothing_to_do_and_comes_again()
    {
        WorkThread thread = new();
        Thread first = await thread.Run(static () => Thread.CurrentThread, Token);
        Assert.True(first.Join(TimeSpan.FromMinutes(1)));
        Thread second = await thread.Run(static () => Thread.CurrentThread, Token);
        Assert.NotEqual(first.ManagedThreadId, second.ManagedThreadId);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
