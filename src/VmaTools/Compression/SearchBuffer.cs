using System.IO;

namespace VmaTools.Compression;

/// <summary>Reads pieces of a file that are searched for the begin of a block.</summary>
internal static class SearchBuffer
{
    /// <summary>Fills a buffer from where the file stands, but for its end.</summary>
    /// <returns>How many bytes there are.</returns>
    public static int Fill(Stream file, byte[] buffer)
    {
        int held = 0;
        int read;
        while (held < buffer.Length && (read = file.Read(buffer, held, buffer.Length - held)) > 0)
        {
            held += read;
        }

        return held;
    }
}
