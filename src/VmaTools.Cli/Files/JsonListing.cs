using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace VmaTools.Cli.Files;

/// <summary>One object a line. A field is absent where the file system has no such thing.</summary>
internal sealed class JsonListing : IFileListing, IDisposable
{
    // Digests of what is larger are left out unless all are asked for: sparse files may be terabytes of zeros.
    private const long MaxDigested = 6L << 30;
    private const int FlushSize = 1 << 16;

    private readonly Stream _output;
    private readonly DigestChoice _digests;
    private readonly MemoryStream _line = new();
    private readonly Utf8JsonWriter _json;
    private readonly byte[] _buffer = new byte[1 << 20];

    /// <param name="output">Where the lines go.</param>
    /// <param name="digests">Of which contents digests are wanted.</param>
    public JsonListing(Stream output, DigestChoice digests)
    {
        _output = output;
        _digests = digests;
        _json = new Utf8JsonWriter(_line, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    }

    public bool HasFailed { get; private set; }

    public void Volume(VmaVolume volume)
    {
        _json.WriteStartObject();
        _json.WriteString("volume", volume.Id);
        _json.WriteString("fs", volume.FileSystem);
        _json.WriteString("label", volume.Label);
        _json.WriteString("uuid", volume.Uuid);
        _json.WriteNumber("bytes", volume.Size);
        _json.WriteString("mount", volume.MountPoint ?? volume.GuestDriveLetter);
        _json.WriteString("state", volume.State?.ToLowerInvariant());
        if (volume.StateText is not null)
        {
            _json.WriteString("state_text", volume.StateText);
        }

        if (volume.Warnings.Count > 0)
        {
            _json.WriteStartArray("warnings");
            foreach (string warning in volume.Warnings)
            {
                _json.WriteStringValue(warning);
            }

            _json.WriteEndArray();
        }

        EndLine();
    }

    public void Entry(string volume, FileSystem files, FileEntry entry, VmaDeletedFile? deleted = null)
    {
        List<VmaException> failures = [];
        _json.WriteStartObject();
        _json.WriteString("volume", volume);
        _json.WriteString("path", entry.FullName);
        _json.WriteString("type", TypeName(entry.Type));
        _json.WriteNumber("size", entry.Type is FileEntryType.File or FileEntryType.SymbolicLink ? entry.Length : 0);
        if (entry.Mode is int mode)
        {
            _json.WriteString("mode", Convert.ToString(mode & 0xfff, 8).PadLeft(4, '0'));
        }

        WriteNumber("uid", entry.UserId);
        WriteNumber("gid", entry.GroupId);
        WriteTime("mtime_ns", entry.Modified);
        WriteTime("atime_ns", entry.Accessed);
        WriteTime("ctime_ns", entry.Changed);
        WriteTime("btime_ns", entry.Created);
        WriteNumber("nlink", entry.LinkCount);
        _json.WriteNumber("ino", entry.Id);
        if (entry.Sequence is uint sequence)
        {
            _json.WriteNumber("sequence", sequence);
        }

        if (entry.DeviceMajor is uint major)
        {
            _json.WriteString("rdev", string.Create(CultureInfo.InvariantCulture, $"{major}:{entry.DeviceMinor ?? 0}"));
        }

        if (entry.Type == FileEntryType.SymbolicLink)
        {
            Attempt(failures, () => _json.WriteString("target", files.ReadLinkTarget(entry).ToString()));
        }

        if (entry.Attributes is not null)
        {
            _json.WriteStartArray("attributes");
            foreach (string name in FileModes.AttributeNames(entry.Attributes))
            {
                _json.WriteStringValue(name);
            }

            _json.WriteEndArray();
        }

        if (entry.ReparseTag is uint tag)
        {
            _json.WriteString("reparse", string.Create(CultureInfo.InvariantCulture, $"0x{tag:x8}"));
        }

        if (entry.ShortName is RawName shortName)
        {
            _json.WriteString("short", shortName.ToString());
        }

        if (deleted is not null)
        {
            WriteDeleted(deleted);
        }

        Attempt(failures, () => WriteExtendedAttributes(files.ReadExtendedAttributes(entry)));
        if (files.HasStreams)
        {
            Attempt(failures, () => WriteStreams(files, entry, failures));
        }

        if (entry.Type == FileEntryType.File && _digests != DigestChoice.None)
        {
            Attempt(failures, () => WriteDigest(files, entry));
        }

        EndLine();
        foreach (VmaException failure in failures)
        {
            Error(volume, (failure as VmaFileSystemException)?.FilePath ?? entry.FullName, failure);
        }
    }

    public void Error(string? volume, string? path, VmaException error)
    {
        HasFailed = true;
        _json.WriteStartObject();
        if (volume is not null)
        {
            _json.WriteString("volume", volume);
        }

        _json.WriteString("code", error.Code);
        _json.WriteString("path", path);
        _json.WriteString("message", error.Message);
        if (error.Device is not null)
        {
            _json.WriteString("device", error.Device);
        }

        WriteNumber("volume_offset", (error as VmaFileSystemException)?.VolumeOffset);
        WriteNumber("archive_offset", error.Offset);
        EndLine();
    }

    public void Flush()
    {
        _line.WriteTo(_output);
        _line.SetLength(0);
        _output.Flush();
    }

    public void Dispose()
    {
        _json.Dispose();
        _line.Dispose();
    }

    private static string TypeName(FileEntryType type) => type switch
    {
        FileEntryType.File => "file",
        FileEntryType.Directory => "dir",
        FileEntryType.SymbolicLink => "symlink",
        FileEntryType.CharacterDevice => "char",
        FileEntryType.BlockDevice => "block",
        FileEntryType.Fifo => "fifo",
        _ => "socket",
    };

    private static void Attempt(List<VmaException> failures, Action action)
    {
        try
        {
            action();
        }
        catch (VmaException exception)
        {
            failures.Add(exception);
        }
    }

    private void EndLine()
    {
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _line.WriteByte((byte)'\n');
        if (_line.Length >= FlushSize)
        {
            Flush();
        }
    }

    private void WriteDeleted(VmaDeletedFile file)
    {
        _json.WriteBoolean("deleted", true);
        _json.WriteBoolean("orphan", file.IsOrphan);
        _json.WriteBoolean("path_certain", file.IsPathCertain);
        if (file.Recovery is string recovery)
        {
            _json.WriteString("recovery", recovery.ToLowerInvariant());
            _json.WriteStartArray("overwritten");
            foreach (VmaFileRange range in file.OverwrittenRanges)
            {
                WriteRange(range.Offset, range.Length);
            }

            _json.WriteEndArray();
        }
    }

    private void WriteRange(long offset, long length)
    {
        _json.WriteStartArray();
        _json.WriteNumberValue(offset);
        _json.WriteNumberValue(length);
        _json.WriteEndArray();
    }

    private void WriteNumber(string name, long? value)
    {
        if (value is long number)
        {
            _json.WriteNumber(name, number);
        }
    }

    private void WriteTime(string name, FileTime? time)
    {
        if (time is not FileTime moment)
        {
            return;
        }

        _json.WritePropertyName(name);
        BigInteger nanoseconds = moment.TotalNanoseconds;
        if (nanoseconds >= long.MinValue && nanoseconds <= long.MaxValue)
        {
            _json.WriteNumberValue((long)nanoseconds);
        }
        else
        {
            _json.WriteRawValue(nanoseconds.ToString(CultureInfo.InvariantCulture), skipInputValidation: true);
        }
    }

    private void WriteExtendedAttributes(IReadOnlyList<ExtendedAttributeValue> attributes)
    {
        if (attributes.Count == 0)
        {
            return;
        }

        _json.WriteStartObject("xattrs");
        foreach (ExtendedAttributeValue attribute in attributes)
        {
            _json.WriteBase64String(attribute.Name.ToString(), attribute.Value.Span);
        }

        _json.WriteEndObject();
    }

    private void WriteStreams(FileSystem files, FileEntry entry, List<VmaException> failures)
    {
        IReadOnlyList<NamedStreamInfo> streams = files.ReadStreams(entry);
        _json.WriteStartArray("streams");
        foreach (NamedStreamInfo stream in streams)
        {
            _json.WriteStartObject();
            _json.WriteString("name", stream.Name.ToString());
            _json.WriteNumber("size", stream.Length);
            if (_digests == DigestChoice.All || (_digests == DigestChoice.Usual && stream.Length <= MaxDigested))
            {
                Attempt(failures, () =>
                {
                    using Stream content = files.OpenRead(entry, stream.Name);
                    _json.WriteString("sha256", Digest(content, [(0, content.Length)]));
                });
            }

            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteDigest(FileSystem files, FileEntry entry)
    {
        using Stream content = files.OpenRead(entry);
        if (_digests == DigestChoice.All || content.Length <= MaxDigested)
        {
            _json.WriteString("sha256", Digest(content, [(0, content.Length)]));
            return;
        }

        IReadOnlyList<(long Offset, long Length)> ranges = files.ReadDataRanges(entry);
        string digest = Digest(content, ranges);
        _json.WriteString("sha256_data", digest);
        _json.WriteStartArray("data");
        foreach ((long offset, long length) in ranges)
        {
            WriteRange(offset, length);
        }

        _json.WriteEndArray();
    }

    private string Digest(Stream content, IReadOnlyList<(long Offset, long Length)> ranges)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((long offset, long length) in ranges)
        {
            content.Position = offset;
            for (long left = length; left > 0;)
            {
                int read = content.Read(_buffer, 0, (int)Math.Min(left, _buffer.Length));
                if (read == 0)
                {
                    throw new VmaFileSystemException(VmaCodes.FileSystemDamaged, "The content ends before its length says.");
                }

                hash.AppendData(_buffer, 0, read);
                left -= read;
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant();
    }
}
