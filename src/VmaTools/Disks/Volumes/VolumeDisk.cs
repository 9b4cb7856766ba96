using System.IO;

namespace VmaTools;

/// <summary>A disk on which volumes are looked for.</summary>
/// <param name="Name">What it is called: the ids of its partitions begin with it.</param>
/// <param name="Content">Its bytes: readable and seekable.</param>
public sealed record VolumeDisk(string Name, Stream Content);
