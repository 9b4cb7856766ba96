using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;

namespace VmaTools.GuestFiles.Copying;

/// <summary>Writes a plan as a tar archive, with owners, modes, links, devices and extended attributes as the guest has them.</summary>
internal sealed class TarCopy
{
    private readonly Stream _output;
    private readonly TarWriter _writer;
    private readonly Action<VmaFileCopy> _onResult;
    private readonly Action<long> _onBytes;
    private readonly VmaFileExportOptions _options;
    private readonly CancellationToken _cancellationToken;
    private readonly ContentCopier _copier;

    /// <param name="output">Where the archive goes. From one that can seek, a file that turns out damaged is taken back.</param>
    /// <param name="options">How to copy.</param>
    /// <param name="onResult">Hears what became of each entry.</param>
    /// <param name="onBytes">Hears how many bytes were copied.</param>
    /// <param name="cancellationToken">Ends the copy.</param>
    public TarCopy(Stream output, VmaFileExportOptions options, Action<VmaFileCopy> onResult, Action<long> onBytes, CancellationToken cancellationToken)
    {
        _output = output;
        _writer = new TarWriter(output);
        _options = options;
        _onResult = onResult;
        _onBytes = onBytes;
        _cancellationToken = cancellationToken;
        _copier = new ContentCopier(options.Digest, writesBeside: true);
    }

    public void Run(CopyPlan plan)
    {
        Dictionary<(string Volume, ulong Id), (byte[] Name, string? Sha256, string? Sha256OfData)> firsts = [];
        foreach (CopyItem file in plan.FilesByLocation(_cancellationToken))
        {
            Attempt(file, () =>
            {
                if (file.HasOtherNames && firsts.TryGetValue(file.Content, out (byte[] Name, string? Sha256, string? Sha256OfData) first))
                {
                    WriteSimple(file, (byte)'1', first.Name, first.Sha256, first.Sha256OfData);
                }
                else if (WriteFile(file) && file.HasOtherNames)
                {
                    firsts[file.Content] = (NameOf(file), _copier.Sha256, _copier.Sha256OfData);
                }
            });
        }

        foreach (CopyItem item in plan.Items.Where(static i => i.Entry.Type is not (FileEntryType.File or FileEntryType.Directory)))
        {
            switch (item.Entry.Type)
            {
                case FileEntryType.SymbolicLink:
                    Attempt(item, () => WriteSimple(item, (byte)'2', item.Place.Files.ReadLinkTarget(item.Entry).Bytes.ToArray()));
                    break;
                case FileEntryType.CharacterDevice:
                    Attempt(item, () => WriteSimple(item, (byte)'3', []));
                    break;
                case FileEntryType.BlockDevice:
                    Attempt(item, () => WriteSimple(item, (byte)'4', []));
                    break;
                case FileEntryType.Fifo:
                    Attempt(item, () => WriteSimple(item, (byte)'6', []));
                    break;
                default:
                    _onResult(item.Skipped(VmaCodes.FileTypeMismatch, "A tar archive has no sockets."));
                    break;
            }
        }

        // The deepest first, and behind all that is in them: tar gives a directory its time and its permissions when it meets it.
        foreach (CopyItem folder in plan.Items.Where(static i => i.Entry.Type == FileEntryType.Directory).Reverse())
        {
            Attempt(folder, () => WriteSimple(folder, (byte)'5', []));
        }

        _writer.End();
    }

    private void WriteSimple(CopyItem item, byte type, byte[] linkName, string? sha256 = null, string? sha256OfData = null)
    {
        _writer.Begin(EntryOf(item, type, linkName, 0, null));
        _writer.EndContent();
        _onResult(item.Written(item.RelativeTarget, 0, sha256, sha256OfData));
    }

    /// <summary>Writes a file; false where it is not whole.</summary>
    private bool WriteFile(CopyItem item)
    {
        FileSystem files = item.Place.Files;
        using Stream content = files.OpenRead(item.Entry);
        IReadOnlyList<(long Offset, long Length)> ranges = files.ReadDataRanges(item.Entry);
        bool hasHoles = ranges.Sum(static r => r.Length) < content.Length;
        TarEntry entry = EntryOf(item, (byte)'0', [], content.Length, hasHoles ? ranges : null);
        if (!_output.CanSeek && LostError(item) is VmaException lost)
        {
            // What was written cannot be taken back, so it is not begun.
            return Salvage(item, content, ranges, lost);
        }

        long start = _output.CanSeek ? _output.Position : -1;
        long copied = 0;
        try
        {
            _writer.Begin(entry);
            _copier.Copy(
                content,
                ranges,
                (_, bytes, count) =>
                {
                    _writer.WriteContent(bytes, count);
                    copied += count;
                },
                _onBytes,
                _cancellationToken);
            _writer.EndContent();
        }
        catch (VmaException exception)
        {
            if (start >= 0)
            {
                _writer.Rewind(start);
                return Salvage(item, content, ranges, exception);
            }

            // What the header promised must come: zeros, and the error tells that they are none of the file's.
            WriteZeros(ranges.Sum(static r => r.Length) - copied);
            _writer.EndContent();
            _onResult(item.Partial(
                item.RelativeTarget, exception, $"Zeros stand in the archive from byte {copied} of its data on.", copied, [new VmaFileRange(copied, content.Length - copied)]));
            return false;
        }

        _onResult(item.Written(item.RelativeTarget, content.Length, _copier.Sha256, _copier.Sha256OfData));
        foreach (NamedStreamInfo stream in files.ReadStreams(item.Entry))
        {
            _onResult(item.Skipped(
                VmaCodes.FileContentNotSupported,
                $"The stream {Printable.Short(stream.Name.ToString())} has no place in a tar archive; read it by its name."));
        }

        return true;
    }

    /// <summary>The error that reading a content that is lost in part will come to; null where the archive has all of it.</summary>
    private static VmaFileSystemException? LostError(CopyItem item) =>
        VmaFileHealth.Of(item.Place.Files, item.Entry, default, item.Place.Volume.Volume.Bytes) is { LostRanges: { Count: > 0 } lost }
            ? new VmaFileSystemException(VmaCodes.ClusterMissing, $"The archive has lost the content from byte {lost[0].Offset} on.", item.Entry.FullName)
            : null;

    /// <summary>Writes what is left of a damaged file under a name that says so, where that is wanted; zeros stand for what is lost.</summary>
    private bool Salvage(CopyItem item, Stream content, IReadOnlyList<(long Offset, long Length)> ranges, VmaException cause)
    {
        if (!_options.Salvage)
        {
            throw cause;
        }

        // Its data comes in one piece, holes as zeros: what is lost is known only when all of it has been read.
        _writer.Begin(EntryOf(item, (byte)'0', [], content.Length, null, ContentSalvage.Suffix));
        ContentSalvage salvage = new(content, ranges);
        long written = 0;
        salvage.Run(
            (offset, bytes, count) =>
            {
                WriteZeros(offset - written);
                _writer.WriteContent(bytes, count);
                written = offset + count;
            },
            _onBytes,
            _cancellationToken);
        WriteZeros(content.Length - written);
        _writer.EndContent();
        _onResult(item.Partial(
            item.RelativeTarget + ContentSalvage.Suffix, cause, salvage.Sentence, content.Length - salvage.LostBytes, salvage.LostRanges));
        return false;
    }

    private void WriteZeros(long count)
    {
        byte[] zeros = new byte[1 << 16];
        for (; count > 0; count -= Math.Min(count, zeros.Length))
        {
            _cancellationToken.ThrowIfCancellationRequested();
            _writer.WriteContent(zeros, (int)Math.Min(count, zeros.Length));
        }
    }

    private static TarEntry EntryOf(CopyItem item, byte type, byte[] linkName, long size, IReadOnlyList<(long Offset, long Length)>? data, string suffix = "") => new()
    {
        Name = [.. NameOf(item), .. Encoding.ASCII.GetBytes(suffix)],
        TypeFlag = type,
        Size = size,
        Data = data,
        Mode = item.Entry.Mode ?? (item.Entry.Type == FileEntryType.Directory ? 0x1ed : 0x1a4),
        UserId = item.Entry.UserId ?? 0,
        GroupId = item.Entry.GroupId ?? 0,
        Modified = item.Entry.Modified ?? default,
        Accessed = item.Entry.Accessed,
        Changed = item.Entry.Changed,
        LinkName = linkName,
        DeviceMajor = item.Entry.DeviceMajor ?? 0,
        DeviceMinor = item.Entry.DeviceMinor ?? 0,
        ExtendedAttributes = item.Place.Files.ReadExtendedAttributes(item.Entry),
    };

    /// <summary>The path in the archive; that of a directory ends in a slash.</summary>
    private static byte[] NameOf(CopyItem item)
    {
        List<byte> bytes = [];
        foreach (RawName name in item.Name.Path)
        {
            bytes.AddRange(TarNames.Bytes(name));
            bytes.Add((byte)'/');
        }

        if (item.Entry.Type != FileEntryType.Directory)
        {
            bytes.RemoveAt(bytes.Count - 1);
        }

        return bytes.ToArray();
    }

    private void Attempt(CopyItem item, Action action)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        try
        {
            action();
        }
        catch (VmaException exception)
        {
            _onResult(item.Failed(null, exception));
        }
    }
}
