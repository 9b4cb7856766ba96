using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Compression;
using Xunit;

namespace VmaTools.Tests.Compression;

/// <summary>What real zstd wrote, decoded without its being there.</summary>
public class ZstdFixtureTests
{
    public static TheoryData<string, string> All => new()
    {
        { "empty.zst", "empty" },
        { "one.zst", "one" },
        { "zeros.zst", "zeros" },
        { "text-1-piped.zst", "text" },
        { "records-3.zst", "records" },
        { "mixed-3-rsyncable-piped.zst", "mixed" },
        { "mixed-9-nocheck.zst", "mixed" },
        { "mixed-22-long27-piped.zst", "mixed" },
        { "patterns-5-window1k-piped.zst", "patterns" },
        { "small-1.zst", "small" },
        { "small-19-piped.zst", "small" },
    };

    [Theory]
    [MemberData(nameof(All))]
    public void Decodes_to_its_sample(string file, string sample)
    {
        byte[] compressed = Load(file);
        byte[] expected = ZstdSamples.Make(sample);
        foreach (bool checkedOnly in new[] { false, true })
        {
            ZstdOutcome outcome = ZstdDecoding.Decode(compressed, checkedOnly);
            Assert.Null(outcome.Message);
            Assert.True(expected.AsSpan().SequenceEqual(outcome.Bytes));
            Assert.Equal(compressed.Length, outcome.CompressedPosition);
            Assert.Equal(outcome.Unchecked ? 0 : expected.Length, outcome.VerifiedPosition);
            Assert.Equal(file.Contains("nocheck", StringComparison.Ordinal), outcome.Unchecked);
        }
    }

    [Fact]
    public void Frames_and_skippable_frames_join()
    {
        byte[] skippable = [0x57, 0x2A, 0x4D, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5];
        byte[] emptySkippable = [0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0];
        byte[] compressed =
        [
            .. skippable, .. Load("small-1.zst"), .. emptySkippable, .. skippable, .. Load("empty.zst"), .. Load("patterns-5-window1k-piped.zst"),
            .. Load("mixed-9-nocheck.zst"), .. Load("one.zst"), .. Load("small-19-piped.zst"), .. skippable,
        ];
        byte[] expected =
        [
            .. ZstdSamples.Make("small"), .. ZstdSamples.Make("patterns"), .. ZstdSamples.Make("mixed"), .. ZstdSamples.Make("one"),
            .. ZstdSamples.Make("small"),
        ];
        foreach (bool checkedOnly in new[] { false, true })
        {
            ZstdOutcome outcome = ZstdDecoding.Decode(compressed, checkedOnly);
            Assert.Null(outcome.Message);
            Assert.True(expected.AsSpan().SequenceEqual(outcome.Bytes));

            // Nothing is proven from the frame without a checksum on.
            Assert.Equal(ZstdSamples.Make("small").Length + ZstdSamples.Make("patterns").Length, outcome.VerifiedPosition);
            Assert.True(outcome.Unchecked);
        }
    }

    [Fact]
    public void Skippable_frames_alone_are_an_empty_stream()
    {
        ZstdOutcome outcome = ZstdDecoding.Decode([0x5F, 0x2A, 0x4D, 0x18, 1, 0, 0, 0, 9], false);
        Assert.Null(outcome.Code);
        Assert.Empty(outcome.Bytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5000)]
    public void Short_reads_on_both_sides_change_nothing(int most)
    {
        byte[] expected = ZstdSamples.Make("small");
        using var stream = new ZstdStream(TricklingStream.UpTo(Load("small-19-piped.zst"), most), false);
        byte[] buffer = new byte[7000];
        var bytes = new MemoryStream();
        var dice = new Dice(7);
        int read;
        while ((read = stream.Read(buffer, 0, 1 + dice.Below(Math.Min(most * 2, buffer.Length)))) > 0)
        {
            bytes.Write(buffer, 0, read);
            Assert.Equal(bytes.Length, stream.DecodedPosition);
        }

        Assert.True(expected.AsSpan().SequenceEqual(bytes.ToArray()));
    }

    [Fact]
    public void An_error_of_the_source_passes_through_and_can_be_got_over()
    {
        byte[] compressed = Load("mixed-3-rsyncable-piped.zst");
        byte[] expected = ZstdSamples.Make("mixed");
        for (int failAt = 0; failAt < compressed.Length; failAt += 5003)
        {
            using var stream = new ZstdStream(TricklingStream.UpTo(compressed, 4000, failAt), false);
            var bytes = new MemoryStream();
            Assert.Throws<IOException>(() => stream.CopyTo(bytes));
            stream.CopyTo(bytes);
            Assert.True(expected.AsSpan().SequenceEqual(bytes.ToArray()));
        }
    }

    [Theory]
    [InlineData("patterns-5-window1k-piped.zst", "patterns")]
    [InlineData("mixed-3-rsyncable-piped.zst", "mixed")]
    [InlineData("mixed-9-nocheck.zst", "mixed")]
    [InlineData("records-3.zst", "records")]
    public void Resumes_at_every_block_boundary(string file, string sample)
    {
        byte[] compressed = [.. Load(file), .. Load("small-1.zst"), .. Load(file)];
        byte[] expected = [.. ZstdSamples.Make(sample), .. ZstdSamples.Make("small"), .. ZstdSamples.Make(sample)];
        using var stream = new ZstdStream(new MemoryStream(compressed), false);
        var states = new List<DecoderState>();
        byte[] buffer = new byte[10_000];
        do
        {
            if (stream.AtBlockBoundary)
            {
                states.Add(stream.CaptureState());
            }
        }
        while (stream.Read(buffer) > 0);

        Assert.True(states.Count > 3);
        foreach (ZstdState state in states.Cast<ZstdState>())
        {
            Assert.True(state.Window.Length <= Math.Min(state.DecodedPosition, 8 << 20));
            foreach (bool checkedOnly in new[] { false, true, false })
            {
                var source = new MemoryStream(compressed) { Position = state.CompressedPosition };
                using ZstdStream resumed = ZstdStream.Resume(source, false, state, checkedOnly);
                Assert.Equal(state.CompressedPosition, resumed.CompressedPosition);
                ZstdOutcome outcome = ZstdDecoding.Decode(resumed);
                Assert.Null(outcome.Message);
                Assert.True(expected.AsSpan((int)state.DecodedPosition).SequenceEqual(outcome.Bytes));
                Assert.Equal(compressed.Length, outcome.CompressedPosition);
                Assert.Equal(outcome.Unchecked ? 0 : expected.Length, outcome.VerifiedPosition);
                Assert.Equal(stream.HasUncheckedContent, outcome.Unchecked);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Decodes_into_memory_that_another_gave_back(bool checkedOnly)
    {
        // Of smaller and larger windows than its own, with what was decoded there before.
        byte[] memory = [];
        foreach (string file in new[]
        {
            "mixed-9-nocheck.zst", "patterns-5-window1k-piped.zst", "mixed-3-rsyncable-piped.zst", "records-3.zst", "small-1.zst", "mixed-9-nocheck.zst",
        })
        {
            byte[] before = memory;
            ZstdStream stream = new(new MemoryStream(Load(file)), false, checkedOnly: checkedOnly);
            stream.Use(memory);
            ZstdOutcome outcome = ZstdDecoding.Decode(stream);
            Assert.Null(outcome.Message);
            Assert.True(ZstdSamples.Make(file.Substring(0, file.IndexOf('-'))).AsSpan().SequenceEqual(outcome.Bytes), file);
            stream.Dispose();
            memory = stream.GiveBack();
            Assert.True(memory.Length >= before.Length);
            Assert.True(memory.Length > before.Length || ReferenceEquals(memory, before));
        }
    }

    [Fact]
    public void A_resumed_frame_is_still_checked()
    {
        byte[] compressed = Load("mixed-3-rsyncable-piped.zst");
        compressed[^1] ^= 1;
        using var stream = new ZstdStream(new MemoryStream(compressed), false);
        Assert.True(stream.Read(new byte[200_000]) > 0);
        DecoderState state = stream.CaptureState();
        using ZstdStream resumed = ZstdStream.Resume(new MemoryStream(compressed) { Position = state.CompressedPosition }, false, state);
        ZstdOutcome outcome = ZstdDecoding.Decode(resumed);
        Assert.Equal(VmaCodes.CompressedChecksumMismatch, outcome.Code);
        Assert.Equal(0, outcome.VerifiedPosition);
    }

    [Fact]
    public void A_state_is_refused_within_a_block()
    {
        using var stream = new ZstdStream(new MemoryStream(Load("small-1.zst")), false);
        Assert.True(stream.AtBlockBoundary);
        Assert.Equal(1, stream.Read(new byte[1]));
        Assert.False(stream.AtBlockBoundary);
        Assert.Throws<InvalidOperationException>(() => stream.CaptureState());
    }

    [Fact]
    public void Reads_end_at_block_boundaries()
    {
        using var stream = new ZstdStream(new MemoryStream(Load("text-1-piped.zst")), false);
        Assert.Equal(128 * 1024, stream.Read(new byte[300_000]));
        Assert.True(stream.AtBlockBoundary);
    }

    internal static byte[] Load(string file) => File.ReadAllBytes(Fixtures.Path("zstd/" + file));
}
