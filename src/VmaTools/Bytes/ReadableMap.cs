using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Linq;

namespace VmaTools.Bytes;

/// <summary>Values by their keys, with a text that has both, as of <see cref="ReadableList{T}"/>.</summary>
internal sealed class ReadableMap<TKey, TValue> : ReadOnlyDictionary<TKey, TValue>
    where TKey : notnull
{
    private ReadableMap(IDictionary<TKey, TValue> values)
        : base(values)
    {
    }

    /// <summary>A copy of values as they are now.</summary>
    public static ReadableMap<TKey, TValue> Of(IEnumerable<KeyValuePair<TKey, TValue>> values) =>
        new(values.ToDictionary(static p => p.Key, static p => p.Value));

    public override string ToString() => string.Join("; ", this.Select(static p => $"{p.Key}={p.Value}"));
}
