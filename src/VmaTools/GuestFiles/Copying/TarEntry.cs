using System.Collections.Generic;

namespace VmaTools.GuestFiles.Copying;

/// <summary>What the headers of an entry in a tar archive say.</summary>
internal sealed class TarEntry
{
    /// <summary>The path, without a leading slash; a directory's ends with one.</summary>
    public byte[] Name { get; init; } = [];

    /// <summary>What it is: <c>0</c> file, <c>1</c> hard link, <c>2</c> symbolic link, <c>3</c> and <c>4</c> devices, <c>5</c> directory, <c>6</c> pipe.</summary>
    public byte TypeFlag { get; init; }

    /// <summary>Bytes of the content.</summary>
    public long Size { get; init; }

    /// <summary>Where the content's data lies, when the rest of it are holes; null for one without holes.</summary>
    public IReadOnlyList<(long Offset, long Length)>? Data { get; init; }

    /// <summary>The low 12 bits of the mode.</summary>
    public int Mode { get; init; }

    public long UserId { get; init; }

    public long GroupId { get; init; }

    public FileTime Modified { get; init; }

    public FileTime? Accessed { get; init; }

    public FileTime? Changed { get; init; }

    /// <summary>The target of a link.</summary>
    public byte[] LinkName { get; init; } = [];

    public uint DeviceMajor { get; init; }

    public uint DeviceMinor { get; init; }

    public IReadOnlyList<ExtendedAttributeValue> ExtendedAttributes { get; init; } = [];
}
