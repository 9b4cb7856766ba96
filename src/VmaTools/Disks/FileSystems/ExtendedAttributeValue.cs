using System;

namespace VmaTools;

/// <summary>An extended attribute of a file.</summary>
public sealed class ExtendedAttributeValue
{
    internal ExtendedAttributeValue(RawName name, byte[] value)
    {
        Name = name;
        Value = value;
    }

    /// <summary>Its full name, such as <c>user.comment</c> or <c>system.posix_acl_access</c>.</summary>
    public RawName Name { get; }

    /// <summary>Its bytes, in the form that the guest's system hands out.</summary>
    public ReadOnlyMemory<byte> Value { get; }
}
