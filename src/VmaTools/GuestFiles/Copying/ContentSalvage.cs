using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;

namespace VmaTools.GuestFiles.Copying;

/// <summary>Reads of a damaged content what can be read, and tells what cannot.</summary>
internal sealed class ContentSalvage
{
    /// <summary>What the name of a file ends in of which a part is lost.</summary>
    public const string Suffix = ".partial";

    private const int Piece = 4096;

    // No range of a disk that is lost begins or ends within a sector.
    private const int Sector = 512;
    private const int MaxRanges = 10_000;

    private readonly Stream _content;
    private readonly IReadOnlyList<(long Offset, long Length)> _data;
    private readonly List<VmaFileRange> _lost = [];

    /// <param name="content">The content.</param>
    /// <param name="data">Its data; all else are holes.</param>
    public ContentSalvage(Stream content, IReadOnlyList<(long Offset, long Length)> data)
    {
        _content = content;
        _data = data;
    }

    /// <summary>Bytes of the content that could not be read.</summary>
    public long LostBytes { get; private set; }

    /// <summary>Where they are; the first 10,000 ranges.</summary>
    public IReadOnlyList<VmaFileRange> LostRanges => _lost.AsReadOnly();

    /// <summary>What is lost, in a sentence.</summary>
    public string Sentence
    {
        get
        {
            const int Told = 5;
            string text = string.Join(", ", _lost.Take(Told).Select(static r => $"{r.Offset}\u2013{r.Offset + r.Length - 1}"));
            string ranges = _lost.Count == 0 ? string.Empty : $" ({text}{(_lost.Count > Told ? ", \u2026" : string.Empty)})";
            return $"{LostBytes} of {_content.Length} bytes are lost{ranges}.";
        }
    }

    /// <summary>Reads all of it, in order.</summary>
    /// <param name="write">Gets offset, bytes and their count; what is lost does not come.</param>
    /// <param name="onBytes">Hears how many bytes came.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public void Run(Action<long, byte[], int> write, Action<long> onBytes, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[Piece];
        foreach ((long offset, long length) in _data)
        {
            for (long position = offset; position < offset + length;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int wanted = (int)Math.Min(Piece - (position % Piece), offset + length - position);
                position += Take(position, buffer, wanted, write, onBytes);
            }
        }
    }

    /// <summary>Reads a piece; where that cannot be, each sector of it.</summary>
    /// <returns>How many bytes came or are lost.</returns>
    private int Take(long position, byte[] buffer, int wanted, Action<long, byte[], int> write, Action<long> onBytes)
    {
        int read = TryRead(position, buffer, wanted);
        if (read > 0)
        {
            write(position, buffer, read);
            onBytes(read);
            return read;
        }

        int sector = (int)Math.Min(Sector - (position % Sector), wanted);
        if (sector == wanted)
        {
            AddLost(position, wanted);
            return wanted;
        }

        for (int done = 0; done < wanted;)
        {
            int next = (int)Math.Min(Sector - ((position + done) % Sector), wanted - done);
            done += Take(position + done, buffer, next, write, onBytes);
        }

        return wanted;
    }

    private int TryRead(long position, byte[] buffer, int wanted)
    {
        try
        {
            _content.Position = position;
            return _content.Read(buffer, 0, wanted);
        }
        catch (VmaException)
        {
            return 0;
        }
    }

    private void AddLost(long offset, long length)
    {
        LostBytes += length;
        if (_lost.Count > 0 && _lost[_lost.Count - 1] is { } last && last.Offset + last.Length == offset)
        {
            _lost[_lost.Count - 1] = new VmaFileRange(last.Offset, last.Length + length);
        }
        else if (_lost.Count < MaxRanges)
        {
            _lost.Add(new VmaFileRange(offset, length));
        }
    }
}
