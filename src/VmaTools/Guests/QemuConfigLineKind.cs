namespace VmaTools;

/// <summary>What a line of a VM configuration is.</summary>
public enum QemuConfigLineKind
{
    /// <summary>Nothing but white space.</summary>
    Blank,

    /// <summary>A key with a value.</summary>
    Entry,

    /// <summary>A line of the description: <c>#</c> and percent-encoded text.</summary>
    Description,

    /// <summary>A section header such as <c>[PENDING]</c>.</summary>
    Section,

    /// <summary>A <c>#qmdump#map:</c> line, by which vzdump ties a disk to a device of the archive.</summary>
    Map,

    /// <summary>Another <c>#qmdump#</c> or <c>#vzdump#</c> line, which a restore drops.</summary>
    Hint,

    /// <summary>Anything else; Proxmox skips it.</summary>
    Unknown,
}
