using System;
using System.Globalization;
using VmaTools.Files;

namespace VmaTools.Disks.Volumes.Luks;

/// <summary>Fields of LUKS2's metadata that have to be there.</summary>
internal static class LuksFields
{
    /// <exception cref="FormatException">It is not there, or of another kind.</exception>
    public static JsonObject Object(this JsonObject parent, string name) => parent.Get<JsonObject>(name) ?? throw Missing(name);

    /// <inheritdoc cref="Object"/>
    public static string Text(this JsonObject parent, string name) => parent.Get<string>(name) ?? throw Missing(name);

    /// <summary>A whole number that is not negative.</summary>
    /// <inheritdoc cref="Object" path="/exception"/>
    public static long Number(this JsonObject parent, string name) => parent.GetNumber(name) is long number and >= 0 ? number : throw Missing(name);

    /// <summary>A number of 64 bits, which is kept as text.</summary>
    /// <inheritdoc cref="Object" path="/exception"/>
    public static long Big(this JsonObject parent, string name) =>
        long.TryParse(parent.Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : throw Missing(name);

    /// <summary>Bytes, which are kept as base64.</summary>
    /// <inheritdoc cref="Object" path="/exception"/>
    public static byte[] Bytes(this JsonObject parent, string name) => Convert.FromBase64String(parent.Text(name));

    private static FormatException Missing(string name) => new($"\"{name}\" is missing, or makes no sense.");
}
