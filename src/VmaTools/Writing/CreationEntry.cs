using System;
using VmaTools.Format;

namespace VmaTools.Writing;

/// <summary>A device that is to be written.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Source">Where its bytes come from.</param>
internal sealed record CreationEntry(int Id, string Name, DeviceSource Source)
{
    /// <summary>The size that the archive has for it: whole sectors, as Proxmox's tools count.</summary>
    public long Size => checked(Source.Length + Layout.SectorSize - 1) / Layout.SectorSize * Layout.SectorSize;

    /// <summary>Blocks of it that were stored.</summary>
    public long StoredBlocks { get; set; }
}
