using System.Collections.Generic;
using System.Collections.ObjectModel;

namespace VmaTools.Bytes;

/// <summary>A list whose text is that of its items: what makes rows of objects, such as Export-Csv, asks for nothing else.</summary>
internal sealed class ReadableList<T> : ReadOnlyCollection<T>
{
    private ReadableList(IList<T> items)
        : base(items)
    {
    }

    /// <summary>The list that has nothing.</summary>
    public static ReadableList<T> None { get; } = new([]);

    /// <summary>A copy of items as they are now.</summary>
    public static ReadableList<T> Of(IEnumerable<T> items) => new([.. items]);

    public override string ToString() => string.Join("; ", this);
}
