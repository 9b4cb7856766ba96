using System;
using System.Collections.Generic;
using System.IO;
using VmaTools.Compression;

namespace VmaTools.Tests.Compression;

/// <summary>Everything a decoder gave until it ended or failed, with what can be told afterwards.</summary>
internal sealed record Decoding(
    byte[] Data,
    string? Code,
    long ErrorOffset,
    long ErrorCompressedOffset,
    long CompressedPosition,
    long VerifiedPosition,
    bool HasUncheckedContent)
{
    /// <summary>Decodes to the end with reads of a given size; only the errors of this library are caught.</summary>
    public static Decoding Of(DecodingStream stream, int readSize = 1 << 20, Action<DecodingStream>? afterRead = null)
    {
        MemoryStream data = new();
        byte[] buffer = new byte[readSize];
        long start = stream.DecodedPosition;
        VmaCompressionException? error = null;
        try
        {
            int read;
            while ((read = stream.Read(buffer, 0, readSize)) > 0)
            {
                data.Write(buffer, 0, read);
                if (stream.DecodedPosition - start != data.Length || stream.VerifiedPosition > stream.DecodedPosition)
                {
                    throw new InvalidDataException("The positions do not fit what was delivered.");
                }

                afterRead?.Invoke(stream);
            }
        }
        catch (VmaCompressionException exception)
        {
            error = exception;
        }

        return new Decoding(
            data.ToArray(),
            error?.Code,
            error?.Offset ?? -1,
            error?.CompressedOffset ?? -1,
            error is null ? stream.CompressedPosition : -1,
            stream.VerifiedPosition,
            stream.HasUncheckedContent);
    }

    /// <summary>Asserts that this is the same outcome in every respect.</summary>
    public void AssertSame(Decoding other)
    {
        Xunit.Assert.Equal(this with { Data = [] }, other with { Data = [] }, SameFacts.Instance);
        Xunit.Assert.True(Data.AsSpan().SequenceEqual(other.Data), "The data differ.");
    }

    /// <summary>Asserts a faultless end with these bytes, all of them checked.</summary>
    public void AssertIs(byte[] expected, long compressedLength)
    {
        Xunit.Assert.Null(Code);
        Xunit.Assert.True(Data.AsSpan().SequenceEqual(expected), "The data differ.");
        Xunit.Assert.Equal(compressedLength, CompressedPosition);
        if (!HasUncheckedContent)
        {
            Xunit.Assert.Equal(expected.Length, VerifiedPosition);
        }
    }

    private sealed class SameFacts : IEqualityComparer<Decoding>
    {
        public static readonly SameFacts Instance = new();

        public bool Equals(Decoding? x, Decoding? y) => Facts(x!) == Facts(y!);

        public int GetHashCode(Decoding obj) => Facts(obj).GetHashCode();

        private static (string?, long, long, long, long, bool) Facts(Decoding d) =>
            (d.Code, d.ErrorOffset, d.ErrorCompressedOffset, d.CompressedPosition, d.VerifiedPosition, d.HasUncheckedContent);
    }
}
