namespace VmaTools.Disks.Volumes.Luks;

/// <summary>Where the encrypted content lies, and how it is encrypted.</summary>
/// <param name="Offset">Its first byte on the volume.</param>
/// <param name="Length">Its bytes; null up to the end of the volume.</param>
/// <param name="Cipher">Cipher, mode and what makes numbers of sectors.</param>
/// <param name="SectorSize">Bytes that are encrypted as one: 512 to 4096.</param>
/// <param name="FirstNumber">The number of the first sector.</param>
internal sealed record LuksSegment(long Offset, long? Length, string Cipher, int SectorSize = 512, ulong FirstNumber = 0);
