using System;
using System.IO;

namespace VmaTools.PowerShell;

/// <summary>Writes bytes to the pipeline, as whole arrays.</summary>
internal static class ByteChunks
{
    /// <summary>Bytes in an array unless something else is said.</summary>
    public const int DefaultSize = 1 << 20;

    /// <summary>Moves to an offset, counted from the end where negative. One that lies outside is an error of the cmdlet's.</summary>
    /// <param name="cmdlet">Hears of it.</param>
    /// <param name="content">What is read.</param>
    /// <param name="offset">The offset in bytes.</param>
    /// <param name="target">What the error is about.</param>
    public static bool TryMove(VmaCmdlet cmdlet, Stream content, long offset, object target)
    {
        long start = offset < 0 ? content.Length + offset : offset;
        if (start < 0 || start > content.Length)
        {
            cmdlet.WriteError(ErrorRecords.InvalidRange($"Offset {offset} lies outside, where there are {content.Length} bytes.", target));
            return false;
        }

        content.Position = start;
        return true;
    }

    /// <summary>Reads on and writes.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="content">What is read.</param>
    /// <param name="count">How many bytes, at most.</param>
    /// <param name="size">Bytes in an array, at most.</param>
    public static void Write(VmaCmdlet cmdlet, Stream content, long count, int size)
    {
        while (count > 0)
        {
            cmdlet.CancellationToken.ThrowIfCancellationRequested();
            byte[] chunk = new byte[Math.Min(Math.Min(size, count), Math.Max(1, content.Length - content.Position))];
            int read = content.Read(chunk, 0, chunk.Length);
            if (read == 0)
            {
                return;
            }

            // Short of the end a chunk is short only before a part that is lost; the next read tells.
            Array.Resize(ref chunk, read);
            cmdlet.WriteObject(chunk, enumerateCollection: false);
            count -= read;
        }
    }
}
