using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using VmaTools.GuestFiles.Copying;
using Xunit;

namespace VmaTools.Tests.GuestFiles;

/// <summary>A piece is written while the next is read: what a target gets stays the same, whoever fails.</summary>
public sealed class ContentCopierTests
{
    private const int MiB = 1 << 20;
    private static readonly byte[] Content = MakeContent();
    private static readonly List<(long Offset, long Length)> All = [(0, Content.Length)];

    [Fact]
    public void Pieces_come_in_order_and_one_at_a_time()
    {
        byte[] copy = new byte[Content.Length];
        long end = 0;
        int writing = 0;
        new ContentCopier(withDigest: false, writesBeside: true).Copy(
            new MemoryStream(Content),
            All,
            (offset, bytes, count) =>
            {
                Assert.Equal(1, Interlocked.Increment(ref writing));
                Assert.Equal(end, offset);
                Thread.Yield();
                Array.Copy(bytes, 0, copy, (int)offset, count);
                end = offset + count;
                Interlocked.Decrement(ref writing);
            },
            static _ => { },
            CancellationToken.None);
        Assert.Equal(Content, copy);
    }

    [Fact]
    public void What_a_target_throws_ends_the_copy()
    {
        int writes = 0;
        IOException thrown = Assert.Throws<IOException>(() => new ContentCopier(withDigest: false, writesBeside: true).Copy(
            new MemoryStream(Content), All, (_, _, _) => throw new IOException($"full at {++writes}"), static _ => { }, CancellationToken.None));
        Assert.Equal("full at 1", thrown.Message);
        Assert.Equal(1, writes);
    }

    [Fact]
    public void What_the_last_piece_throws_is_thrown()
    {
        long last = (Content.Length - 1) / MiB * MiB;
        Assert.Throws<IOException>(() => new ContentCopier(withDigest: false, writesBeside: true).Copy(
            new MemoryStream(Content),
            All,
            (offset, _, _) =>
            {
                if (offset == last)
                {
                    throw new IOException("full");
                }
            },
            static _ => { },
            CancellationToken.None));
    }

    [Fact]
    public void Nothing_is_written_any_more_once_reading_has_failed()
    {
        using ManualResetEventSlim failed = new();
        int written = 0;
        FailingStream content = new(failAt: MiB, failed);
        Assert.Throws<VmaException>(() => new ContentCopier(withDigest: false, writesBeside: true).Copy(
            content,
            All,
            (_, _, _) =>
            {
                failed.Wait();
                Thread.Yield();
                Interlocked.Increment(ref written);
            },
            static _ => { },
            CancellationToken.None));
        Assert.Equal(1, written);
    }

    private static byte[] MakeContent()
    {
        byte[] content = new byte[5 * MiB + 3];
        new Random(11).NextBytes(content);
        return content;
    }

    private sealed class FailingStream(long failAt, ManualResetEventSlim failed) : MemoryStream(Content)
    {
        public override int Read(byte[] buffer, int offset, int count)
        {
            if (Position >= failAt)
            {
                failed.Set();
                throw new VmaException(VmaCodes.ClusterMissing, "lost");
            }

            return base.Read(buffer, offset, count);
        }
    }
}
