using System;
using System.Buffers.Binary;
using VmaTools.Bytes;

namespace VmaTools.Guests.Firmware;

/// <summary>The state of a TPM as swtpm keeps it on a disk.</summary>
/// <remarks><code>
/// 8   "nilmptws"; version 1, padding 1, bytes of this header 2
/// 180 15 states, each with its offset, bytes in use and bytes set aside (4 each); the first is what lasts
/// ... a state, numbers of which the highest byte is first: version 1, least version 1, bytes of this header 2, flags 2
///     (the lowest bit: encrypted), bytes in all 4; then the kind 2 and length 4 of what follows: of a TPM 2.0 version 2, 0xAB364723 4
/// </code></remarks>
/// <param name="Length">Bytes of the state that lasts; 0 where none was ever written.</param>
/// <param name="IsEncrypted">Whether it is encrypted with a key of the host.</param>
/// <param name="Version">The version of the TPM, such as <c>2.0</c>; null where the state does not tell.</param>
internal sealed record TpmStateFile(long Length, bool IsEncrypted, string? Version)
{
    /// <summary>As much of a disk as has to be read.</summary>
    public const int MostRead = 64 << 10;

    /// <summary>Reads the start of a disk; null where there is no such state.</summary>
    public static TpmStateFile? TryRead(ReadOnlySpan<byte> disk)
    {
        const int HeaderSize = 192;
        const int StateHeaderSize = 10;
        const int MagicAt = StateHeaderSize + 8;
        if (disk.Length < HeaderSize || !disk.StartsWith("nilmptws"u8))
        {
            return null;
        }

        long offset = LittleEndian.U32(disk, 12);
        long length = LittleEndian.U32(disk, 16);
        if (length == 0 || offset > disk.Length - MagicAt - 4)
        {
            return new TpmStateFile(length, IsEncrypted: false, Version: null);
        }

        ReadOnlySpan<byte> state = disk.Slice((int)offset);
        bool isEncrypted = (BinaryPrimitives.ReadUInt16BigEndian(state.Slice(4)) & 1) != 0;
        uint magic = BinaryPrimitives.ReadUInt32BigEndian(state.Slice(MagicAt));
        return new TpmStateFile(length, isEncrypted, !isEncrypted && magic == 0xAB36_4723 ? "2.0" : null);
    }
}
