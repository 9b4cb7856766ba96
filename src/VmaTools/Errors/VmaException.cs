using System;

namespace VmaTools;

/// <summary>
/// The base of every error this library raises about an archive, the bytes it comes from, or the target it goes to.
/// </summary>
/// <remarks>
/// <see cref="Code"/> is one of the constants of <see cref="VmaCodes"/> and never changes between versions; the message is
/// for people and may.
/// </remarks>
public class VmaException : Exception
{
    /// <summary>Creates an error.</summary>
    /// <param name="code">One of the constants of <see cref="VmaCodes"/>.</param>
    /// <param name="message">What is wrong, in a sentence, without path and offset: these are appended.</param>
    /// <param name="path">The file concerned, or null where there is none (a pipe, a stream).</param>
    /// <param name="offset">Byte offset within the (decompressed) archive or the image, or null where none applies.</param>
    /// <param name="device">Name of the device concerned, or null.</param>
    /// <param name="innerException">The cause, or null.</param>
    public VmaException(
        string code,
        string message,
        string? path = null,
        long? offset = null,
        string? device = null,
        Exception? innerException = null)
        : base(message, innerException)
    {
        Code = code;
        Path = path;
        Offset = offset;
        Device = device;
    }

    /// <summary>The fixed identifier of what is wrong: one of the constants of <see cref="VmaCodes"/>.</summary>
    public string Code { get; }

    /// <summary>The file concerned, or null where the bytes came from a stream without a name.</summary>
    public string? Path { get; internal set; }

    /// <summary>Byte offset within the (decompressed) archive or the image, or null.</summary>
    public long? Offset { get; }

    /// <summary>Name of the device concerned, or null.</summary>
    public string? Device { get; }

    /// <summary>True where the file is known to be something else: there is nothing to salvage.</summary>
    internal bool IsForeign { get; init; }

    /// <summary>What is wrong, without path and offset.</summary>
    public string Sentence => base.Message;

    /// <summary>The sentence, followed by path, device and byte offset as far as they are known.</summary>
    public override string Message => Describe(base.Message);

    /// <summary>Appends the facts that this kind of error carries to its sentence.</summary>
    private protected virtual string Describe(string sentence)
    {
        string text = sentence;
        if (Device is not null)
        {
            text += $" Device: {Printable.Short(Device)}.";
        }

        if (Offset is long offset)
        {
            text += $" Byte offset: {offset}.";
        }

        if (Path is not null)
        {
            text += $" File: {Printable.Text(Path)}";
        }

        return text;
    }
}

/// <summary>The bytes of an archive break a rule of the VMA format.</summary>
public sealed class VmaFormatException : VmaException
{
    /// <inheritdoc cref="VmaException(string, string, string?, long?, string?, Exception?)"/>
    public VmaFormatException(
        string code,
        string message,
        string? path = null,
        long? offset = null,
        string? device = null,
        Exception? innerException = null)
        : base(code, message, path, offset, device, innerException)
    {
    }
}

/// <summary>The compressed bytes around an archive cannot be decoded, or a checksum over them does not match.</summary>
public sealed class VmaCompressionException : VmaException
{
    /// <summary>Creates an error.</summary>
    /// <param name="code">One of the constants of <see cref="VmaCodes"/>.</param>
    /// <param name="message">What is wrong, in a sentence.</param>
    /// <param name="compressedOffset">Byte offset within the compressed file.</param>
    /// <param name="offset">Byte offset within the decompressed archive, as far as it was decoded.</param>
    /// <param name="path">The file concerned, or null.</param>
    /// <param name="innerException">The cause, or null.</param>
    public VmaCompressionException(
        string code,
        string message,
        long compressedOffset,
        long offset,
        string? path = null,
        Exception? innerException = null)
        : base(code, message, path, offset, null, innerException) => CompressedOffset = compressedOffset;

    /// <summary>The window that would have to be allowed, in bytes, where the limit is what failed; else null.</summary>
    public long? NeededWindow { get; internal init; }

    /// <summary>Byte offset within the compressed file at which decoding failed.</summary>
    public long CompressedOffset { get; }

    private protected override string Describe(string sentence) =>
        base.Describe($"{sentence} Compressed offset: {CompressedOffset}.");
}
