using System;
using System.Linq;
using VmaTools.Format;
using Xunit;

namespace VmaTools.Tests.Format;

public sealed class BlockMaskTests
{
    /// <summary>Every mask there is, against the same told by its bits as text.</summary>
    [Fact]
    public void Masks_are_read_as_their_bits_say()
    {
        for (int mask = 0; mask <= ushort.MaxValue; mask++)
        {
            char[] bits = [.. Enumerable.Range(0, 16).Select(i => (mask >> i) % 2 == 1 ? '1' : '0')];
            string text = new(bits);
            Assert.Equal(text.LastIndexOf('1') + 1, BlockMask.End(mask));
            for (int block = 0; block < 16; block++)
            {
                int end = text.IndexOf(text[block] == '1' ? '0' : '1', block);
                bool same = BlockMask.IsStored(mask, block) == (text[block] == '1')
                    && BlockMask.StoredBefore(mask, block) == text[..block].Count(static c => c == '1')
                    && BlockMask.EndOfRun(mask, block) == (end < 0 ? 16 : end)
                    && BlockMask.With(mask, block) == (mask | (int)Math.Pow(2, block))
                    && BlockMask.StoredWithin(mask, (block * 4096) + 100) == (text[..block].Count(static c => c == '1') * 4096) + (text[block] == '1' ? 100 : 0)
                    && BlockMask.StoredWithin(mask, (block + 1) * 4096) == text[..(block + 1)].Count(static c => c == '1') * 4096;
                Assert.True(same, $"mask {text}, block {block}");
            }
        }
    }
}
