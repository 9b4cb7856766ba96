using System;
using System.Collections.Generic;
using VmaTools.Guests;

namespace VmaTools;

/// <summary>A network adapter of a VM.</summary>
public sealed class VmaVMNetwork
{
    // Each model is also a key whose value is the MAC address: virtio=BC:24:11:….
    private static readonly string[] Models =
    [
        "e1000", "e1000-82540em", "e1000-82544gc", "e1000-82545em", "e1000e", "i82551", "i82557b", "i82559er",
        "ne2k_isa", "ne2k_pci", "pcnet", "rtl8139", "virtio", "vmxnet3",
    ];

    internal VmaVMNetwork(string key, string value)
    {
        PropertyString properties = PropertyString.Parse(value, "model");
        Key = key;
        string? aliased = null;
        foreach (string name in properties.Keys)
        {
            if (Array.IndexOf(Models, name) >= 0)
            {
                aliased = name;
                break;
            }
        }

        Model = aliased ?? properties.GetValue("model");
        MacAddress = (aliased is null ? null : properties.GetValue(aliased)) ?? properties.GetValue("macaddr");
        Bridge = properties.GetValue("bridge");
        Tag = PropertyValue.Integer(properties.GetValue("tag"));
        HasFirewall = PropertyValue.Boolean(properties.GetValue("firewall")) == true;
        Options = properties.Without("model", "macaddr", aliased);
    }

    /// <summary>The key in the configuration, such as <c>net0</c>.</summary>
    public string Key { get; }

    /// <summary>The emulated model, such as <c>virtio</c>, or null.</summary>
    public string? Model { get; }

    /// <summary>The MAC address as written, or null.</summary>
    public string? MacAddress { get; }

    /// <summary>The bridge that the adapter is attached to, or null for user-mode networking.</summary>
    public string? Bridge { get; }

    /// <summary>The VLAN tag, or null.</summary>
    public int? Tag { get; }

    /// <summary>True when the firewall guards the adapter.</summary>
    public bool HasFirewall { get; }

    /// <summary>All options beside model and MAC address, in order.</summary>
    public IReadOnlyDictionary<string, string> Options { get; }

    /// <summary>Key, model and MAC address.</summary>
    public override string ToString() => $"{nameof(VmaVMNetwork)}: {Key} {Printable.Short($"{Model} {MacAddress}")}";

    /// <summary>Tells the key of an adapter from others.</summary>
    internal static bool IsKey(string key) =>
        key.StartsWith("net", StringComparison.Ordinal)
        && PropertyValue.Integer(key.Substring(3)) is int number and < 32
        && key.Length == 3 + (number < 10 ? 1 : 2);
}
