namespace VmaTools;

/// <summary>One thing found wrong or odd with an archive. Scalars only, so that it survives jobs, remoting and JSON.</summary>
public sealed class VmaFinding
{
    /// <summary>A finding.</summary>
    /// <param name="code">One of the constants of <see cref="VmaCodes"/>.</param>
    /// <param name="severity">One of the constants of <see cref="VmaSeverity"/>.</param>
    /// <param name="message">A sentence for people.</param>
    /// <param name="offset">Byte offset within the (decompressed) archive.</param>
    /// <param name="extent">Number of the extent.</param>
    /// <param name="device">Name of the device.</param>
    /// <param name="cluster">Number of the cluster.</param>
    /// <param name="deviceId">Number of the device.</param>
    public VmaFinding(
        string code,
        string severity,
        string message,
        long? offset = null,
        long? extent = null,
        string? device = null,
        long? cluster = null,
        int? deviceId = null)
    {
        Code = code;
        Severity = severity;
        Message = message;
        Offset = offset;
        Extent = extent;
        Device = device;
        Cluster = cluster;
        DeviceId = deviceId;
    }

    /// <summary>What is wrong: one of the constants of <see cref="VmaCodes"/>.</summary>
    public string Code { get; }

    /// <summary>One of the constants of <see cref="VmaSeverity"/>.</summary>
    public string Severity { get; }

    /// <summary>What is wrong, in a sentence for people.</summary>
    public string Message { get; }

    /// <summary>Byte offset within the (decompressed) archive, or null where none applies.</summary>
    public long? Offset { get; }

    /// <summary>Number of the extent concerned, counted from 0, or null.</summary>
    public long? Extent { get; }

    /// <summary>Name of the device concerned, or null.</summary>
    public string? Device { get; }

    /// <summary>Number of the device concerned, or null. It tells devices of the same name apart.</summary>
    public int? DeviceId { get; }

    /// <summary>Number of the cluster concerned (the first of several), or null.</summary>
    public long? Cluster { get; }

    /// <summary>True for a finding that makes an archive invalid.</summary>
    internal bool IsError => Severity == VmaSeverity.Error;

    /// <summary>Severity, code and message in one line.</summary>
    public override string ToString() => $"{Severity} {Code}: {Message}";

    /// <summary>The finding as an exception.</summary>
    /// <param name="path">Path of the archive, or null.</param>
    public VmaFormatException ToException(string? path) => new(Code, Message, path, Offset, Device);
}

/// <summary>How much a finding weighs. Text rather than an enumeration, so that it reads the same after serialization.</summary>
public static class VmaSeverity
{
    /// <summary>The archive breaks the format or data is lost: it is not valid.</summary>
    public const string Error = "Error";

    /// <summary>Legal, but worth knowing.</summary>
    public const string Warning = "Warning";
}
