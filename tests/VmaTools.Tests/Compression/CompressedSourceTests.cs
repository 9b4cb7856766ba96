using VmaTools.Compression;
using Xunit;

namespace VmaTools.Tests.Compression;

public class CompressedSourceTests
{
    [Fact]
    public void The_last_bytes_taken_can_be_handed_back_at_any_time()
    {
        byte[] data = StreamSamples.Random(1000, 41);
        CompressedSource source = new(new TricklingStream(data, 3), 500);
        for (int taken = 1; taken <= data.Length; taken++)
        {
            Assert.True(source.TryReadByte(out byte value));
            Assert.Equal(data[taken - 1], value);
            Assert.Equal(500 + taken, source.Offset);
            for (int back = 1; back <= CompressedSource.Lookbehind && back <= taken; back++)
            {
                Assert.Equal(data[taken - back], source.Buffer[source.Position - back]);
            }
        }

        Assert.False(source.TryReadByte(out _));
        Assert.Equal(1500, source.Offset);
    }
}
