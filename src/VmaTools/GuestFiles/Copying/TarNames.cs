using System;
using System.Text;

namespace VmaTools.GuestFiles.Copying;

/// <summary>Names of the guest as a tar archive takes them: the same bytes, but for what would lead out of it when it is unpacked.</summary>
internal static class TarNames
{
    /// <summary>The bytes of a name.</summary>
    public static byte[] Bytes(RawName name)
    {
        bool isHostile = name.IsEmpty || name.Bytes.SequenceEqual("."u8) || name.Bytes.SequenceEqual(".."u8)
            || name.Bytes.IndexOf((byte)'/') >= 0 || name.Bytes.IndexOf((byte)0) >= 0;
        return isHostile ? Encoding.UTF8.GetBytes(HostNames.From(name, isWindows: false)) : name.Bytes.ToArray();
    }

    /// <summary>The same as text; what is not valid text as <c>\xNN</c>.</summary>
    public static string Text(RawName name)
    {
        byte[] bytes = Bytes(name);
        string text = Encoding.UTF8.GetString(bytes);
        return Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(bytes) ? text : name.ToString();
    }
}
