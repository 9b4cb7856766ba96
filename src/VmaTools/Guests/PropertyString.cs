using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using VmaTools.Bytes;

namespace VmaTools;

/// <summary>
/// The value form <c>value,key=value,…</c> of Proxmox's configurations. There is no quoting: a comma always parts, the
/// first equals sign ends the key, and white space counts.
/// </summary>
public sealed class PropertyString
{
    private readonly Dictionary<string, string> _values;

    private PropertyString(string text, Dictionary<string, string> values, List<string> keys, bool isWellFormed)
    {
        Text = text;
        _values = values;
        Values = new ReadOnlyDictionary<string, string>(values);
        Keys = keys.AsReadOnly();
        IsWellFormed = isWellFormed;
    }

    /// <summary>The text as it was given.</summary>
    public string Text { get; }

    /// <summary>The values by their keys. Of a key given twice, the first value.</summary>
    public IReadOnlyDictionary<string, string> Values { get; }

    /// <summary>The keys in the order of the text.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>False where Proxmox would refuse the text: a key twice, an empty key or value, a bare value too many.</summary>
    public bool IsWellFormed { get; }

    /// <summary>Takes a property string apart. Never fails.</summary>
    /// <param name="text">The text.</param>
    /// <param name="defaultKey">The key that a value without one belongs to, or null where there is none.</param>
    public static PropertyString Parse(string text, string? defaultKey = null)
    {
        if (text is null)
        {
            throw new ArgumentNullException(nameof(text));
        }

        Dictionary<string, string> values = new(StringComparer.Ordinal);
        List<string> keys = [];
        bool isWellFormed = true;
        foreach (string part in text.Split(','))
        {
            if (part.Trim().Length == 0)
            {
                continue;
            }

            int equals = part.IndexOf('=');
            string? key = equals < 0 ? defaultKey : part.Substring(0, equals);
            string value = equals < 0 ? part : part.Substring(equals + 1);
            if (string.IsNullOrEmpty(key) || value.Length == 0 || values.ContainsKey(key!))
            {
                isWellFormed = false;
                continue;
            }

            values.Add(key!, value);
            keys.Add(key!);
        }

        return new PropertyString(text, values, keys, isWellFormed);
    }

    /// <summary>The value of a key, or null.</summary>
    /// <param name="key">The key.</param>
    public string? GetValue(string key) => _values.TryGetValue(key, out string? value) ? value : null;

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>The pairs whose keys are not among those given, in order.</summary>
    internal IReadOnlyDictionary<string, string> Without(params string?[] keys)
    {
        // A dictionary that nothing is removed from lists its entries in the order they came in.
        Dictionary<string, string> rest = new(StringComparer.Ordinal);
        foreach (string key in Keys)
        {
            if (Array.IndexOf(keys, key) < 0)
            {
                rest.Add(key, _values[key]);
            }
        }

        return ReadableMap<string, string>.Of(rest);
    }
}
