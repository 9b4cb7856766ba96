using System;

namespace VmaTools;

/// <summary>A disk, a volume or a file system in a guest breaks its own rules, or needs what is not understood here.</summary>
public sealed class VmaFileSystemException : VmaException
{
    /// <summary>Creates an error.</summary>
    /// <param name="code">One of the constants of <see cref="VmaCodes"/>.</param>
    /// <param name="message">What is wrong, in a sentence.</param>
    /// <param name="filePath">The path in the guest, or null.</param>
    /// <param name="volumeOffset">Byte offset on the volume, or null.</param>
    /// <param name="path">The archive or image, or null.</param>
    /// <param name="device">Name of the device, or null.</param>
    /// <param name="innerException">The cause, or null.</param>
    /// <param name="volume">The id of the volume, or null.</param>
    /// <param name="offset">Byte offset within the archive or image, or null.</param>
    public VmaFileSystemException(
        string code,
        string message,
        string? filePath = null,
        long? volumeOffset = null,
        string? path = null,
        string? device = null,
        Exception? innerException = null,
        string? volume = null,
        long? offset = null)
        : base(code, message, path, offset, device, innerException)
    {
        FilePath = filePath;
        VolumeOffset = volumeOffset;
        Volume = volume;
    }

    /// <summary>The path in the guest, or null.</summary>
    public string? FilePath { get; }

    /// <summary>Byte offset on the volume, or null.</summary>
    public long? VolumeOffset { get; }

    /// <summary>The id of the volume, such as <c>debian-vg/root</c>, or null.</summary>
    public string? Volume { get; }

    private protected override string Describe(string sentence)
    {
        string text = sentence;
        if (FilePath is not null)
        {
            text += $" In the guest: {Printable.Text(FilePath)}.";
        }

        if (Volume is not null)
        {
            text += $" Volume: {Printable.Short(Volume)}.";
        }

        if (VolumeOffset is long offset)
        {
            text += $" Offset on the volume: {offset}.";
        }

        return base.Describe(text);
    }
}
