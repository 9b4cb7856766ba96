using System;

namespace VmaTools.Format;

/// <summary>The text of a uuid.</summary>
internal static class UuidText
{
    /// <summary>A uuid in the form 8-4-4-4-12, its bytes in order.</summary>
    public static string Of(ReadOnlySpan<byte> uuid)
    {
        string hex = BitConverter.ToString(uuid.ToArray()).Replace("-", string.Empty).ToLowerInvariant();
        return $"{hex.Substring(0, 8)}-{hex.Substring(8, 4)}-{hex.Substring(12, 4)}-{hex.Substring(16, 4)}-{hex.Substring(20)}";
    }

    /// <summary>Reads a uuid, or makes one up where none is given.</summary>
    /// <exception cref="VmaException">It is none.</exception>
    public static byte[] ParseOrCreate(string? text)
    {
        if (!Guid.TryParse(text ?? Guid.NewGuid().ToString(), out Guid uuid))
        {
            throw new VmaException(VmaCodes.ArchiveNameInvalid, $"'{Printable.Short(text!)}' is no uuid; one has the form 8-4-4-4-12, in hexadecimal digits.");
        }

        // A Guid keeps its first three fields in the machine's order; its text has every byte in its place.
        string hex = uuid.ToString("N");
        byte[] bytes = new byte[Layout.UuidSize];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = Convert.ToByte(hex.Substring(i * 2, 2), 16);
        }

        return bytes;
    }
}
