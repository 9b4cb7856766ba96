using System;
using System.IO;
using VmaTools.Extents;
using VmaTools.Files;
using VmaTools.Format;

namespace VmaTools;

/// <summary>A config text in an archive, such as <c>qemu-server.conf</c>.</summary>
public sealed class VmaConfig
{
    private readonly ReadOnlyMemory<byte> _data;

    internal VmaConfig(string? path, ConfigEntry entry)
    {
        ArchivePath = path;
        Name = entry.Name;
        _data = entry.Data;
    }

    /// <summary>A config that is in no archive yet.</summary>
    /// <param name="data">Its bytes; they are copied.</param>
    /// <param name="name">Its name.</param>
    public static VmaConfig Create(byte[] data, string name = "qemu-server.conf") =>
        new(null, new ConfigEntry(name ?? throw new ArgumentNullException(nameof(name)), (byte[])(data ?? throw new ArgumentNullException(nameof(data))).Clone()));

    /// <summary>Name of the config as the archive has it: it may be no fit file name.</summary>
    public string Name { get; }

    /// <summary>Bytes that the config has.</summary>
    public int Size => _data.Length;

    /// <summary>The config as text. Bytes that are no UTF-8 show as U+FFFD; <see cref="GetBytes"/> has them as they are.</summary>
    public string Text => BlobText.Config(_data.Span);

    /// <summary>The first line of the text.</summary>
    public string FirstLine => Text.Split('\n')[0].TrimEnd();

    /// <summary>Full path of the archive, or null where it came from a stream, or is in none yet.</summary>
    public string? ArchivePath { get; }

    /// <summary>The config's bytes, a copy.</summary>
    public byte[] GetBytes() => _data.ToArray();

    /// <summary>Writes the config's bytes to a file, whole or not at all.</summary>
    /// <param name="path">The file; its folder is created where it does not exist. <see cref="SafeFileName"/> makes a file name of the config's.</param>
    /// <param name="replace">Whether another file of that name is replaced; an archive never is.</param>
    /// <exception cref="VmaException">The file cannot be written, or exists. Nothing of it is left.</exception>
    public void Save(string path, bool replace = false) =>
        TextFile.Write(Path.GetFullPath(path), GetBytes(), ArchiveGuard.For(ArchivePath), replace);

    /// <summary>The config's name.</summary>
    public override string ToString() => $"{nameof(VmaConfig)}: {Printable.Short(Name)}";
}
