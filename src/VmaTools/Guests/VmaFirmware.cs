using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.Bytes;
using VmaTools.Guests;
using VmaTools.Guests.Firmware;

namespace VmaTools;

/// <summary>What a device of an archive holds for the guest's firmware: the variables of a UEFI, or the state of a TPM.</summary>
public sealed class VmaFirmware
{
    /// <summary>What <see cref="Kind"/> is of the variables of a UEFI (<c>efidisk0</c>).</summary>
    public const string EfiVariablesKind = "EfiVariables";

    /// <summary>What <see cref="Kind"/> is of the state of a TPM (<c>tpmstate0</c>).</summary>
    public const string TpmStateKind = "TpmState";

    /// <summary>What is expected there is there.</summary>
    public const string Present = "Present";

    /// <summary>Nothing was ever written: the firmware or the TPM begins anew.</summary>
    public const string Blank = "Blank";

    /// <summary>It holds something else, or is damaged.</summary>
    public const string Unknown = "Unknown";

    /// <summary>As much of a disk as variables can be in.</summary>
    private const int MostVariableBytes = 16 << 20;

    private static readonly Guid Global = new("8BE4DF61-93CA-11D2-AA0D-00E098032B8C");
    private static readonly Guid ImageSecurity = new("D719B2CB-3D3A-4596-A3BC-DAD00E67656F");
    private static readonly Guid SecureBootSwitch = new("F0A30BC7-AF08-4556-99C4-001009C93A44");

    private VmaFirmware(VmaDevice device, string kind, string state, string? stateText)
    {
        ArchivePath = device.ArchivePath;
        DeviceId = device.DeviceId;
        Device = device.Name;
        Size = device.Size;
        Kind = kind;
        State = state;
        StateText = stateText;
    }

    /// <summary>Full path of the archive, or null where it came from a stream.</summary>
    public string? ArchivePath { get; }

    /// <summary>Number of the device.</summary>
    public int DeviceId { get; }

    /// <summary>Name of the device.</summary>
    public string Device { get; }

    /// <summary>Bytes of the device.</summary>
    public long Size { get; }

    /// <summary>What it is: <see cref="EfiVariablesKind"/> or <see cref="TpmStateKind"/>.</summary>
    public string Kind { get; }

    /// <summary>What is there: <see cref="Present"/>, <see cref="Blank"/> or <see cref="Unknown"/>.</summary>
    public string State { get; }

    /// <summary>A sentence about <see cref="State"/>, or null.</summary>
    public string? StateText { get; }

    /// <summary>
    /// Whether the firmware starts signed systems only: keys are enrolled, and it is not switched off. Null where there are no variables,
    /// or where damage hides those that would tell.
    /// </summary>
    public bool? IsSecureBoot { get; private init; }

    /// <summary>The platform key (PK), by its subject. Without one the firmware is in setup mode and checks nothing.</summary>
    public IReadOnlyList<string> PlatformKeys { get; private init; } = ReadableList<string>.None;

    /// <summary>The keys that may change what is allowed (KEK), by their subjects.</summary>
    public IReadOnlyList<string> ExchangeKeys { get; private init; } = ReadableList<string>.None;

    /// <summary>What is allowed to start (db): subjects of certificates, or digests.</summary>
    public IReadOnlyList<string> AllowedSignatures { get; private init; } = ReadableList<string>.None;

    /// <summary>How many signatures are forbidden (dbx).</summary>
    public int ForbiddenCount { get; private init; }

    /// <summary>The entries in the order the firmware tries them in.</summary>
    public IReadOnlyList<string> BootOrder { get; private init; } = ReadableList<string>.None;

    /// <summary>What the firmware can start.</summary>
    public IReadOnlyList<VmaBootEntry> BootEntries { get; private init; } = ReadableList<VmaBootEntry>.None;

    /// <summary>The names of all variables.</summary>
    public IReadOnlyList<string> Variables { get; private init; } = ReadableList<string>.None;

    /// <summary>The version of the TPM, such as <c>2.0</c>; null where it is none, or its state does not tell.</summary>
    public string? TpmVersion { get; private init; }

    /// <summary>Bytes of the TPM's state; null where it is none.</summary>
    public long? TpmStateBytes { get; private init; }

    /// <summary>Whether the TPM's state is encrypted with a key of the host; null where it is none.</summary>
    public bool? IsTpmStateEncrypted { get; private init; }

    /// <summary>Reads what an archive holds for firmware: the devices that the VM's configuration, or their names, tell to be such.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="progress">Hears how far building the map or the index has come, where that must be done first.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="VmaException">The archive cannot be read at any offset, or has changed, or the devices are damaged.</exception>
    /// <exception cref="IOException">The archive cannot be read.</exception>
    public static IReadOnlyList<VmaFirmware> Read(VmaArchive archive, IProgress<VmaProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (archive is null)
        {
            throw new ArgumentNullException(nameof(archive));
        }

        IReadOnlyList<VmaVMDisk> disks = VmaVM.From(archive)?.Disks ?? [];
        List<VmaFirmware> found = [];
        foreach (VmaDevice device in archive.Devices)
        {
            string? bus = disks.FirstOrDefault(d => d.DeviceId == device.DeviceId)?.Bus;
            if (bus == "efidisk" || (bus is null && device.Name.StartsWith("drive-efidisk", StringComparison.Ordinal)))
            {
                found.Add(OfVariables(device, Start(device, MostVariableBytes, progress, cancellationToken)));
            }
            else if (bus == "tpmstate" || (bus is null && device.Name.StartsWith("drive-tpmstate", StringComparison.Ordinal)))
            {
                found.Add(OfTpm(device, Start(device, TpmStateFile.MostRead, progress, cancellationToken)));
            }
        }

        return found;
    }

    /// <summary>The kind, the device and the state.</summary>
    public override string ToString() => $"{nameof(VmaFirmware)}: {Kind} {Printable.Short(Device)} ({State})";

    private static byte[] Start(VmaDevice device, int most, IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[(int)Math.Min(most, device.Size)];
        using Stream stream = device.OpenRead(progress, cancellationToken);
        int total = 0;
        while (total < bytes.Length && stream.Read(bytes, total, bytes.Length - total) is > 0 and int read)
        {
            total += read;
        }

        return bytes;
    }

    private static VmaFirmware OfTpm(VmaDevice device, byte[] bytes)
    {
        TpmStateFile? file = TpmStateFile.TryRead(bytes);
        if (file is null || file.Length == 0)
        {
            return IsEmpty(bytes) || file is not null
                ? new VmaFirmware(device, TpmStateKind, Blank, "Nothing was ever written: the TPM begins anew.")
                : new VmaFirmware(device, TpmStateKind, Unknown, "This is no state as swtpm keeps it.");
        }

        return new VmaFirmware(
            device, TpmStateKind, Present, file.IsEncrypted ? "The state is encrypted with a key of the host, and of use only with that." : null)
        {
            TpmVersion = file.Version,
            TpmStateBytes = file.Length,
            IsTpmStateEncrypted = file.IsEncrypted,
        };
    }

    private static VmaFirmware OfVariables(VmaDevice device, byte[] bytes)
    {
        if (EfiVariableStore.TryRead(bytes) is not { } store)
        {
            return IsEmpty(bytes)
                ? new VmaFirmware(device, EfiVariablesKind, Blank, "Nothing was ever written: the firmware begins anew.")
                : new VmaFirmware(device, EfiVariablesKind, Unknown, "This is no store of variables as OVMF keeps it.");
        }

        ReadableList<string> platformKeys = SignaturesOf(store, "PK", Global);

        // Of what is not found where there is damage, nothing is known.
        bool isWhole = store.Damage is null;
        bool? hasKey = platformKeys.Count > 0 ? true : isWhole || store.ValueOf("PK", Global) is not null ? false : null;
        bool? isOn = store.ValueOf("SecureBootEnable", SecureBootSwitch) is { Length: > 0 } value ? value[0] != 0 : isWhole ? true : null;
        return new VmaFirmware(
            device,
            EfiVariablesKind,
            store.Variables.Count > 0 ? Present : isWhole ? Blank : Unknown,
            store.Damage ?? (store.Variables.Count == 0 ? "There are no variables: the firmware begins anew." : null))
        {
            IsSecureBoot = hasKey & isOn,
            PlatformKeys = platformKeys,
            ExchangeKeys = SignaturesOf(store, "KEK", Global),
            AllowedSignatures = SignaturesOf(store, "db", ImageSecurity),
            ForbiddenCount = SignaturesOf(store, "dbx", ImageSecurity).Count,
            BootOrder = ReadableList<string>.Of(OrderOf(store.ValueOf("BootOrder", Global) ?? [])),
            BootEntries = ReadableList<VmaBootEntry>.Of(store.Variables.Where(IsBootEntry).Select(EntryOf).OfType<VmaBootEntry>().OrderBy(static e => e.Id, StringComparer.Ordinal)),
            Variables = ReadableList<string>.Of(store.Variables.Select(static v => v.Name)),
        };
    }

    private static ReadableList<string> SignaturesOf(EfiVariableStore store, string name, Guid vendor) => ReadableList<string>.Of(EfiSignatures.Read(store.ValueOf(name, vendor)));

    private static string[] OrderOf(byte[] value)
    {
        string[] order = new string[value.Length / 2];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = "Boot" + LittleEndian.U16(value, 2 * i).ToString("X4", CultureInfo.InvariantCulture);
        }

        return order;
    }

    private static bool IsBootEntry(EfiVariable variable) =>
        variable.Vendor == Global && variable.Name.Length == 8 && variable.Name.StartsWith("Boot", StringComparison.Ordinal)
        && ushort.TryParse(variable.Name.Substring(4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);

    /// <summary>Reads an entry: attributes 4, bytes of the path 2, description in UTF-16 up to a zero, path, data for what is started.</summary>
    private static VmaBootEntry? EntryOf(EfiVariable variable)
    {
        const int Start = 6;
        ReadOnlySpan<byte> data = variable.Data;
        int end = Start;
        while (end + 1 < data.Length && (data[end] | data[end + 1]) != 0)
        {
            end += 2;
        }

        if (end + 1 >= data.Length)
        {
            return null;
        }

        string description = System.Text.Encoding.Unicode.GetString(data.Slice(Start, end - Start).ToArray());
        ReadOnlySpan<byte> path = data.Slice(end + 2);
        path = path.Slice(0, Math.Min(path.Length, LittleEndian.U16(data, 4)));
        return new VmaBootEntry(variable.Name, description, (data[0] & 1) != 0, EfiDevicePath.Read(path));
    }

    private static bool IsEmpty(byte[] bytes) => Array.TrueForAll(bytes, static b => b == 0) || Array.TrueForAll(bytes, static b => b == 0xFF);
}
