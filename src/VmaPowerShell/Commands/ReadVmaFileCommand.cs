using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Text;

namespace VmaTools.PowerShell;

/// <summary>Reads the content of files in guests: bytes, lines of text, or a seekable stream.</summary>
[Cmdlet(VerbsCommunications.Read, "VmaFile", HelpUri = HelpLinks.Base + "Read-VmaFile.md")]
[OutputType(typeof(byte[]), typeof(string), typeof(Stream))]
public sealed class ReadVmaFileCommand : GuestFileCmdlet
{
    private const int DefaultChunkSize = 1 << 20;

    /// <summary>A named stream (NTFS) instead of the content.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Stream { get; set; }

    /// <summary>Writes lines of text.</summary>
    [Parameter]
    public SwitchParameter AsText { get; set; }

    /// <summary>The encoding of the text; a byte order mark counts before it.</summary>
    [Parameter]
    [EncodingName]
    public Encoding Encoding { get; set; } = new UTF8Encoding(false);

    /// <summary>Only the last lines.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Tail { get; set; } = -1;

    /// <summary>Hands out a seekable stream instead of bytes; whoever takes it closes it.</summary>
    [Parameter]
    public SwitchParameter AsStream { get; set; }

    /// <summary>Byte offset to begin at; counted from the end where negative.</summary>
    [Parameter]
    public long Offset { get; set; }

    /// <summary>Number of bytes to read.</summary>
    [Parameter]
    [ValidateRange(0L, long.MaxValue)]
    public long Count { get; set; } = long.MaxValue;

    /// <summary>Bytes in an array, at most.</summary>
    [Parameter]
    [ValidateRange(1, 1 << 30)]
    public int ChunkSize { get; set; } = DefaultChunkSize;

    private protected override void ProcessPlace(VmaGuest guest, VmaFile place, bool isMatch, VmaFile? given)
    {
        WarnOfState(guest, place);
        if (isMatch && place.GetEntry().Type != FileEntryType.File)
        {
            return;
        }

        VmaFile file = place.GetEntry().Type == FileEntryType.SymbolicLink ? guest.Follow(place) : place;
        if (AsStream)
        {
            WriteObject(file.OpenRead(Stream), enumerateCollection: false);
            return;
        }

        using Stream content = guest.OpenRead(file, Stream is null ? default : RawName.Parse(Stream));
        if (AsText || Tail >= 0)
        {
            WriteLines(content);
            return;
        }

        long start = Offset < 0 ? content.Length + Offset : Offset;
        if (start < 0 || start > content.Length)
        {
            WriteError(ErrorRecords.InvalidRange($"Offset {Offset} lies outside, where there are {content.Length} bytes.", file.FullName));
            return;
        }

        content.Position = start;
        for (long left = Count; left > 0;)
        {
            CancellationToken.ThrowIfCancellationRequested();
            byte[] chunk = new byte[Math.Min(Math.Min(ChunkSize, left), Math.Max(1, content.Length - content.Position))];
            int read = content.Read(chunk, 0, chunk.Length);
            if (read == 0)
            {
                return;
            }

            Array.Resize(ref chunk, read);
            WriteObject(chunk, enumerateCollection: false);
            left -= read;
        }
    }

    private void WriteLines(Stream content)
    {
        using StreamReader reader = new(content, Encoding, detectEncodingFromByteOrderMarks: true);
        Queue<string> last = new();
        while (reader.ReadLine() is string line)
        {
            CancellationToken.ThrowIfCancellationRequested();
            if (Tail < 0)
            {
                WriteObject(line);
                continue;
            }

            last.Enqueue(line);
            if (last.Count > Tail)
            {
                last.Dequeue();
            }
        }

        WriteObject(last.ToArray(), enumerateCollection: true);
    }
}
