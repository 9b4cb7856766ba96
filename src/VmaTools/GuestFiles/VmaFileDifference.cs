namespace VmaTools;

/// <summary>What became of a file between two backups of a guest.</summary>
public sealed class VmaFileDifference
{
    /// <summary>Only the later backup has it.</summary>
    public const string Added = "Added";

    /// <summary>Only the earlier backup has it.</summary>
    public const string Removed = "Removed";

    /// <summary>Both have it, and it is not the same.</summary>
    public const string Changed = "Changed";

    internal VmaFileDifference(string volume, FileEntry? before, FileEntry? after, string change, string? reason)
    {
        Volume = volume;
        FullName = (after ?? before)!.FullName;
        Type = (after ?? before)!.Type.ToString();
        Change = change;
        Reason = reason;
        ReferenceLength = before?.Length;
        DifferenceLength = after?.Length;
        ReferenceTimeUtc = before?.Modified?.ToDateTime();
        DifferenceTimeUtc = after?.Modified?.ToDateTime();
    }

    /// <summary>The id of the volume.</summary>
    public string Volume { get; }

    /// <summary>The path in the guest.</summary>
    public string FullName { get; }

    /// <summary>What it is, such as <c>File</c>.</summary>
    public string Type { get; }

    /// <summary>One of the constants of this class.</summary>
    public string Change { get; }

    /// <summary>What differs of a changed one: <c>Type</c>, <c>Length</c>, <c>Time</c>, <c>Target</c>, <c>Content</c>; several with a comma between them.</summary>
    public string? Reason { get; }

    /// <summary>Bytes in the earlier backup, or null.</summary>
    public long? ReferenceLength { get; }

    /// <summary>Bytes in the later backup, or null.</summary>
    public long? DifferenceLength { get; }

    /// <summary>When it was changed last by the earlier backup, in UTC.</summary>
    public System.DateTime? ReferenceTimeUtc { get; }

    /// <summary>When it was changed last by the later backup, in UTC.</summary>
    public System.DateTime? DifferenceTimeUtc { get; }

    /// <summary>The kind, the change and the path.</summary>
    public override string ToString() => $"VmaFileDifference: {Change} {Printable.Short(FullName)} ({Printable.Short(Volume)})";
}
