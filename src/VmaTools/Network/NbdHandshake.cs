using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace VmaTools.Network;

/// <summary>The haggling before data flows: fixed newstyle.</summary>
internal sealed class NbdHandshake
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly NbdChannel _channel;
    private readonly IReadOnlyList<VmaNbdExport> _exports;
    private readonly MessageBuffer _message = new((2 * NbdProtocol.MaxNameLength) + 1024);
    private bool _omitsPadding;
    private VmaNbdExport? _contextExport;

    public NbdHandshake(NbdChannel channel, IReadOnlyList<VmaNbdExport> exports)
    {
        _channel = channel;
        _exports = exports;
    }

    /// <summary>Whether the client takes replies in chunks.</summary>
    public bool HasStructuredReplies { get; private set; }

    /// <summary>Whether the client asks where holes are.</summary>
    public bool HasBlockStatus { get; private set; }

    /// <summary>Answers options until the client chose an export; null where it left, or made no sense.</summary>
    public NbdContent? Run()
    {
        _message.U64(NbdProtocol.Magic);
        _message.U64(NbdProtocol.OptionMagic);
        _message.U16(NbdProtocol.FixedNewstyle | NbdProtocol.NoZeroes);
        Send();
        uint clientFlags = _channel.ReadUInt32();
        if ((clientFlags & ~(uint)(NbdProtocol.FixedNewstyle | NbdProtocol.NoZeroes)) != 0)
        {
            return null;
        }

        _omitsPadding = (clientFlags & NbdProtocol.NoZeroes) != 0;
        while (_channel.ReadUInt64() == NbdProtocol.OptionMagic)
        {
            uint option = _channel.ReadUInt32();
            uint length = _channel.ReadUInt32();
            if (length > NbdProtocol.MaxOptionLength)
            {
                if (length > NbdProtocol.MaxRequestLength || option == NbdOption.ExportName)
                {
                    return null;
                }

                _channel.Skip(length);
                Reply(option, NbdOptionReply.TooBig, "The option is too long.");
                continue;
            }

            byte[] data = new byte[length];
            _channel.Read(data);
            switch (option)
            {
                case NbdOption.ExportName:
                    return EnterByName(data);
                case NbdOption.Go:
                    if (Describe(option, data) is { } content)
                    {
                        return content;
                    }

                    break;
                case NbdOption.Abort:
                    Reply(option, NbdOptionReply.Acknowledged);
                    return null;
                default:
                    Answer(option, data);
                    break;
            }
        }

        return null;
    }

    private void Answer(uint option, byte[] data)
    {
        switch (option)
        {
            case NbdOption.List when data.Length == 0:
                List();
                break;
            case NbdOption.Info:
                Describe(option, data);
                break;
            case NbdOption.StructuredReply when data.Length == 0:
                HasStructuredReplies = true;
                Reply(option, NbdOptionReply.Acknowledged);
                break;
            case NbdOption.ListMetaContext or NbdOption.SetMetaContext:
                Contexts(option, data);
                break;
            case NbdOption.StartTls when data.Length == 0:
                Reply(option, NbdOptionReply.Unsupported, "This server has no TLS; tunnel the connection instead.");
                break;
            case NbdOption.List or NbdOption.StructuredReply or NbdOption.StartTls:
                Reply(option, NbdOptionReply.Invalid, "The option takes no data.");
                break;
            default:
                Reply(option, NbdOptionReply.Unsupported, "The option is not known.");
                break;
        }
    }

    /// <summary>The old way: there is no answer for a name that is not known but to hang up.</summary>
    private NbdContent? EnterByName(byte[] data)
    {
        if (Find(data) is not { } export || TryOpen(export, out _) is not { } content)
        {
            return null;
        }

        HasBlockStatus &= _contextExport == export;
        _message.U64((ulong)export.Size);
        _message.U16(TransmissionFlags);
        if (!_omitsPadding)
        {
            _message.Zeros(NbdProtocol.ExportNamePadding);
        }

        Send();
        return content;
    }

    private void List()
    {
        foreach (VmaNbdExport export in _exports)
        {
            BeginReply(NbdOption.List, NbdOptionReply.Server);
            _message.U32((uint)Encoding.UTF8.GetByteCount(export.Name));
            _message.Text(export.Name);
            _message.Text(export.Description);
            EndReply();
        }

        Reply(NbdOption.List, NbdOptionReply.Acknowledged);
    }

    /// <summary>INFO and GO: they differ only in what comes next.</summary>
    private NbdContent? Describe(uint option, byte[] data)
    {
        ReadOnlySpan<byte> rest = data;
        if (!TryTakeText(ref rest, out ReadOnlySpan<byte> name)
            || rest.Length < sizeof(ushort)
            || rest.Length != sizeof(ushort) * (1 + BinaryPrimitives.ReadUInt16BigEndian(rest)))
        {
            Reply(option, NbdOptionReply.Invalid, "The option's lengths contradict each other.");
            return null;
        }

        if (Find(name) is not { } export)
        {
            Reply(option, NbdOptionReply.UnknownExport, "There is no export of that name.");
            return null;
        }

        NbdContent? content = TryOpen(export, out string? whyNot);
        if (content is null)
        {
            Reply(option, NbdOptionReply.UnknownExport, whyNot!);
            return null;
        }

        List<ushort> wanted = [];
        for (int at = sizeof(ushort); at < rest.Length; at += sizeof(ushort))
        {
            wanted.Add(BinaryPrimitives.ReadUInt16BigEndian(rest.Slice(at)));
        }

        SendInfo(option, export, wanted);
        Reply(option, NbdOptionReply.Acknowledged);
        if (option == NbdOption.Go)
        {
            HasBlockStatus &= _contextExport == export;
            return content;
        }

        content.Dispose();
        return null;
    }

    private void SendInfo(uint option, VmaNbdExport export, List<ushort> wanted)
    {
        BeginReply(option, NbdOptionReply.Info);
        _message.U16(NbdInfo.Export);
        _message.U64((ulong)export.Size);
        _message.U16(TransmissionFlags);
        EndReply();

        BeginReply(option, NbdOptionReply.Info);
        _message.U16(NbdInfo.BlockSize);
        _message.U32(1);
        _message.U32(NbdProtocol.PreferredBlockSize);
        _message.U32(NbdProtocol.MaxRequestLength);
        EndReply();

        foreach ((ushort kind, string text) in new[] { (NbdInfo.Name, export.Name), (NbdInfo.Description, export.Description) })
        {
            if (wanted.Contains(kind))
            {
                BeginReply(option, NbdOptionReply.Info);
                _message.U16(kind);
                _message.Text(text);
                EndReply();
            }
        }
    }

    /// <summary>Which of the client's queries ask for <c>base:allocation</c>, the one thing known of blocks.</summary>
    private void Contexts(uint option, byte[] data)
    {
        bool isSet = option == NbdOption.SetMetaContext;
        if (isSet)
        {
            HasBlockStatus = false;
        }

        ReadOnlySpan<byte> rest = data;
        if (!TryTakeText(ref rest, out ReadOnlySpan<byte> name) || !TryReadQueries(rest, out List<string> queries))
        {
            Reply(option, NbdOptionReply.Invalid, "The option's lengths contradict each other.");
            return;
        }

        if (!HasStructuredReplies)
        {
            Reply(option, NbdOptionReply.Invalid, "Structured replies come first.");
            return;
        }

        if (Find(name) is not { } export)
        {
            Reply(option, NbdOptionReply.UnknownExport, "There is no export of that name.");
            return;
        }

        bool isMatch = queries.Contains(NbdProtocol.BaseAllocation)
            || (!isSet && (queries.Count == 0 || queries.Contains("base:")));
        if (isMatch)
        {
            BeginReply(option, NbdOptionReply.MetaContext);
            _message.U32(isSet ? NbdProtocol.BaseAllocationId : 0);
            _message.Text(NbdProtocol.BaseAllocation);
            EndReply();
        }

        if (isSet)
        {
            HasBlockStatus = isMatch;
            _contextExport = export;
        }

        Reply(option, NbdOptionReply.Acknowledged);
    }

    private static bool TryReadQueries(ReadOnlySpan<byte> rest, out List<string> queries)
    {
        queries = [];
        if (rest.Length < sizeof(uint))
        {
            return false;
        }

        uint count = BinaryPrimitives.ReadUInt32BigEndian(rest);
        rest = rest.Slice(sizeof(uint));
        for (uint i = 0; i < count; i++)
        {
            if (!TryTakeText(ref rest, out ReadOnlySpan<byte> query))
            {
                return false;
            }

            queries.Add(Encoding.UTF8.GetString(query.ToArray()));
        }

        return rest.IsEmpty;
    }

    /// <summary>Takes a text that its length precedes.</summary>
    private static bool TryTakeText(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (rest.Length < sizeof(uint))
        {
            return false;
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
        if (length > NbdProtocol.MaxNameLength || length > rest.Length - sizeof(uint))
        {
            return false;
        }

        text = rest.Slice(sizeof(uint), (int)length);
        rest = rest.Slice(sizeof(uint) + (int)length);
        return true;
    }

    /// <summary>The export of a name. The empty one stands for the device where there is but one, and for what is offered alone.</summary>
    private VmaNbdExport? Find(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty)
        {
            VmaNbdExport[] devices = [.. _exports.Where(static e => e.Partition is null && e.Volume is null)];
            return devices.Length == 1 ? devices[0] : _exports.Count == 1 ? _exports[0] : null;
        }

        try
        {
            string text = StrictUtf8.GetString(name.ToArray());
            return _exports.FirstOrDefault(e => e.Name == text);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static NbdContent? TryOpen(VmaNbdExport export, out string? whyNot)
    {
        try
        {
            whyNot = null;
            return export.Open();
        }
        catch (Exception exception) when (NbdConnection.IsSourceError(exception))
        {
            whyNot = NbdConnection.Explain(exception);
            return null;
        }
    }

    private ushort TransmissionFlags => (ushort)(NbdTransmissionFlags.HasFlags
        | NbdTransmissionFlags.ReadOnly
        | NbdTransmissionFlags.SendFlush
        | NbdTransmissionFlags.CanMultiConnect
        | (HasStructuredReplies ? NbdTransmissionFlags.SendDontFragment : 0));

    private void Reply(uint option, uint type, string text = "")
    {
        BeginReply(option, type);
        _message.Text(text);
        EndReply();
    }

    private void BeginReply(uint option, uint type)
    {
        _message.U64(NbdProtocol.OptionReplyMagic);
        _message.U32(option);
        _message.U32(type);
        _message.U32(0);
    }

    private void EndReply()
    {
        const int headerSize = 20;
        _message.SetU32(headerSize - sizeof(uint), (uint)(_message.Length - headerSize));
        Send();
    }

    private void Send()
    {
        _channel.Write(_message.Bytes, _message.Length);
        _message.Clear();
    }
}
