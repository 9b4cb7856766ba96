using System;
using System.Text;

namespace VmaTools.Format;

/// <summary>Text in blobs: UTF-8, names ended by a NUL byte, config texts not.</summary>
internal static class BlobText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text before the first NUL byte. Bytes that are no UTF-8 become U+FFFD.</summary>
    public static string Name(ReadOnlySpan<byte> blob)
    {
        int end = blob.IndexOf((byte)0);
        return Decode(Encoding.UTF8, end < 0 ? blob : blob.Slice(0, end));
    }

    /// <summary>The whole blob as text. Bytes that are no UTF-8 become U+FFFD.</summary>
    public static string Config(ReadOnlySpan<byte> blob) => Decode(Encoding.UTF8, blob);

    /// <summary>A name as a blob: UTF-8, with a NUL byte at its end.</summary>
    public static byte[] ToBlob(string name) => Encoding.UTF8.GetBytes(name + '\0');

    public static bool IsUtf8(ReadOnlySpan<byte> blob)
    {
        try
        {
#if NETSTANDARD2_0
            Strict.GetCharCount(blob.ToArray());
#else
            Strict.GetCharCount(blob);
#endif
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static string Decode(Encoding encoding, ReadOnlySpan<byte> bytes)
    {
#if NETSTANDARD2_0
        return encoding.GetString(bytes.ToArray());
#else
        return encoding.GetString(bytes);
#endif
    }
}
