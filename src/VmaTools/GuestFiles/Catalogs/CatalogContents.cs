using System;
using System.Collections.Generic;
using System.IO;

namespace VmaTools.GuestFiles.Catalogs;

/// <summary>What the last record of a catalog tells: what there is in it, and what there is not.</summary>
/// <param name="Volumes">The volumes with files.</param>
/// <param name="Systems">The systems on them, for paths that begin at a guest's own root.</param>
/// <param name="Unread">The volumes whose files cannot be read, each with why.</param>
/// <param name="Findings">How many things could not be read on the others.</param>
internal sealed record CatalogContents(
    IReadOnlyList<CatalogVolume> Volumes, IReadOnlyList<CatalogSystem> Systems, IReadOnlyList<string> Unread, long Findings)
{
    public void Write(BinaryWriter writer)
    {
        WriteList(writer, Volumes, static (w, v) => v.Write(w));
        WriteList(writer, Systems, static (w, s) => s.Write(w));
        WriteList(writer, Unread, static (w, t) => w.Write(t));
        writer.Write(Findings);
    }

    /// <exception cref="InvalidDataException">It contradicts itself.</exception>
    /// <exception cref="EndOfStreamException">It ends early.</exception>
    public static CatalogContents Read(BinaryReader reader) =>
        new(ReadList(reader, CatalogVolume.Read), ReadList(reader, CatalogSystem.Read), ReadList(reader, static r => r.ReadString()), reader.ReadInt64());

    public static void WriteList<T>(BinaryWriter writer, IReadOnlyList<T> items, Action<BinaryWriter, T> write)
    {
        writer.Write(items.Count);
        foreach (T item in items)
        {
            write(writer, item);
        }
    }

    /// <summary>Reads as many items as are told, which take a byte each at least.</summary>
    public static IReadOnlyList<T> ReadList<T>(BinaryReader reader, Func<BinaryReader, T> read)
    {
        int count = reader.ReadInt32();
        if (count < 0 || count > CatalogFormat.MostVolumes || count > reader.BaseStream.Length - reader.BaseStream.Position)
        {
            throw CatalogFormat.Damaged();
        }

        T[] items = new T[count];
        for (int i = 0; i < count; i++)
        {
            items[i] = read(reader);
        }

        return items;
    }
}

/// <summary>A directory of a volume, where something begins.</summary>
/// <param name="Volume">The id of the volume.</param>
/// <param name="FullName">The path from its root.</param>
internal sealed record CatalogPlace(string Volume, string FullName)
{
    public void Write(BinaryWriter writer)
    {
        writer.Write(Volume);
        writer.Write(FullName);
    }

    public static CatalogPlace Read(BinaryReader reader) => new(reader.ReadString(), reader.ReadString());
}

/// <summary>A system that was found on the volumes.</summary>
/// <param name="Root">Its root.</param>
/// <param name="Mounts">What is mounted below it, and where.</param>
internal sealed record CatalogSystem(CatalogPlace Root, IReadOnlyList<KeyValuePair<string, CatalogPlace>> Mounts)
{
    public void Write(BinaryWriter writer)
    {
        Root.Write(writer);
        CatalogContents.WriteList(writer, Mounts, static (w, m) =>
        {
            w.Write(m.Key);
            m.Value.Write(w);
        });
    }

    public static CatalogSystem Read(BinaryReader reader) => new(
        CatalogPlace.Read(reader),
        CatalogContents.ReadList(reader, static r => new KeyValuePair<string, CatalogPlace>(r.ReadString(), CatalogPlace.Read(r))));
}
