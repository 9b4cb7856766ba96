namespace VmaTools;

/// <summary>A network adapter of a VM whose configuration is made.</summary>
/// <param name="MacAddress">Its address, with dashes, colons or neither; empty for one that is made up.</param>
/// <param name="Model">The model that the guest knows, such as <c>e1000</c>; null for the one that suits the guest.</param>
public sealed record GuestNetwork(string MacAddress = "", string? Model = null);
