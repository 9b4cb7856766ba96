using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace VmaTools.Files;

/// <summary>What a file that is written must not replace, and who may read it.</summary>
internal sealed class TargetGuard
{
    private readonly Func<string, VmaException?> _objection;
    private readonly IReadOnlyList<string> _sources;

    /// <param name="objection">Why the file at a path is never replaced, or null.</param>
    /// <param name="sources">What the new file is made of: none of these is replaced, and where only its owner may read one, nobody else may read what is made of it.</param>
    public TargetGuard(Func<string, VmaException?> objection, IEnumerable<string?> sources)
    {
        _objection = objection;
        _sources = [.. sources.OfType<string>()];
        IsPrivate = _sources.Any(IsReadableByOwnerOnly);
    }

    private TargetGuard(TargetGuard other)
    {
        _objection = other._objection;
        _sources = other._sources;
        IsPrivate = true;
    }

    /// <summary>Whether a new file is for its owner only.</summary>
    public bool IsPrivate { get; }

    /// <summary>The same, for a file that is for its owner only.</summary>
    public TargetGuard ForOwnerOnly() => new(this);

    /// <summary>Refuses a target that must not be replaced, whoever asks for it.</summary>
    /// <param name="path">Full path of the target, which may be there or not.</param>
    /// <exception cref="VmaException">It is a source, no regular file, or the guard objects.</exception>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public void Check(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        if (FileFacts.IsOtherThanFile(path))
        {
            throw new VmaException(VmaCodes.TargetExists, "The target is a device, a pipe or a socket, which no file replaces.", path);
        }

        CheckContent(path);
    }

    /// <summary>Refuses a target whose content must not be written over: a file, or a block device.</summary>
    /// <inheritdoc cref="Check"/>
    public void CheckContent(string path)
    {
        if (_sources.FirstOrDefault(s => FileFacts.AreSame(s, path)) is { } source)
        {
            throw new VmaException(VmaCodes.TargetIsSource, $"The target is what is read: {source}.", path);
        }

        if (_objection(path) is { } objection)
        {
            throw objection;
        }
    }

    private static bool IsReadableByOwnerOnly(string path)
    {
#if !NETSTANDARD2_0
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        return !OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & Others) == 0;
#else
        // Windows gives new files the rights of their folder.
        return false;
#endif
    }
}
