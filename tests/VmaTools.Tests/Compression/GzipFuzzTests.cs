using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Compression;

public class GzipFuzzTests
{
    [Fact]
    public void Damaged_files_end_in_a_known_error_or_in_what_the_framework_reads()
    {
        List<byte[]> seeds = Directory.GetFiles(Fixtures.Path("gzip"), "small-*.gz").Order().Select(File.ReadAllBytes).ToList();
        seeds.Add(GzipBytes.Member(StreamSamples.Matches(3000, 21)));
        seeds.Add(GzipBytes.Member(StreamSamples.Text(3000, 22)));
        seeds.Add(new GzipBytes().Header().Stored(StreamSamples.Random(600, 23)).Stored([]).Stored([1], last: true)
            .Trailer([.. StreamSamples.Random(600, 23), 1]));
        for (int number = 0; number < Mutations.Count; number++)
        {
            byte[] file = Mutations.Apply(seeds, new Random(number));
            Decoding fast = GzipDecodingTests.Decode(file);

            // Reads too short for the fast loop, from a source that gives little at a time, must tell the same in all.
            Decoding slow = Decoding.Of(GzipDecodingTests.Open(new TricklingStream(file, 1 + (number % 50))), 200);
            slow.AssertSame(fast);
            if (fast.Code is null)
            {
                MemoryStream expected = new();
                using GZipStream judge = new(new MemoryStream(file), CompressionMode.Decompress);
                judge.CopyTo(expected);
                Assert.True(expected.ToArray().AsSpan().SequenceEqual(fast.Data), $"Number {number} differs.");
            }
        }
    }
}
