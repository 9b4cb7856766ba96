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
                int read = TryRead(position, buffer, wanted);
                if (read > 0)
                {
                    write(position, buffer, read);
                    onBytes(read);
                    position += read;
                }
                else
                {
                    AddLost(position, wanted);
                    position += wanted;
                }
            }
        }
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
