using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>A name of a file in a directory, as the directory's index and the file's own record have it.</summary>
/// <param name="Parent">The directory.</param>
/// <param name="Name">UTF-16 units.</param>
/// <param name="Space">Which rules the name follows.</param>
internal readonly record struct NtfsFileName(NtfsReference Parent, string Name, byte Space)
{
    /// <summary>A long name that has a short one beside it.</summary>
    public const byte Windows = 1;

    /// <summary>The short one beside a long name.</summary>
    public const byte Dos = 2;

    private const int HeadLength = 66;

    // Name: 0 directory u64   8 created, 16 modified, 24 changed, 32 accessed u64   40 allocated u64   48 length u64
    //   56 attributes u32   60 reparse tag u32   64 units of the name u8   65 rules u8 (0 any, 1 Windows, 2 DOS, 3 both)   66 name

    /// <summary>Reads a name; null where it breaks its form.</summary>
    public static NtfsFileName? Parse(ReadOnlySpan<byte> value) =>
        value.Length >= HeadLength && value[64] > 0 && value.Length >= HeadLength + (value[64] * 2)
            ? new NtfsFileName(new NtfsReference(LittleEndian.U64(value, 0)), NtfsText.Units(value.Slice(HeadLength, value[64] * 2)), value[65])
            : null;

    /// <summary>The name as one of a file system's bytes.</summary>
    public RawName ToRawName() => RawName.FromUtf16(Name.AsSpan());
}
