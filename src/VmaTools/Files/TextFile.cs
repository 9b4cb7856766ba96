using System;
using System.IO;
using System.Text;

namespace VmaTools.Files;

/// <summary>Writes small files, whole or not at all.</summary>
internal static class TextFile
{
    /// <summary>Writes a text as UTF-8 without a byte order mark.</summary>
    /// <param name="path">Full path; the folder is created where it does not exist.</param>
    /// <param name="text">The text.</param>
    /// <param name="guard">What the file must not replace.</param>
    /// <param name="replace">Whether another file of that name is replaced.</param>
    /// <exception cref="VmaException">The file cannot be written. Nothing of it is left.</exception>
    public static void Write(string path, string text, TargetGuard guard, bool replace) =>
        Write(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(text), guard, replace);

    /// <summary>Writes a text as it is made.</summary>
    /// <param name="path">Full path; the folder is created where it does not exist.</param>
    /// <param name="write">Writes the text.</param>
    /// <param name="guard">What the file must not replace.</param>
    /// <param name="replace">Whether another file of that name is replaced.</param>
    /// <exception cref="VmaException">The file cannot be written. Nothing of it is left.</exception>
    public static void Write(string path, Action<TextWriter> write, TargetGuard guard, bool replace)
    {
        const int BufferSize = 1 << 16;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using PendingFile file = new(path, guard, maySparse: false);
            using (StreamWriter text = new(file.Stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), BufferSize, leaveOpen: true))
            {
                write(text);
            }

            file.Commit(replace);
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw TargetErrors.Of(exception, path);
        }
    }

    /// <summary>Writes bytes as they are.</summary>
    /// <inheritdoc cref="Write(string, string, TargetGuard, bool)"/>
    public static void Write(string path, byte[] bytes, TargetGuard guard, bool replace)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using PendingFile file = new(path, guard, maySparse: false);
            file.Stream.Write(bytes, 0, bytes.Length);
            file.Commit(replace);
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw TargetErrors.Of(exception, path, bytes.Length);
        }
    }
}
