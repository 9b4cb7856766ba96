using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Threading;

namespace VmaTools.Cli.Files;

/// <summary>What the commands for files in guests have in common.</summary>
internal static class GuestArguments
{
    public static Option<bool> NoReplay() => new("--no-replay")
    {
        Description = "Show file systems as the disk has them, without what their logs hold.",
    };

    public static Option<int> CodePage() => new("--codepage")
    {
        Description = "Code page of FAT's short names.",
        HelpName = "number",
        DefaultValueFactory = static _ => new FileSystemOptions().CodePage,
    };

    public static Argument<string> Archive() => new("file") { Description = "The archive, compressed or not: a file, or an address (https://, http://)." };

    public static VmaGuest Open(VmaArchive archive, FileSystemOptions options, CancellationToken cancellationToken)
    {
        IndexNote note = new(archive);
        VmaGuest guest = VmaGuest.Open(archive, options, note, cancellationToken);
        Terminal.PrintNotice(archive);
        return guest;
    }

    /// <summary>An error in a line: where it is, as far as that is known, and what.</summary>
    public static string Describe(string? volume, string? path, VmaException error)
    {
        string where = volume is null || path is null ? volume ?? path ?? string.Empty : $"{volume}:{path}";
        return $"{where}{(where.Length == 0 ? string.Empty : ": ")}{error.Code}: {error.Message}";
    }

    /// <summary>The path of an argument that names a volume, too; null where it names none.</summary>
    public static string? PathOnVolume(string argument)
    {
        int colon = argument.IndexOf(':', StringComparison.Ordinal);
        while (colon >= 0 && colon + 1 < argument.Length && argument[colon + 1] is not ('/' or '\\'))
        {
            colon = argument.IndexOf(':', colon + 1);
        }

        string path = argument[(colon + 1)..];
        return colon < 0 ? null : path.Length == 0 ? "/" : path;
    }

    /// <summary>The entries that arguments name; what is not there is told, and the rest goes on.</summary>
    public static IEnumerable<VmaFile> ResolveAll(IEnumerable<string> arguments, Func<string, VmaFile> resolve, Action<string, VmaException> onError)
    {
        foreach (string argument in arguments)
        {
            VmaFile? file = null;
            try
            {
                file = resolve(argument);
            }
            catch (VmaException exception)
            {
                onError(argument, exception);
            }

            if (file is not null)
            {
                yield return file;
            }
        }
    }

    /// <summary>Says on standard error that the archive is read through first, and, once that is known, how long it takes.</summary>
    private sealed class IndexNote : IProgress<VmaProgress>
    {
        // From less than this nobody can tell the rest, and who need not wait longer need not be told.
        private const double SecondsToEstimate = 1.5;

        private readonly bool _needsIndex;
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private int _isTold;
        private int _isEstimated;

        public IndexNote(VmaArchive archive) => _needsIndex = archive.MustBuildIndex();

        public void Report(VmaProgress value)
        {
            if (_needsIndex && Interlocked.Exchange(ref _isTold, 1) == 0)
            {
                Terminal.PrintError("building the archive's index: it is read through once");
            }

            double elapsed = _watch.Elapsed.TotalSeconds;
            if (_needsIndex && elapsed > SecondsToEstimate && value is { BytesRead: > 0, BytesTotal: long total } && Interlocked.Exchange(ref _isEstimated, 1) == 0)
            {
                double left = elapsed * Math.Max(0, total - value.BytesRead) / value.BytesRead;
                Terminal.PrintError(string.Create(CultureInfo.InvariantCulture, $"{total} bytes, about {Math.Ceiling(left):0} s more"));
            }
        }
    }
}
