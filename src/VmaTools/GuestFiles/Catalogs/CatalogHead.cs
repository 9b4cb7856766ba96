using System;
using System.IO;
using VmaTools.Indexing;

namespace VmaTools.GuestFiles.Catalogs;

/// <summary>What a catalog begins with.</summary>
/// <param name="Index">What archive it is of, and where that was.</param>
/// <param name="BackupTimeUtc">When the backup was made, by the archive's header.</param>
internal sealed record CatalogHead(IndexHead Index, DateTime BackupTimeUtc)
{
    public void Write(BinaryWriter writer)
    {
        Index.Write(writer);
        writer.Write(BackupTimeUtc.ToUniversalTime().Ticks);
    }

    /// <exception cref="ArgumentException">The time is none.</exception>
    public static CatalogHead Read(BinaryReader reader) => new(IndexHead.Read(reader), new DateTime(reader.ReadInt64(), DateTimeKind.Utc));
}
