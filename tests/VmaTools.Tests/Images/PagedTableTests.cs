using System;
using System.Buffers.Binary;
using System.IO;
using VmaTools.Images;
using Xunit;

namespace VmaTools.Tests.Images;

public sealed class PagedTableTests
{
    /// <summary>Few pages in memory, entries changed at random: the file ends up as a plain array would.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0xFF, 0)]
    [InlineData(0, 100000)]
    [InlineData(0xFF, 100000)]
    public void EndsAsAnArrayWould(byte fill, int copyDistance)
    {
        const int Position = 1000;
        const int Length = (20 * PagedTable.PageSize) + 512;
        byte[] expected = new byte[Length];
        expected.AsSpan().Fill(fill);
        using MemoryStream file = new();
        PagedTable table = new(file, Position, Length, fill, maxPages: 3) { CopyDistance = copyDistance };
        Random random = new(5);
        for (int i = 0; i < 5000; i++)
        {
            // Pages 10 to 14 are never touched.
            int offset = random.Next(Length / 4) * 4;
            if (offset / PagedTable.PageSize is >= 10 and < 15)
            {
                continue;
            }

            Assert.True(table.Read(offset, 4).SequenceEqual(expected.AsSpan(offset, 4)));
            if (i % 3 == 0)
            {
                BinaryPrimitives.WriteInt32LittleEndian(table.Edit(offset, 4), i);
                BinaryPrimitives.WriteInt32LittleEndian(expected.AsSpan(offset), i);
            }
        }

        table.Flush();
        Assert.True(file.GetBuffer().AsSpan(Position, Length).SequenceEqual(expected));
        if (copyDistance != 0)
        {
            Assert.True(file.GetBuffer().AsSpan(Position + copyDistance, Length).SequenceEqual(expected));
        }
    }
}
