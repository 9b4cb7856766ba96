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

    [Theory]
    [InlineData(6L << 30, false)]
    [InlineData((6L << 30) + 1, true)]
    public void Of_holes_of_more_than_6_GiB_there_is_no_digest(long holes, bool isDataOnly)
    {
        const int Data = 3;
        ContentCopier copier = new(withDigest: true, writesBeside: false);
        using CancellationTokenSource stop = new();
        HoleStream content = new(Data + holes);
        if (!isDataOnly)
        {
            // To digest the zeros takes long: that it begins is enough.
            stop.Cancel();
            Assert.Throws<OperationCanceledException>(() => copier.Copy(content, [(holes, Data)], static (_, _, _) => { }, static _ => { }, stop.Token));
            return;
        }

        copier.Copy(content, [(holes, Data)], static (_, _, _) => { }, static _ => { }, stop.Token);
        Assert.Null(copier.Sha256);
        Assert.Equal("709e80c88487a2411e1ee4dfb9f22a861492d20c4765150c0c794abd70f8147c", copier.Sha256OfData);
    }

    /// <summary>Zeros of any length.</summary>
    private sealed class HoleStream(long length) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = (int)Math.Min(count, length - Position);
            Array.Clear(buffer, offset, read);
            Position += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
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
