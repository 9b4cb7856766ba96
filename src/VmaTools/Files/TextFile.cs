using System;
using System.IO;
using System.Text;
#if NETSTANDARD2_0
using VmaTools.Bytes;
#endif

namespace VmaTools.Files;

/// <summary>Writes small texts, whole or not at all.</summary>
internal static class TextFile
{
    /// <summary>Writes a text as UTF-8 without a byte order mark.</summary>
    /// <param name="path">Full path; the folder is created where it does not exist.</param>
    /// <param name="text">The text.</param>
    /// <param name="replace">Whether a file of that name is replaced.</param>
    /// <exception cref="VmaException">The file cannot be written.</exception>
    public static void Write(string path, string text, bool replace)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using PendingFile file = new(path, maySparse: false);
            file.Stream.Write(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(text));
            file.Commit(replace);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new VmaException(VmaCodes.TargetWriteFailed, $"The file cannot be written: {exception.Message}", path, innerException: exception);
        }
    }
}
