using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Compression;
using Xunit;

namespace VmaTools.Tests.Compression;

public class LzopFuzzTests
{
    [Fact]
    public void Damaged_files_end_in_a_known_error_or_were_not_damaged()
    {
        List<byte[]> seeds = Directory.GetFiles(Fixtures.Path("lzop"), "small-*.lzo").Order().Select(File.ReadAllBytes).ToList();

        // Without checksums every damage reaches the decoder.
        byte[] data = StreamSamples.Get("small");
        byte[] plain = File.ReadAllBytes(Fixtures.Path("lzop/small-unchecked.lzo"));
        seeds.Add(plain);
        seeds.Add([.. plain, .. plain]);
        seeds.Add(new LzopBytes().Header(LzopFlags.None).Stored(data[..50]).Stored(data[..700]).End());
        for (int number = 0; number < Mutations.Count; number++)
        {
            byte[] file = Mutations.Apply(seeds, new Random(number));
            Decoding whole = LzopDecodingTests.Decode(file, 1 << 16);
            Decoding pieces = Decoding.Of(LzopDecodingTests.Open(new TricklingStream(file, 1 + (number % 50))), 999);
            pieces.AssertSame(whole);
            if (whole.Code is null && !whole.HasUncheckedContent)
            {
                // Whole blocks may have gone or come; no byte of one can have changed.
                Assert.Equal(whole.Data.Length, whole.VerifiedPosition);
                Assert.Equal(file.Length, whole.CompressedPosition);
            }
        }
    }
}
