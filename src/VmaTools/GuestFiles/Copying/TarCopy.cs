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
        _onResult = onResult;
        _onBytes = onBytes;
        _cancellationToken = cancellationToken;
        _copier = new ContentCopier(options.Digest, writesBeside: true);
    }

    public void Run(CopyPlan plan)
    {
        foreach (CopyItem folder in plan.Items.Where(static i => i.Entry.Type == FileEntryType.Directory))
        {
            Attempt(folder, () => WriteSimple(folder, (byte)'5', []));
        }

        Dictionary<(string Volume, ulong Id), byte[]> firsts = [];
        foreach (CopyItem file in plan.FilesByLocation(_cancellationToken))
        {
            Attempt(file, () =>
            {
                if (file.HasOtherNames && firsts.TryGetValue(file.Content, out byte[]? first))
                {
                    WriteSimple(file, (byte)'1', first);
                    return;
                }

                WriteFile(file);
                if (file.HasOtherNames)
                {
                    firsts[file.Content] = NameOf(file);
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
                    _onResult(new VmaFileCopy(
                        item.Place.Volume.Id, item.Entry, null, VmaFileCopy.Skipped, VmaCodes.FileTypeMismatch, "A tar archive has no sockets."));
                    break;
            }
        }

        _writer.End();
    }

    private void WriteSimple(CopyItem item, byte type, byte[] linkName)
    {
        _writer.Begin(EntryOf(item, type, linkName, 0, null));
        _writer.EndContent();
        Done(item, 0);
    }

    private void WriteFile(CopyItem item)
    {
        FileSystem files = item.Place.Files;
        using Stream content = files.OpenRead(item.Entry);
        IReadOnlyList<(long Offset, long Length)> ranges = files.ReadDataRanges(item.Entry);
        bool hasHoles = ranges.Sum(static r => r.Length) < content.Length;
        TarEntry entry = EntryOf(item, (byte)'0', [], content.Length, hasHoles ? ranges : null);
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
                throw;
            }

            // What the header promised must come: zeros, and the error tells that they are none of the file's.
            byte[] zeros = new byte[1 << 16];
            for (long left = ranges.Sum(static r => r.Length) - copied; left > 0; left -= zeros.Length)
            {
                _writer.WriteContent(zeros, (int)Math.Min(left, zeros.Length));
            }

            _writer.EndContent();
            _onResult(new VmaFileCopy(
                item.Place.Volume.Id, item.Entry, item.RelativeTarget, VmaFileCopy.Partial, exception.Code,
                $"Zeros stand in the archive from byte {copied} of its data on. {exception.Message}"));
            return;
        }

        Done(item, content.Length);
        foreach (NamedStreamInfo stream in files.ReadStreams(item.Entry))
        {
            _onResult(new VmaFileCopy(
                item.Place.Volume.Id, item.Entry, null, VmaFileCopy.Skipped, VmaCodes.FileContentNotSupported,
                $"The stream {Printable.Short(stream.Name.ToString())} has no place in a tar archive; read it by its name."));
        }
    }

    private void Done(CopyItem item, long length) => _onResult(
        new VmaFileCopy(item.Place.Volume.Id, item.Entry, item.RelativeTarget, VmaFileCopy.Written)
        {
            Length = length,
            Sha256 = item.Entry.Type == FileEntryType.File && length > 0 ? _copier.Sha256 : null,
        });

    private static TarEntry EntryOf(CopyItem item, byte type, byte[] linkName, long size, IReadOnlyList<(long Offset, long Length)>? data) => new()
    {
        Name = NameOf(item),
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

    /// <summary>The path in the archive: the guest's bytes, but for what would lead out of it when it is unpacked.</summary>
    private static byte[] NameOf(CopyItem item)
    {
        List<byte> bytes = [];
        foreach (RawName name in item.Path)
        {
            bool isHostile = name.IsEmpty || name.Bytes.SequenceEqual("."u8) || name.Bytes.SequenceEqual(".."u8)
                || name.Bytes.IndexOf((byte)'/') >= 0 || name.Bytes.IndexOf((byte)0) >= 0;
            bytes.AddRange(isHostile ? Encoding.UTF8.GetBytes(HostNames.From(name, isWindows: false)) : name.Bytes.ToArray());
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
            _onResult(new VmaFileCopy(item.Place.Volume.Id, item.Entry, null, VmaFileCopy.Failed, exception.Code, exception.Message));
        }
    }
}
