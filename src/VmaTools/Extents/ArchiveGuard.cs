using System;
using System.IO;
using VmaTools.Bytes;
using VmaTools.Files;
using VmaTools.Format;
using VmaTools.Sources;

namespace VmaTools.Extents;

/// <summary>Keeps archives from being written over: no file replaces one, whoever asks for it and however it is named.</summary>
internal static class ArchiveGuard
{
    private const int MostLooks = 100;

    /// <summary>The guard for what is made of no file.</summary>
    public static TargetGuard Default { get; } = For();

    /// <summary>The guard for a file that is made of others.</summary>
    /// <param name="sources">What it is made of; nulls are passed over, and what no file can be.</param>
    public static TargetGuard For(params string?[] sources) => new(Objection, Array.FindAll(sources, static s => s is not null && !RemoteAddress.IsOne(s)));

    /// <summary>Why the file at a path is never replaced: it begins as an archive, or in packed bytes that cannot be looked into.</summary>
    private static VmaException? Objection(string path)
    {
        for (int left = MostLooks; ; left--)
        {
            try
            {
                return Look(path);
            }
            catch (VmaException exception) when (exception.Code == VmaCodes.SourceChanged && left > 0)
            {
                // Somebody has put another file there meanwhile, which is to be looked at in its turn.
            }
        }
    }

    private static VmaException? Look(string path)
    {
        try
        {
            FileSource source = new(path, VmaOpenOptions.WindowOf(null));
            if (PackerOf(source) is { } packer)
            {
                return new VmaException(
                    VmaCodes.TargetIsArchive, $"The target may be an archive, and none is ever replaced; remove it first. It is {packer}.", path);
            }

            using ForwardBytes bytes = source.OpenForward(threads: 1);
            Span<byte> start = stackalloc byte[ArchiveHeader.Magic.Length];
            int read = bytes.Read(start);

            // Damage behind a few bytes is thrown by the next read.
            read += bytes.Read(start.Slice(read));
            return read == start.Length && start.SequenceEqual(ArchiveHeader.Magic)
                ? new VmaException(VmaCodes.TargetIsArchive, "The target is a VMA archive, and none is ever replaced; remove it first.", path)
                : null;
        }
        catch (VmaCompressionException exception)
        {
            return new VmaException(
                VmaCodes.TargetIsArchive,
                $"The target is compressed and cannot be looked into, so that it may be an archive; remove it first. {exception.Code}: {exception.Sentence}",
                path,
                innerException: exception);
        }
    }

    private static string? PackerOf(FileSource source)
    {
        using RandomBytes stored = source.OpenStored();
        byte[] start = new byte[32];
        return ForeignContent.PackerOf(start.AsSpan(0, stored.ReadAt(0, start)));
    }
}
