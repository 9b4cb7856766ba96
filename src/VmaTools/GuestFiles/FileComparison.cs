using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;

namespace VmaTools.GuestFiles;

/// <summary>Compares two directories of two guests, one directory at a time, so that memory is bounded by the largest of them.</summary>
internal static class FileComparison
{
    private const int BufferSize = 1 << 18;

    /// <summary>Compares two directories, and what is below them.</summary>
    /// <param name="before">A directory of the earlier guest.</param>
    /// <param name="after">A directory of the later guest.</param>
    /// <param name="withContent">Whether contents are compared where size and time are the same.</param>
    /// <param name="onError">Hears of what cannot be read, and on which volume.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static IEnumerable<VmaFileDifference> Compare(
        GuestPlace before, GuestPlace after, bool withContent, Action<GuestPlace, VmaException> onError, CancellationToken cancellationToken)
    {
        Stack<(FileEntry Before, FileEntry After)> pending = new();
        pending.Push((before.Entry, after.Entry));
        while (pending.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (FileEntry first, FileEntry second) = pending.Pop();
            Dictionary<RawName, FileEntry> old = [];
            foreach (FileEntry entry in Children(before, first, onError, cancellationToken))
            {
                old[entry.Name] = entry;
            }

            foreach (FileEntry entry in Children(after, second, onError, cancellationToken))
            {
                if (!old.TryGetValue(entry.Name, out FileEntry? same))
                {
                    foreach (VmaFileDifference added in Whole(after, entry, VmaFileDifference.Added, onError, cancellationToken))
                    {
                        yield return added;
                    }

                    continue;
                }

                old.Remove(entry.Name);
                if (Reasons(before, same, after, entry, withContent, onError, cancellationToken) is string reason)
                {
                    yield return new VmaFileDifference(after.Volume.Id, same, entry, VmaFileDifference.Changed, reason);
                }

                if (same.Type == FileEntryType.Directory && entry.Type == FileEntryType.Directory)
                {
                    pending.Push((same, entry));
                }
            }

            foreach (FileEntry entry in old.Values)
            {
                foreach (VmaFileDifference removed in Whole(before, entry, VmaFileDifference.Removed, onError, cancellationToken))
                {
                    yield return removed;
                }
            }
        }
    }

    private static IEnumerable<FileEntry> Children(
        GuestPlace place, FileEntry directory, Action<GuestPlace, VmaException> onError, CancellationToken cancellationToken) =>
        new FileWalk(place.Files, finding => onError(place, finding.ToException(place.Volume.Id, null)), cancellationToken).Below(directory, 0, withSystem: false);

    private static IEnumerable<VmaFileDifference> Whole(
        GuestPlace place, FileEntry entry, string change, Action<GuestPlace, VmaException> onError, CancellationToken cancellationToken)
    {
        VmaFileDifference Make(FileEntry e) => change == VmaFileDifference.Added
            ? new VmaFileDifference(place.Volume.Id, null, e, change, null)
            : new VmaFileDifference(place.Volume.Id, e, null, change, null);
        yield return Make(entry);
        if (entry.Type == FileEntryType.Directory)
        {
            FileWalk walk = new(place.Files, finding => onError(place, finding.ToException(place.Volume.Id, null)), cancellationToken);
            foreach (FileEntry below in walk.Below(entry, int.MaxValue, withSystem: false))
            {
                yield return Make(below);
            }
        }
    }

    private static string? Reasons(
        GuestPlace before,
        FileEntry first,
        GuestPlace after,
        FileEntry second,
        bool withContent,
        Action<GuestPlace, VmaException> onError,
        CancellationToken cancellationToken)
    {
        if (first.Type != second.Type)
        {
            return "Type";
        }

        List<string> reasons = [];
        if (first.Type == FileEntryType.File && first.Length != second.Length)
        {
            reasons.Add("Length");
        }

        if (first.Type != FileEntryType.Directory && first.Modified != second.Modified)
        {
            reasons.Add("Time");
        }

        try
        {
            if (first.Type == FileEntryType.SymbolicLink && before.Files.ReadLinkTarget(first) != after.Files.ReadLinkTarget(second))
            {
                reasons.Add("Target");
            }

            if (withContent && first.Type == FileEntryType.File && first.Length == second.Length && !HaveSameContent(before, first, after, second, cancellationToken))
            {
                reasons.Add("Content");
            }
        }
        catch (VmaException exception)
        {
            onError(after, GuestErrors.At(exception, after.Volume, second.FullName));
        }

        return reasons.Count == 0 ? null : string.Join(", ", reasons);
    }

    private static bool HaveSameContent(GuestPlace before, FileEntry first, GuestPlace after, FileEntry second, CancellationToken cancellationToken)
    {
        using Stream one = before.Files.OpenRead(first);
        using Stream other = after.Files.OpenRead(second);
        byte[] left = new byte[BufferSize];
        byte[] right = new byte[BufferSize];
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Fill(one, left);
            if (count != Fill(other, right) || !left.AsSpan(0, count).SequenceEqual(right.AsSpan(0, count)))
            {
                return false;
            }

            if (count == 0)
            {
                return true;
            }
        }
    }

    private static int Fill(Stream stream, byte[] buffer)
    {
        int done = 0;
        int read;
        while (done < buffer.Length && (read = stream.Read(buffer, done, buffer.Length - done)) > 0)
        {
            done += read;
        }

        return done;
    }
}
