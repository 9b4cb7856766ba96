using System;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;

namespace VmaTools.Disks.Volumes.Locks;

/// <summary>Memory for what nobody else may see: it stays in its place, and is wiped.</summary>
internal static class Secret
{
    public static byte[] Bytes(int count) =>
#if NETSTANDARD2_0
        new byte[count];
#else
        GC.AllocateArray<byte>(count, pinned: true);
#endif

    public static char[] Chars(int count) =>
#if NETSTANDARD2_0
        new char[count];
#else
        GC.AllocateArray<char>(count, pinned: true);
#endif

    /// <summary>A copy of the text.</summary>
    public static char[] Copy(ReadOnlySpan<char> text)
    {
        char[] copy = Chars(text.Length);
        text.CopyTo(copy);
        return copy;
    }

    /// <summary>A copy of the text.</summary>
    public static char[] Copy(SecureString text)
    {
        IntPtr plain = Marshal.SecureStringToGlobalAllocUnicode(text);
        try
        {
            char[] copy = Chars(text.Length);
            Marshal.Copy(plain, copy, 0, copy.Length);
            return copy;
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(plain);
        }
    }

    /// <summary>The text in bytes of an encoding.</summary>
    public static byte[] Encode(char[] text, Encoding encoding)
    {
        byte[] bytes = Bytes(encoding.GetByteCount(text));
        encoding.GetBytes(text, 0, text.Length, bytes, 0);
        return bytes;
    }

    public static void Wipe(Array secret) => Array.Clear(secret, 0, secret.Length);

    /// <summary>Whether both are the same, in a time that does not tell where they differ.</summary>
    public static bool AreEqual(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        int difference = first.Length ^ second.Length;
        for (int i = 0; i < Math.Min(first.Length, second.Length); i++)
        {
            difference |= first[i] ^ second[i];
        }

        return difference == 0;
    }
}
