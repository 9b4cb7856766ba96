using System.Collections.Generic;

namespace VmaTools.Guests;

/// <summary>Whether a VM expects the QEMU guest agent, and how.</summary>
internal sealed class GuestAgent
{
    private GuestAgent(PropertyString properties)
    {
        IsEnabled = PropertyValue.Boolean(properties.GetValue("enabled")) == true;
        Options = properties.Without("enabled");
    }

    /// <summary>True when the agent is expected.</summary>
    public bool IsEnabled { get; }

    /// <summary>All options beside the switch, in order.</summary>
    public IReadOnlyDictionary<string, string> Options { get; }

    /// <inheritdoc/>
    public override string ToString() => IsEnabled ? "enabled" : "disabled";

    internal static GuestAgent Create(string? value) => new(PropertyString.Parse(value ?? "0", "enabled"));
}
