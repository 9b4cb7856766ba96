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
    /// <summary>A named stream (NTFS) instead of the content.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StreamCompleter))]
    public string? Stream { get; set; }

    /// <summary>Reads what stands behind the last byte up to the end of the last cluster, instead of the content.</summary>
    [Parameter]
    public SwitchParameter Slack { get; set; }

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
    public int ChunkSize { get; set; } = ByteChunks.DefaultSize;

    private protected override void ProcessPlace(VmaGuest guest, VmaFile place, bool isMatch, VmaFile? given)
    {
        WarnOfState(guest, place);
        if (isMatch && place.GetEntry().Type != FileEntryType.File)
        {
            return;
        }

        VmaFile file = place.GetEntry().Type == FileEntryType.SymbolicLink ? guest.Follow(place) : place;
        RawName stream = Stream is null ? default : RawName.Parse(Stream);
        if (AsStream && !Slack)
        {
            WriteObject(file.OpenRead(Stream, ReadOptions), enumerateCollection: false);
            return;
        }

        Stream opened = Slack ? new MemoryStream(guest.ReadSlack(file, stream), writable: false) : guest.OpenRead(file, stream);
        if (AsStream)
        {
            WriteObject(opened, enumerateCollection: false);
            return;
        }

        using Stream content = opened;
        if (AsText || Tail >= 0)
        {
            WriteLines(content);
            return;
        }

        if (ByteChunks.TryMove(this, content, Offset, file.FullName))
        {
            ByteChunks.Write(this, content, Count, ChunkSize);
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
