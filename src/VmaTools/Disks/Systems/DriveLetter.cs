using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace VmaTools.Disks.Systems;

/// <summary>Which partition a letter of a Windows guest stands for, by <c>MountedDevices</c> in its SYSTEM hive.</summary>
/// <param name="Letter">The letter, in upper case.</param>
/// <param name="PartitionGuid">The GPT partition's GUID; null for a partition of an MBR disk.</param>
/// <param name="DiskSignature">The signature of the MBR disk.</param>
/// <param name="Offset">First byte of the partition on the MBR disk.</param>
internal sealed record DriveLetter(char Letter, Guid? PartitionGuid, uint DiskSignature, long Offset)
{
    private const string Prefix = "\\DosDevices\\";

    /// <summary>Reads the letters out of a SYSTEM hive.</summary>
    public static IReadOnlyList<DriveLetter> Read(RegistryHive hive)
    {
        List<DriveLetter> letters = [];
        foreach (KeyValuePair<string, byte[]> value in hive.ReadValues("MountedDevices") ?? [])
        {
            string name = value.Key;
            byte[] data = value.Value;
            if (name.Length != Prefix.Length + 2 || name[name.Length - 1] != ':' || !name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            char letter = char.ToUpperInvariant(name[Prefix.Length]);
            if (data.Length == 24 && data.AsSpan(0, 8).SequenceEqual("DMIO:ID:"u8))
            {
                letters.Add(new DriveLetter(letter, new Guid(data.AsSpan(8, 16).ToArray()), 0, 0));
            }
            else if (data.Length == 12)
            {
                letters.Add(new DriveLetter(
                    letter, null, BinaryPrimitives.ReadUInt32LittleEndian(data), BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(4))));
            }
        }

        return letters;
    }
}
