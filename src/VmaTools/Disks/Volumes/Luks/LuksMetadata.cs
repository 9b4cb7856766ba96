using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using VmaTools.Disks.Volumes.Locks;
using VmaTools.Files;

namespace VmaTools.Disks.Volumes.Luks;

/// <summary>What the JSON in a header of LUKS2 says: slots, digests, segments, tokens.</summary>
internal static class LuksMetadata
{
    // What cryptsetup allows at the most, and twice what it makes itself on the fastest machines.
    private const long MaxMemoryKiB = 4L << 20;
    private const long MaxMemoryPasses = 64L << 20;
    private const int MaxLanes = 64;
    private const int MaxItems = 64;

    /// <exception cref="VmaFileSystemException">It is damaged.</exception>
    public static LuksVolume Read(DiskBytes disk, JsonObject json, string? uuid, string? label)
    {
        try
        {
            return ReadAll(disk, json, uuid, label);
        }
        catch (FormatException exception)
        {
            throw LuksHeader2.Damaged(exception.Message.TrimEnd('.'));
        }
    }

    private static LuksVolume ReadAll(DiskBytes disk, JsonObject json, string? uuid, string? label)
    {
        JsonObject slotList = json.Object("keyslots");
        JsonObject segmentList = json.Object("segments");
        JsonObject digestList = json.Object("digests");
        if (slotList.Count > MaxItems || segmentList.Count > MaxItems || digestList.Count > MaxItems)
        {
            throw new FormatException("It has too many slots, segments or digests.");
        }

        // The digest of the content tells which slots hold its key; others may hold keys of old content.
        (string segmentId, JsonObject segmentFields) = segmentList.Select(static s => (s.Key, Value: s.Value as JsonObject))
            .FirstOrDefault(static s => s.Value?.Get<string>("type") == "crypt") is (string id, JsonObject fields)
            ? (id, fields)
            : (string.Empty, []);
        VmaFileSystemException? refusal = RefusalOf(json, segmentList, segmentFields);
        LuksSegment? segment = segmentFields.Count == 0 ? null : ReadSegment(segmentFields);
        JsonObject? digestFields = digestList.Select(static d => d.Value as JsonObject)
            .FirstOrDefault(d => d?.Get<List<object?>>("segments")?.Contains(segmentId) == true);
        LuksDigest? digest = null;
        if (refusal is null)
        {
            digest = ReadDigest(digestFields ?? throw new FormatException("No digest belongs to the content."), out refusal);
        }

        Dictionary<string, string> tokens = Tokens(json);
        List<LuksKeySlot> slots = [];
        List<VolumeKeyProtector> protectors = [];
        foreach (KeyValuePair<string, object?> item in slotList)
        {
            if (item.Value is not JsonObject fieldsOfSlot || fieldsOfSlot.Get<string>("type") != "luks2" || !IsNumber(item.Key, out int number))
            {
                continue;
            }

            if (digestFields is not null && digestFields.Get<List<object?>>("keyslots")?.Contains(item.Key) != true)
            {
                continue;
            }

            LuksKeySlot slot = ReadSlot(number, fieldsOfSlot, digest);
            slots.Add(slot);
            protectors.Add(ProtectorOf(slot, tokens.TryGetValue(item.Key, out string? token) ? token : null));
        }

        int keySize = slots.Count == 0 ? 0 : slots[0].KeySize;
        if (segment is not null && slots.Count > 0)
        {
            refusal ??= LuksVolume.RefusalOf(disk, segment, keySize);
        }

        VolumeLock facts = new("LUKS2", segment is null ? "unknown" : $"{Printable.Short(segment.Cipher)}, {keySize * 8} bits", uuid, label, protectors);
        return new LuksVolume(disk, facts, slots.OrderByDescending(static s => s.Priority).ToArray(), segment, refusal);
    }

    /// <summary>Why the content is not read here, or null.</summary>
    private static VmaFileSystemException? RefusalOf(JsonObject json, JsonObject segments, JsonObject crypt)
    {
        string[] requirements = json.Get<JsonObject>("config")?.Get<JsonObject>("requirements")?.Get<List<object?>>("mandatory")?.OfType<string>().ToArray() ?? [];
        string? why = requirements.Any(static r => r.StartsWith("online-reencrypt", StringComparison.Ordinal) || r == "offline-reencrypt")
            ? "is in the middle of being encrypted anew"
            : requirements.Length > 0 ? $"needs {Printable.Short(requirements[0])}, which is not known"
            : crypt.Count == 0 ? $"has no content of a kind that is read ({Printable.Short(KindOf(segments))})"
            : segments.Count > 1 ? "has content in several segments, as where it is being encrypted anew"
            : crypt.Exists(static m => m.Key == "integrity") ? "has dm-integrity below, which is not read"
            : null;
        return why is null ? null : new VmaFileSystemException(VmaCodes.VolumeNotSupported, $"The volume is encrypted with LUKS2 and {why}.");
    }

    private static string KindOf(JsonObject segments) => segments.Count == 0 ? "none" : (segments[0].Value as JsonObject)?.Get<string>("type") ?? "unknown";

    private static LuksSegment ReadSegment(JsonObject fields)
    {
        long size = fields.Number("sector_size");
        return size is 512 or 1024 or 2048 or 4096
            ? new LuksSegment(
                fields.Big("offset"),
                fields.Text("size") == "dynamic" ? null : fields.Big("size"),
                fields.Text("encryption"),
                (int)size,
                (ulong)fields.Big("iv_tweak"))
            : throw new FormatException($"A sector has {size} bytes.");
    }

    private static LuksDigest? ReadDigest(JsonObject fields, out VmaFileSystemException? refusal)
    {
        string type = fields.Text("type");
        string hashName = type == "pbkdf2" ? fields.Text("hash") : type;
        long iterations = type == "pbkdf2" ? fields.Number("iterations") : 1;
        KeyHash? hash = KeyHash.Find(hashName);
        refusal = hash is null
            ? new VmaFileSystemException(VmaCodes.VolumeNotSupported, $"Its key is checked by {Printable.Short(hashName)}, which is not read here.")
            : LuksHeader2.CostOf("its digest", iterations);
        if (refusal is not null)
        {
            return null;
        }

        LuksDigest digest = new(hash!, (int)iterations, fields.Bytes("salt"), fields.Bytes("digest"));
        return digest.Value.Length is >= 16 and <= 64 && iterations > 0 ? digest : throw new FormatException("The digest of its key makes no sense.");
    }

    private static LuksKeySlot ReadSlot(int number, JsonObject fields, LuksDigest? digest)
    {
        JsonObject kdf = fields.Object("kdf");
        JsonObject split = fields.Object("af");
        JsonObject area = fields.Object("area");
        string type = kdf.Text("type");
        string splitHash = split.Text("hash");
        string areaCipher = area.Text("encryption");
        long keySize = fields.Number("key_size");
        long areaKeySize = area.Number("key_size");
        if (keySize is 0 or > LuksHeader2.MaxKeySize || areaKeySize is 0 or > LuksHeader2.MaxKeySize || split.Number("stripes") != LuksKeySlot.Stripes
            || area.Big("size") < keySize * LuksKeySlot.Stripes)
        {
            throw new FormatException($"The key of slot {number} makes no sense.");
        }

        LuksKeySlot slot = new(number, type)
        {
            Salt = kdf.Bytes("salt"),
            KeySize = (int)keySize,
            SplitHash = KeyHash.Find(splitHash),
            AreaOffset = area.Big("offset"),
            AreaCipher = areaCipher,
            AreaKeySize = (int)areaKeySize,
            Digest = digest,
            Priority = fields.GetNumber("priority") is long priority and >= 0 and <= 2 ? (int)priority : 1,
        };
        string? unknown = slot.SplitHash is null ? splitHash
            : LuksCipher.Refusal(areaCipher, slot.AreaKeySize, 0) is not null ? areaCipher
            : null;
        if (unknown is not null)
        {
            return slot with { Refusal = Unknown(number, unknown) };
        }

        return type switch
        {
            "pbkdf2" => WithPbkdf2(slot, kdf),
            "argon2i" or "argon2id" => WithArgon2(slot, kdf, type),
            _ => slot with { Refusal = Unknown(number, type) },
        };
    }

    private static LuksKeySlot WithPbkdf2(LuksKeySlot slot, JsonObject kdf)
    {
        string name = kdf.Text("hash");
        long iterations = kdf.Number("iterations");
        return slot with
        {
            Detail = string.Format(CultureInfo.InvariantCulture, "pbkdf2-{0}, {1} iterations", Printable.Short(name), iterations),
            Hash = KeyHash.Find(name),
            Iterations = (int)Math.Min(iterations, int.MaxValue),
            Refusal = KeyHash.Find(name) is null ? Unknown(slot.Number, name)
                : iterations == 0 ? throw new FormatException($"Slot {slot.Number} has no iterations.")
                : LuksHeader2.CostOf($"slot {slot.Number}", iterations),
        };
    }

    private static LuksKeySlot WithArgon2(LuksKeySlot slot, JsonObject kdf, string type)
    {
        long memory = kdf.Number("memory");
        long passes = kdf.Number("time");
        long lanes = kdf.Number("cpus");
        if (passes == 0 || lanes == 0 || memory < 8 * lanes)
        {
            throw new FormatException($"The cost of slot {slot.Number} makes no sense.");
        }

        bool isAllowed = memory <= MaxMemoryKiB && lanes <= MaxLanes && passes <= MaxMemoryPasses / memory;
        return slot with
        {
            Detail = string.Format(CultureInfo.InvariantCulture, "{0}, {1} passes over {2} KiB", type, passes, memory),
            Argon2 = isAllowed ? new Argon2Work(type, (int)passes, (int)memory, (int)lanes, slot.AreaKeySize) : null,
            Refusal = isAllowed ? null : new VmaFileSystemException(
                VmaCodes.KeyCostTooHigh,
                $"For slot {slot.Number} the header wants {passes} passes of {type} over {memory} KiB in {lanes} lanes; {MaxMemoryKiB} KiB, {MaxLanes} lanes and {MaxMemoryPasses} KiB in all passes are the most that is done."),
        };
    }

    /// <summary>What made the passphrases of slots, where nobody chose them: a TPM, a security key, a server; by slot.</summary>
    private static Dictionary<string, string> Tokens(JsonObject json)
    {
        Dictionary<string, string> tokens = [];
        foreach (JsonObject token in (json.Get<JsonObject>("tokens") ?? []).Take(MaxItems).Select(static t => t.Value).OfType<JsonObject>())
        {
            foreach (string slot in (token.Get<List<object?>>("keyslots") ?? []).OfType<string>())
            {
                tokens[slot] = token.Get<string>("type") ?? "unknown";
            }
        }

        return tokens;
    }

    private static VolumeKeyProtector ProtectorOf(LuksKeySlot slot, string? token)
    {
        string kind = token switch
        {
            null or "luks2-keyring" => VolumeKeyProtector.Passphrase,
            "systemd-recovery" => VolumeKeyProtector.RecoveryKey,
            "systemd-tpm2" => VolumeKeyProtector.Tpm,
            _ => VolumeKeyProtector.Other,
        };
        string id = slot.Number.ToString(CultureInfo.InvariantCulture);
        return new VolumeKeyProtector(kind, id, token is null ? slot.Detail : $"{Printable.Short(token)}, {slot.Detail}");
    }

    private static bool IsNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static VmaFileSystemException Unknown(int slot, string name) =>
        new(VmaCodes.VolumeNotSupported, $"The key in slot {slot} is protected by {Printable.Short(name)}, which is not read here.");
}
