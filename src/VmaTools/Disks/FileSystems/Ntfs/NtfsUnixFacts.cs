using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>What extended attributes of Linux subsystems tell: owner, mode, device.</summary>
/// <param name="UserId">From <c>$LXUID</c>.</param>
/// <param name="GroupId">From <c>$LXGID</c>.</param>
/// <param name="Mode">From <c>$LXMOD</c>, type and permissions.</param>
/// <param name="Device">From <c>$LXDEV</c>.</param>
internal readonly record struct NtfsUnixFacts(uint? UserId, uint? GroupId, uint? Mode, (uint Major, uint Minor)? Device)
{
    /// <summary>The type that the mode names where it is a device, pipe or socket; else null.</summary>
    public FileEntryType? SpecialType => (Mode & 0xf000) switch
    {
        0x1000 => FileEntryType.Fifo,
        0x2000 => FileEntryType.CharacterDevice,
        0x6000 => FileEntryType.BlockDevice,
        0xc000 => FileEntryType.Socket,
        _ => null,
    };

    public static NtfsUnixFacts Of(List<ExtendedAttributeValue> attributes)
    {
        NtfsUnixFacts facts = default;
        foreach (ExtendedAttributeValue attribute in attributes)
        {
            ReadOnlySpan<byte> value = attribute.Value.Span;
            if (value.Length < 4)
            {
                continue;
            }

            uint number = LittleEndian.U32(value, 0);
            facts = attribute.Name.ToString().ToUpperInvariant() switch
            {
                "$LXUID" => facts with { UserId = number },
                "$LXGID" => facts with { GroupId = number },
                "$LXMOD" => facts with { Mode = number },

                // Windows stores two numbers, Linux's ntfs3 its own one of 12 and 20 bits.
                "$LXDEV" => facts with { Device = value.Length >= 8 ? (number, LittleEndian.U32(value, 4)) : (number >> 20, number & 0xfffff) },
                _ => facts,
            };
        }

        return facts;
    }
}
