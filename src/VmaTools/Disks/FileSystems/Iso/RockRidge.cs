using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Iso;

/// <summary>What Rock Ridge says of an entry, in the bytes behind its name and where these go on.</summary>
/// <remarks>
/// <code>
/// fields: 0 name [2]   2 length   3 version   4 ... (numbers in both byte orders, of which the little-endian is read)
/// PX mode, links, uid, gid    PN device: high, low    TF 4 which times, then these    NM 4 flags, 5 a part of the name
/// SL 4 flags, 5 parts of the target    CL where the directory that should be here is    RE a directory that should not be here
/// CE block, place in it, length: where the fields go on    ST the last field    ZF content compressed by zisofs
/// </code>
/// </remarks>
internal sealed class RockRidge
{
    private const int FieldHeader = 4;

    // A field is at most 255 bytes, a name 255, a target 4 KiB.
    private const int MaxContinuations = 32;
    private const int MaxContinuation = 4096;
    private const int MaxName = 1024;
    private const int MaxTarget = 8192;

    private readonly List<byte> _name = [];
    private readonly List<byte> _target = [];
    private bool _targetGoesOn;

    /// <summary>The name; empty where none is stored.</summary>
    public RawName Name => new(_name.ToArray());

    /// <summary>The target of a symbolic link.</summary>
    public RawName Target => new(_target.ToArray());

    /// <summary>The unix mode with the type, or null.</summary>
    public uint? Mode { get; private set; }

    public uint? Links { get; private set; }

    public uint? UserId { get; private set; }

    public uint? GroupId { get; private set; }

    public uint? DeviceHigh { get; private set; }

    public uint DeviceLow { get; private set; }

    public FileTime? Created { get; private set; }

    public FileTime? Modified { get; private set; }

    public FileTime? Accessed { get; private set; }

    public FileTime? Changed { get; private set; }

    /// <summary>The block of the directory whose place this is, which lies elsewhere; null where it is none.</summary>
    public uint? Child { get; private set; }

    /// <summary>Whether this directory has its place elsewhere.</summary>
    public bool IsRelocated { get; private set; }

    /// <summary>How the content is compressed, or null.</summary>
    public string? Compression { get; private set; }

    /// <summary>Bytes to pass over in every record, where the record of the root directory says that there is Rock Ridge; null else.</summary>
    /// <param name="systemUse">What stands behind the name of the root's own record.</param>
    public static int? SkipOf(ReadOnlySpan<byte> systemUse)
    {
        // CD-ROM XA puts 14 bytes in front.
        foreach (int start in new[] { 0, 14 })
        {
            ReadOnlySpan<byte> field = systemUse.Length >= start + 7 ? systemUse.Slice(start) : default;
            if (field.StartsWith("SP"u8) && field[2] == 7 && field[4] == 0xBE && field[5] == 0xEF)
            {
                return field[6];
            }
        }

        return null;
    }

    /// <summary>Reads the fields.</summary>
    /// <param name="systemUse">What stands behind the name.</param>
    /// <param name="volume">The volume, where they go on.</param>
    /// <param name="blockSize">Bytes of a block.</param>
    /// <exception cref="VmaException">They are damaged.</exception>
    public static RockRidge Read(ReadOnlySpan<byte> systemUse, DiskBytes volume, int blockSize)
    {
        RockRidge facts = new();
        byte[] fields = systemUse.ToArray();
        for (int i = 0; i <= MaxContinuations; i++)
        {
            if (facts.Take(fields) is not { } next)
            {
                return facts;
            }

            if (next.Length > MaxContinuation)
            {
                break;
            }

            fields = volume.Read((next.Block * blockSize) + next.Place, (int)next.Length);
        }

        throw IsoErrors.Damaged("What Rock Ridge says of the entry goes on without an end.");
    }

    /// <summary>Takes a row of fields; gives where they go on.</summary>
    private (long Block, long Place, long Length)? Take(ReadOnlySpan<byte> fields)
    {
        (long Block, long Place, long Length)? next = null;
        while (fields.Length >= FieldHeader && fields[2] >= FieldHeader && fields[2] <= fields.Length)
        {
            ReadOnlySpan<byte> field = fields.Slice(0, fields[2]);
            fields = fields.Slice(field.Length);
            if (field.StartsWith("ST"u8))
            {
                break;
            }

            if (field.StartsWith("CE"u8) && field.Length >= 28)
            {
                next = (LittleEndian.U32(field, 4), LittleEndian.U32(field, 12), LittleEndian.U32(field, 20));
            }
            else
            {
                TakeFact(field);
            }
        }

        return next;
    }

    private void TakeFact(ReadOnlySpan<byte> field)
    {
        if (field.StartsWith("PX"u8) && field.Length >= 36)
        {
            Mode = LittleEndian.U32(field, 4);
            Links = LittleEndian.U32(field, 12);
            UserId = LittleEndian.U32(field, 20);
            GroupId = LittleEndian.U32(field, 28);
        }
        else if (field.StartsWith("PN"u8) && field.Length >= 20)
        {
            DeviceHigh = LittleEndian.U32(field, 4);
            DeviceLow = LittleEndian.U32(field, 12);
        }
        else if (field.StartsWith("TF"u8) && field.Length >= 5)
        {
            TakeTimes(field);
        }
        else if (field.StartsWith("NM"u8) && field.Length >= 5)
        {
            // Whoever calls himself or the one above has no name of his own here.
            Append(_name, (field[4] & 6) == 0 ? field.Slice(5) : default, MaxName);
        }
        else if (field.StartsWith("SL"u8) && field.Length >= 5)
        {
            TakeTarget(field.Slice(5));
        }
        else if (field.StartsWith("CL"u8) && field.Length >= 12)
        {
            Child = LittleEndian.U32(field, 4);
        }
        else if (field.StartsWith("ZF"u8) && field.Length >= 16)
        {
            Compression = "zisofs";
        }
        else if (field.StartsWith("SF"u8))
        {
            Compression = "the sparse form of Rock Ridge";
        }
        else
        {
            IsRelocated |= field.StartsWith("RE"u8);
        }
    }

    private void TakeTimes(ReadOnlySpan<byte> field)
    {
        const int LongForm = 0x80;
        int size = (field[4] & LongForm) != 0 ? IsoTimes.LongSize : IsoTimes.ShortSize;
        int at = 5;
        for (int which = 0; which < 7 && at + size <= field.Length; which++)
        {
            if ((field[4] & (1 << which)) == 0)
            {
                continue;
            }

            ReadOnlySpan<byte> stored = field.Slice(at, size);
            FileTime? time = size == IsoTimes.LongSize ? IsoTimes.Long(stored) : IsoTimes.Short(stored);
            at += size;
            switch (which)
            {
                case 0:
                    Created = time;
                    break;
                case 1:
                    Modified = time;
                    break;
                case 2:
                    Accessed = time;
                    break;
                case 3:
                    Changed = time;
                    break;
            }
        }
    }

    // Parts: 0 flags (1 goes on in the next part, 2 ".", 4 "..", 8 "/")   1 length   2 text
    private void TakeTarget(ReadOnlySpan<byte> parts)
    {
        while (parts.Length >= 2 && parts.Length >= 2 + parts[1])
        {
            ReadOnlySpan<byte> text = (parts[0] & 0xE) switch
            {
                2 => "."u8,
                4 => ".."u8,
                8 => "/"u8,
                _ => parts.Slice(2, parts[1]),
            };
            bool needsSlash = _target.Count > 0 && !_targetGoesOn && !(_target.Count == 1 && _target[0] == '/');
            Append(_target, needsSlash ? "/"u8 : default, MaxTarget);
            Append(_target, text, MaxTarget);
            _targetGoesOn = (parts[0] & 1) != 0;
            parts = parts.Slice(2 + parts[1]);
        }
    }

    private static void Append(List<byte> all, ReadOnlySpan<byte> bytes, int most)
    {
        if (all.Count + bytes.Length > most)
        {
            throw IsoErrors.Damaged("A name or target of Rock Ridge is longer than any.");
        }

        foreach (byte value in bytes)
        {
            all.Add(value);
        }
    }
}
