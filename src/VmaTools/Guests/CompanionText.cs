using System;
using System.Globalization;
using System.IO;
using VmaTools.Bytes;
using VmaTools.Files;

namespace VmaTools.Guests;

/// <summary>Reads the small texts beside an archive and finds the VM's name in them.</summary>
internal static class CompanionText
{
    // A log names the VM within its first lines and notes are a few lines; a larger file is cut, not loaded.
    private const int Cap = 64 * 1024;

    private const string LogMark = "INFO: VM Name: ";

    /// <summary>The beginning of a file as text, or null where it cannot be read. What is no regular file is passed over.</summary>
    public static string? Read(FileInfo file, Action<string, Exception> unreadable)
    {
        if (FileFacts.IsOtherThanFile(file.FullName))
        {
            return null;
        }

        try
        {
            using FileStream stream = SourceFile.Open(file.FullName);
            byte[] buffer = new byte[(int)Math.Min(stream.Length, Cap)];
            int filled = 0;
            int read;
            while (filled < buffer.Length && (read = stream.Read(buffer, filled, buffer.Length - filled)) > 0)
            {
                filled += read;
            }

            ReadOnlySpan<byte> text = buffer.AsSpan(0, filled);
            if (text.Length >= 3 && text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF)
            {
                text = text.Slice(3);
            }

            return GuestText.Utf8(text);
        }
        catch (Exception e) when (BackupScanner.IsReadFailure(e))
        {
            unreadable(file.FullName, e);
            return null;
        }
    }

    public static string? NameFromLog(string log)
    {
        int at = log.IndexOf(LogMark, StringComparison.Ordinal);
        return at < 0 ? null : AsName(FirstLine(log.Substring(at + LogMark.Length)));
    }

    /// <summary>
    /// The name that the first line of notes holds: the whole line under vzdump's default template <c>{{guestname}}</c>,
    /// or the word before the VMID in parentheses, as in <c>{{guestname}} ({{vmid}})</c>. Other lines are left alone.
    /// </summary>
    public static string? NameFromNotes(string notes, int? vmId)
    {
        string line = FirstLine(notes);
        if (AsName(line) is string whole)
        {
            return whole;
        }

        if (vmId is not int id)
        {
            return null;
        }

        int mark = line.IndexOf(" (" + id.ToString(CultureInfo.InvariantCulture) + ")", StringComparison.Ordinal);
        if (mark < 0)
        {
            return null;
        }

        string before = line.Substring(0, mark);
        return AsName(before.Substring(before.LastIndexOf(' ') + 1));
    }

    private static string? AsName(string text) => GuestText.IsGuestName(text) ? text : null;

    private static string FirstLine(string text)
    {
        int end = text.IndexOf('\n');
        return (end < 0 ? text : text.Substring(0, end)).Trim();
    }
}
