using System;
using System.Collections.Generic;

namespace VmaTools.Disks.Volumes.Lvm;

/// <summary>A section of LVM's metadata: values and further sections by name. What is missing or of another kind throws.</summary>
internal sealed class LvmSection
{
    private readonly Dictionary<string, object> _items = new(StringComparer.Ordinal);

    public LvmSection(string name) => Name = name;

    public string Name { get; }

    /// <summary>The sections in it, in the order of the text.</summary>
    public List<LvmSection> Sections { get; } = [];

    /// <summary>Adds a number, a text, a list of such (<see cref="List{T}"/> of object), or a section; the first of a name counts.</summary>
    public void Add(string name, object value)
    {
        if (_items.TryGetValue(name, out _))
        {
            return;
        }

        _items.Add(name, value);
        if (value is LvmSection section)
        {
            Sections.Add(section);
        }
    }

    public bool Has(string name) => _items.ContainsKey(name);

    public LvmSection Section(string name) => Get<LvmSection>(name);

    public LvmSection? FindSection(string name) => _items.TryGetValue(name, out object? value) ? value as LvmSection : null;

    public string Text(string name) => Get<string>(name);

    public string? FindText(string name) => _items.TryGetValue(name, out object? value) ? value as string : null;

    public IReadOnlyList<object> List(string name) => Get<List<object>>(name);

    /// <summary>True where a list of texts has this one.</summary>
    public bool ListHas(string name, string text) =>
        _items.TryGetValue(name, out object? value) && value is List<object> list && list.Contains(text);

    /// <summary>A number from 0 to <paramref name="most"/>.</summary>
    public long Number(string name, long most)
    {
        long number = Get<long>(name);
        return number >= 0 && number <= most ? number : throw Broken($"has a {name} of {number}");
    }

    /// <summary>The same, or <paramref name="missing"/> where there is none.</summary>
    public long Number(string name, long most, long missing) => Has(name) ? Number(name, most) : missing;

    public VmaFileSystemException Broken(string what) =>
        new(VmaCodes.VolumeDamaged, $"The section \"{Printable.Short(Name)}\" of LVM's metadata {what}.");

    private T Get<T>(string name) =>
        _items.TryGetValue(name, out object? value) && value is T typed ? typed : throw Broken($"has no {name}, or one of another kind");
}
