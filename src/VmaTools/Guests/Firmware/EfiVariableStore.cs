using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using VmaTools.Bytes;

namespace VmaTools.Guests.Firmware;

/// <summary>The variables in the disk of a UEFI guest's firmware, as OVMF and AAVMF keep them.</summary>
/// <remarks>
/// Behind the headers that <see cref="EfiVariables"/> describes stands one variable after the other, each at a multiple of four:
/// <code>
/// 2   0x55AA, then state and a zero (1 and 1); attributes 4
/// 32  in a store of authenticated variables: count 8, time 16, number of the key 4; and 4 more:
/// 4   bytes of the name, with the zero at its end (of authenticated ones at 36), bytes of the value 4, vendor 16
/// n   name, UTF-16
/// n   value
/// </code>
/// A variable that is written anew is marked, the new one is appended, and the old one is deleted.
/// </remarks>
internal sealed class EfiVariableStore
{
    private const int VariableMark = 0x55AA;
    private const byte Added = 0x3F;
    private const byte Leaving = 0x3E;

    private static readonly Guid PlainStore = new("DDCF3616-3275-4164-98B6-FE85707FFE7D");

    private EfiVariableStore(IReadOnlyList<EfiVariable> variables, string? damage)
    {
        Variables = variables;
        Damage = damage;
    }

    /// <summary>The variables, in the order they were written in.</summary>
    public IReadOnlyList<EfiVariable> Variables { get; }

    /// <summary>What is wrong with it, in a sentence; null where nothing is.</summary>
    public string? Damage { get; }

    /// <summary>Reads a disk; null where it holds no such store.</summary>
    public static EfiVariableStore? TryRead(ReadOnlySpan<byte> disk)
    {
        const int SignatureAt = 40;
        const int HeaderLengthAt = 48;
        const int StoreHeaderSize = 28;
        if (disk.Length < 128 || !disk.Slice(SignatureAt).StartsWith("_FVH"u8))
        {
            return null;
        }

        int start = LittleEndian.U16(disk, HeaderLengthAt);
        if (start > disk.Length - StoreHeaderSize)
        {
            return null;
        }

        Guid kind = new(disk.Slice(start, 16).ToArray());
        bool isAuthenticated = kind == EfiVariables.AuthenticatedStore;
        if (!isAuthenticated && kind != PlainStore)
        {
            return null;
        }

        long size = LittleEndian.U32(disk, start + 16);
        ReadOnlySpan<byte> store = disk.Slice(start, (int)Math.Min(size, disk.Length - start));
        string? damage = store.Length < size
            ? FormattableString.Invariant($"The store is cut short: {store.Length} of its {size} bytes are there.")
            : null;
        return store.Length < StoreHeaderSize ? null : Read(store, StoreHeaderSize, isAuthenticated, damage);
    }

    /// <summary>The value of a variable of the specification itself, or null.</summary>
    public byte[]? ValueOf(string name, Guid vendor) => Variables.LastOrDefault(v => v.Name == name && v.Vendor == vendor)?.Data;

    private static EfiVariableStore Read(ReadOnlySpan<byte> store, int at, bool isAuthenticated, string? damage)
    {
        List<(EfiVariable Variable, byte State)> found = [];
        int sizesAt = isAuthenticated ? 36 : 8;
        int headerSize = sizesAt + 24;
        while (at <= store.Length - headerSize && LittleEndian.U16(store, at) == VariableMark)
        {
            long nameSize = LittleEndian.U32(store, at + sizesAt);
            long dataSize = LittleEndian.U32(store, at + sizesAt + 4);
            if (nameSize + dataSize > store.Length - at - headerSize)
            {
                damage ??= FormattableString.Invariant($"The variable at byte {at} of the store is longer than the store; what is behind it is not read.");
                break;
            }

            int end = at + headerSize + (int)nameSize + (int)dataSize;
            if (FindWithin(store, (at + headerSize + 3) & ~3, end, sizesAt) is int other)
            {
                damage ??= FormattableString.Invariant($"The variable at byte {at} of the store reaches over the one at byte {other}, and is not read.");
                at = other;
                continue;
            }

            ReadOnlySpan<byte> name = store.Slice(at + headerSize, (int)nameSize);
            byte state = store[at + 2];
            if (state is Added or Leaving)
            {
                found.Add((
                    new EfiVariable(
                        Encoding.Unicode.GetString(name.ToArray()).TrimEnd('\0'),
                        new Guid(store.Slice(at + sizesAt + 8, 16).ToArray()),
                        store.Slice(at + headerSize + (int)nameSize, (int)dataSize).ToArray()),
                    state));
            }

            at = (end + 3) & ~3;
        }

        // Behind the last one nothing was ever written.
        if (at <= store.Length - 2 && LittleEndian.U16(store, at) != VariableMark && !IsErased(store.Slice(at)))
        {
            damage ??= FormattableString.Invariant($"At byte {at} of the store is neither a variable nor the end of them; what is behind it is not read.");
        }

        // One that is leaving counts as long as none took its place.
        HashSet<(string, Guid)> replaced = [.. found.Where(static f => f.State == Added).Select(static f => (f.Variable.Name, f.Variable.Vendor))];
        return new EfiVariableStore(
            found.Where(f => f.State == Added || !replaced.Contains((f.Variable.Name, f.Variable.Vendor))).Select(static f => f.Variable).ToArray(), damage);
    }

    /// <summary>Where another variable begins between two places; null where none does. Values that look like one are not to be expected.</summary>
    private static int? FindWithin(ReadOnlySpan<byte> store, int start, int end, int sizesAt)
    {
        int headerSize = sizesAt + 24;
        for (int at = start; at <= end - headerSize; at += 4)
        {
            if (LittleEndian.U16(store, at) != VariableMark || store[at + 2] is < 0x3C or > 0x3F || store[at + 3] != 0)
            {
                continue;
            }

            long nameSize = LittleEndian.U32(store, at + sizesAt);
            long dataSize = LittleEndian.U32(store, at + sizesAt + 4);
            int name = at + headerSize;
            if (nameSize is >= 4 and <= 1024 && nameSize % 2 == 0 && nameSize + dataSize <= store.Length - name
                && LittleEndian.U16(store, name) is > 0x20 and < 0x7F && LittleEndian.U16(store, name + (int)nameSize - 2) == 0)
            {
                return at;
            }
        }

        return null;
    }

    private static bool IsErased(ReadOnlySpan<byte> rest)
    {
        foreach (byte value in rest)
        {
            if (value != 0xFF)
            {
                return false;
            }
        }

        return true;
    }
}
