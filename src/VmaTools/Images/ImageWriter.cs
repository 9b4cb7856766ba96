using System;

namespace VmaTools.Images;

/// <summary>
/// Writes one disk image. Data arrives in any order; each byte of the disk is announced at most once, as data or as zeros.
/// What is never announced reads as zeros.
/// </summary>
/// <remarks>
/// A writer owns neither the target's name nor its fate: it writes into a fresh, empty, seekable stream, and whoever made
/// that stream renames or removes the file. The image is valid only after <see cref="Complete"/>.
/// </remarks>
internal abstract class ImageWriter : IDisposable
{
    /// <summary>Stores bytes of the disk.</summary>
    /// <param name="offset">Byte offset on the disk, a multiple of 512.</param>
    /// <param name="data">Any number of bytes, a multiple of 512 except at the very end of the disk.</param>
    public abstract void Write(long offset, ReadOnlySpan<byte> data);

    /// <summary>Announces zeros: a range of the disk that holds only zero bytes.</summary>
    /// <param name="offset">Byte offset on the disk, a multiple of 512.</param>
    /// <param name="length">Number of zero bytes.</param>
    public abstract void WriteZeros(long offset, long length);

    /// <summary>Writes what is still held back, so that the image is whole and valid. Called once, at the end.</summary>
    public abstract void Complete();

    /// <summary>Frees buffers. Does not close the target stream.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
