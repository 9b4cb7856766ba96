using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
#if NETSTANDARD2_0
using VmaTools.Bytes;
#endif

namespace VmaTools.Images;

/// <summary>
/// Writes one disk image. Data arrives in any order; each byte of the disk is announced at most once, as data or as zeros.
/// What is never announced reads as zeros.
/// </summary>
/// <remarks>
/// A writer owns neither the target's name nor its fate: it writes into a fresh, empty stream, and whoever made that stream
/// renames or removes the file. The image is valid only after <see cref="Complete"/>; before that its head is missing, so that
/// no program takes a half-written file for a whole one.
/// </remarks>
internal abstract class ImageWriter : IDisposable
{
    private readonly List<string> _notes = [];
    private bool _completed;
    private bool _isSectorSizeTold;

    /// <param name="target">A fresh, empty, writable, seekable stream.</param>
    /// <param name="diskSize">Size of the disk in bytes.</param>
    /// <param name="imageSize">The size that the image will claim.</param>
    protected ImageWriter(Stream target, long diskSize, long imageSize)
    {
        if (!target.CanWrite || !target.CanSeek)
        {
            throw new ArgumentException("The target must be writable and seekable.", nameof(target));
        }

        Target = target;
        DiskSize = diskSize;
        ImageSize = imageSize;
        if (imageSize != diskSize)
        {
            Note($"The disk's size of {diskSize} bytes is not a whole number of sectors; the image is padded with zeros to {imageSize} bytes.");
        }
    }

    /// <summary>Size of the disk in bytes.</summary>
    public long DiskSize { get; }

    /// <summary>The size that the image claims: <see cref="DiskSize"/> padded up to whole sectors of the format.</summary>
    public long ImageSize { get; }

    /// <summary>True where data must arrive in ascending order, because what was written cannot be changed any more.</summary>
    public virtual bool NeedsAscendingOrder => false;

    /// <summary>Offsets and lengths are multiples of this.</summary>
    protected virtual int Alignment => 512;

    /// <summary>Sentences that the person who asked for this image should read; complete when the image is.</summary>
    public IReadOnlyList<string> Notes => _notes;

    protected Stream Target { get; }

    /// <summary>True for a format whose disks have sectors of 512 bytes, whoever writes it.</summary>
    protected virtual bool HasSmallSectorsOnly => false;

    /// <summary>Stores bytes of the disk.</summary>
    /// <param name="offset">Byte offset on the disk, a multiple of <see cref="Alignment"/>.</param>
    /// <param name="data">Any number of bytes, a multiple of <see cref="Alignment"/> except at the very end of the disk.</param>
    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        CheckRange(offset, data.Length);
        if (!data.IsEmpty)
        {
            if (!_isSectorSizeTold && DiskSectorSize.Find(offset, data) is int size)
            {
                _isSectorSizeTold = true;
                OnSectorSize(size);
            }

            WriteCore(offset, data);
        }
    }

    /// <summary>Announces zeros: a range of the disk that holds only zero bytes.</summary>
    /// <param name="offset">Byte offset on the disk, a multiple of <see cref="Alignment"/>.</param>
    /// <param name="length">Number of zero bytes.</param>
    public void WriteZeros(long offset, long length)
    {
        CheckRange(offset, length);
        if (length != 0)
        {
            WriteZerosCore(offset, length);
        }
    }

    /// <summary>Writes what is still held back, so that the image is whole and valid. Called once, at the end.</summary>
    public void Complete()
    {
        CheckOpen();
        CompleteCore();
        _completed = true;
    }

    /// <summary>Frees buffers. Does not close the target stream.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void WriteCore(long offset, ReadOnlySpan<byte> data);

    /// <summary>Zeros need nothing done where unwritten parts of the image read as zeros anyway.</summary>
    protected virtual void WriteZerosCore(long offset, long length)
    {
    }

    protected abstract void CompleteCore();

    /// <summary>What is written has shown what the sectors of the disk are. Its first bytes have come, and perhaps others.</summary>
    protected virtual void OnSectorSize(int size)
    {
        if (HasSmallSectorsOnly && size != 512)
        {
            Note($"The disk's partition table counts sectors of {size} bytes, and this format has sectors of 512 bytes only: a guest finds no partitions on the image. A VHDX can have such sectors, and whoever attaches a raw or QCOW2 image chooses them.");
        }
    }

    protected virtual void Dispose(bool disposing)
    {
    }

    protected void Note(FormattableString sentence) => _notes.Add(sentence.ToString(CultureInfo.InvariantCulture));

    /// <summary>Writes at a position of the target.</summary>
    protected void WriteAt(long position, ReadOnlySpan<byte> data)
    {
        if (Target.Position != position)
        {
            Target.Position = position;
        }

        Target.Write(data);
    }

    private void CheckRange(long offset, long length)
    {
        CheckOpen();
        if (offset < 0 || offset % Alignment != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(offset));
        }

        if (length < 0 || length > DiskSize - offset || (length % Alignment != 0 && length != DiskSize - offset))
        {
            throw new ArgumentOutOfRangeException(nameof(length));
        }
    }

    private void CheckOpen()
    {
        if (_completed)
        {
            throw new InvalidOperationException("The image is complete.");
        }
    }
}
