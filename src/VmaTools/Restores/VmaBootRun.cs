using System;
using System.IO;
using VmaTools.Extents;
using VmaTools.Files;

namespace VmaTools;

/// <summary>What a guest did that was started for a test.</summary>
public sealed class VmaBootRun
{
    private readonly byte[]? _screenshot;

    internal VmaBootRun(string emulator, bool hasStarted, string? marker, string serialText, byte[]? screenshot, TimeSpan duration)
    {
        Emulator = emulator;
        HasStarted = hasStarted;
        Marker = marker;
        SerialText = serialText;
        _screenshot = screenshot;
        Duration = duration;
    }

    /// <summary>The emulator.</summary>
    public string Emulator { get; }

    /// <summary>True where the guest told that it has started.</summary>
    public bool HasStarted { get; }

    /// <summary>What told so, or that it will not; null where nothing did.</summary>
    public string? Marker { get; }

    /// <summary>What the firmware, the boot loader and the guest wrote on the first serial port, without sequences for terminals: the last 64 KiB.</summary>
    public string SerialText { get; }

    /// <summary>True where there is a picture of the guest's screen.</summary>
    public bool HasScreenshot => _screenshot is not null;

    /// <summary>How long the guest ran.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The picture of the screen when the test ended, as PNG; null where there is none.</summary>
    public byte[]? GetScreenshot() => (byte[]?)_screenshot?.Clone();

    /// <summary>Writes that picture to a file, whole or not at all.</summary>
    /// <param name="path">The file; its folder is created where it does not exist.</param>
    /// <param name="force">Whether a file of that name is replaced. An archive never is.</param>
    /// <exception cref="InvalidOperationException">There is no picture.</exception>
    /// <exception cref="VmaException">The file exists, or cannot be written.</exception>
    public void SaveScreenshot(string path, bool force = false)
    {
        string full = Path.GetFullPath(path);
        byte[] picture = _screenshot ?? throw new InvalidOperationException("There is no picture of the screen.");
        TargetCheck.MustBeFree(full, force);
        TextFile.Write(full, picture, ArchiveGuard.Default, force);
    }

    /// <summary>Whether it started, and after how long.</summary>
    public override string ToString() => $"{nameof(VmaBootRun)}: {(HasStarted ? "started" : "did not start")} within {Duration.TotalSeconds:F0} s";
}
