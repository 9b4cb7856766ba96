using System.IO;

namespace VmaTools.PowerShell;

/// <summary>What Get-Content reads of an item.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Offset">Where it begins in the stream.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="MayBeText">False for disks and volumes, whose bytes must be asked for.</param>
internal sealed record DriveContent(Stream Stream, long Offset, long Length, bool MayBeText);
