using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace VmaTools.GuestFiles.Catalogs;

/// <summary>What a catalog knows of a volume.</summary>
/// <param name="Id">Its id.</param>
/// <param name="FileSystem">The kind of file system.</param>
/// <param name="Names">What else it goes by: short form, letter, mount point, label, uuid.</param>
/// <param name="FoldsNames">Whether its root folds names.</param>
/// <param name="Letter">The letter of its drive, or null.</param>
/// <param name="StateText">Why the newest files may be missing, in a sentence; null where they are not.</param>
/// <param name="Entries">How many entries there are.</param>
/// <param name="Start">Where its blocks begin in the file.</param>
/// <param name="End">Where they end.</param>
internal sealed record CatalogVolume(
    string Id, string FileSystem, IReadOnlyList<string> Names, bool FoldsNames, char? Letter, string? StateText, long Entries, long Start, long End)
{
    public void Write(BinaryWriter writer)
    {
        writer.Write(Id);
        writer.Write(FileSystem);
        writer.Write(Names.Count);
        foreach (string name in Names)
        {
            writer.Write(name);
        }

        writer.Write(FoldsNames);
        writer.Write((ushort)(Letter ?? 0));
        writer.Write(StateText ?? string.Empty);
        writer.Write(Entries);
        writer.Write(Start);
        writer.Write(End);
    }

    /// <exception cref="InvalidDataException">The numbers contradict each other.</exception>
    public static CatalogVolume Read(BinaryReader reader)
    {
        CatalogVolume volume = new(
            reader.ReadString(),
            reader.ReadString(),
            CatalogContents.ReadList(reader, static r => r.ReadString()),
            reader.ReadBoolean(),
            reader.ReadUInt16() is ushort letter and > 0 ? (char)letter : null,
            reader.ReadString() is { Length: > 0 } text ? text : null,
            reader.ReadInt64(),
            reader.ReadInt64(),
            reader.ReadInt64());
        return volume.Entries >= 0 && volume.Start >= 0 && volume.End >= volume.Start ? volume : throw CatalogFormat.Damaged();
    }

    /// <summary>Whether one of some patterns means it.</summary>
    public bool IsMeant(IReadOnlyList<NamePattern> patterns) =>
        patterns.Any(p => p.IsMatch(Id) || Names.Any(p.IsMatch) || (Letter is char letter && (p.IsMatch(letter.ToString()) || p.IsMatch(letter + ":"))));
}
