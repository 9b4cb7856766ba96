

namespace VmaTools.Network;

/// <summary>
/// The numbers of the NBD protocol. All integers on the wire are big-endian.
/// <code>
/// greeting      NBDMAGIC  IHAVEOPT  u16 flags            client: u32 flags
/// option        IHAVEOPT  u32 option  u32 length  data
/// option reply  u64 magic  u32 option  u32 type  u32 length  data
/// request       u32 magic  u16 flags  u16 type  u64 cookie  u64 offset  u32 length
/// simple reply  u32 magic  u32 error  u64 cookie  data
/// chunk         u32 magic  u16 flags  u16 type  u64 cookie  u32 length  payload
/// </code>
/// </summary>
internal static class NbdProtocol
{
    public const ulong Magic = 0x4e42444d41474943;
    public const ulong OptionMagic = 0x49484156454f5054;
    public const ulong OptionReplyMagic = 0x0003e889045565a9;
    public const uint RequestMagic = 0x25609513;
    public const uint SimpleReplyMagic = 0x67446698;
    public const uint ChunkMagic = 0x668e33ef;

    public const int RequestSize = 28;
    public const int ChunkHeaderSize = 20;

    /// <summary>Zeros that follow the answer to <see cref="NbdOption.ExportName"/>, unless the client declined them.</summary>
    public const int ExportNamePadding = 124;

    public const ushort FixedNewstyle = 1;
    public const ushort NoZeroes = 2;

    /// <summary>Names longer than that are not allowed.</summary>
    public const int MaxNameLength = 4096;

    /// <summary>Options longer than that are refused: the longest sensible one is a name and a few queries.</summary>
    public const int MaxOptionLength = 64 << 10;

    /// <summary>Requests for more than that are refused; it is also as much unwanted data as is read and thrown away.</summary>
    public const int MaxRequestLength = 32 << 20;

    public const uint PreferredBlockSize = 4096;
    public const string BaseAllocation = "base:allocation";
    public const uint BaseAllocationId = 1;
}

internal static class NbdTransmissionFlags
{
    public const ushort HasFlags = 1;
    public const ushort ReadOnly = 1 << 1;
    public const ushort SendFlush = 1 << 2;
    public const ushort SendDontFragment = 1 << 7;
    public const ushort CanMultiConnect = 1 << 8;
}

internal static class NbdOption
{
    public const uint ExportName = 1;
    public const uint Abort = 2;
    public const uint List = 3;
    public const uint StartTls = 5;
    public const uint Info = 6;
    public const uint Go = 7;
    public const uint StructuredReply = 8;
    public const uint ListMetaContext = 9;
    public const uint SetMetaContext = 10;
}

internal static class NbdOptionReply
{
    public const uint Acknowledged = 1;
    public const uint Server = 2;
    public const uint Info = 3;
    public const uint MetaContext = 4;
    public const uint Unsupported = 0x80000001;
    public const uint Invalid = 0x80000003;
    public const uint UnknownExport = 0x80000006;
    public const uint TooBig = 0x80000009;
}

internal static class NbdInfo
{
    public const ushort Export = 0;
    public const ushort Name = 1;
    public const ushort Description = 2;
    public const ushort BlockSize = 3;
}

internal static class NbdCommand
{
    public const ushort Read = 0;
    public const ushort Write = 1;
    public const ushort Disconnect = 2;
    public const ushort Flush = 3;
    public const ushort Trim = 4;
    public const ushort WriteZeroes = 6;
    public const ushort BlockStatus = 7;

    public const ushort FlagForceUnitAccess = 1;
    public const ushort FlagDontFragment = 1 << 2;
    public const ushort FlagOneExtent = 1 << 3;
}

internal static class NbdChunk
{
    public const ushort FlagDone = 1;
    public const ushort None = 0;
    public const ushort OffsetData = 1;
    public const ushort OffsetHole = 2;
    public const ushort BlockStatus = 5;
    public const ushort Error = 0x8001;
    public const ushort ErrorOffset = 0x8002;
}

internal static class NbdError
{
    public const uint None = 0;
    public const uint NotPermitted = 1;
    public const uint InputOutput = 5;
    public const uint Invalid = 22;
    public const uint Overflow = 75;
}

internal static class NbdState
{
    public const uint Data = 0;
    public const uint HoleOfZeros = 3;
}
