using System;

namespace VmaTools.Guests.Firmware;

/// <summary>A variable of a UEFI firmware.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Vendor">Whose it is.</param>
/// <param name="Data">Its value.</param>
internal sealed record EfiVariable(string Name, Guid Vendor, byte[] Data);
