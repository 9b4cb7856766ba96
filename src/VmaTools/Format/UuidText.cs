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
}
