using System;
using VmaTools.Bytes;
using VmaTools.Disks.Partitions;

namespace VmaTools.Disks.Volumes.BitLocker;

/// <summary>
/// A startup key (.BEK): 0 size u32   4 version u32   16 id of the master key that it opens   48 an entry: 0 id   16 time   24 entries, among
/// them the key
/// </summary>
internal static class StartupKeyFile
{
    private const int HeadSize = 48;
    private const int EntryHeadSize = 24;

    /// <summary>The key, which is a part of the file's bytes; null where the file is none, or for another master key.</summary>
    public static ReadOnlyMemory<byte>? Find(byte[] file, Guid masterKey)
    {
        if (file.Length < HeadSize || LittleEndian.U32(file, 0) != file.Length || LittleEndian.U32(file, 4) != 1 || FieldText.MixedGuid(file.AsSpan(16)) != masterKey)
        {
            return null;
        }

        FveEntry? external = FveEntry.ReadAll(file.AsMemory(HeadSize)).Find(static e =>
            e is { Type: FveEntry.StartupKey, ValueType: FveEntry.ValueExternalKey, Value.Length: > EntryHeadSize });
        FveEntry? key = external is null
            ? null
            : FveEntry.ReadAll(external.Value.Slice(EntryHeadSize)).Find(static e => e.ValueType == FveEntry.ValueKey && e.Value.Length == 4 + BitLockerVolume.MasterKeySize);
        return key?.Value.Slice(4);
    }
}
