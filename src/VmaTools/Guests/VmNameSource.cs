namespace VmaTools;

/// <summary>Where the name of a backed-up VM was found without opening the archive.</summary>
public enum VmNameSource
{
    /// <summary>Nowhere: the name is not known.</summary>
    None,

    /// <summary>In the first line of the notes, whose default template is the guest's name alone: a good guess, for people edit notes.</summary>
    Notes,

    /// <summary>In vzdump's log, which states it.</summary>
    Log,
}
