using System;
using System.IO;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>The one place where errors get their id, category and target.</summary>
internal static class ErrorRecords
{
    /// <summary>True for what can go wrong with an item, as opposed to a mistake in this program.</summary>
    public static bool IsExpected(Exception exception) =>
        exception is VmaException or IOException or UnauthorizedAccessException;

    public static ErrorRecord From(Exception exception, object? target) => exception switch
    {
        VmaException known => Make(exception, known.Code, CategoryOf(known.Code), target ?? known.Path ?? known.Device),
        FileNotFoundException or DirectoryNotFoundException =>
            Make(exception, VmaCodes.ItemNotFound, ErrorCategory.ObjectNotFound, target),
        UnauthorizedAccessException => Make(exception, "AccessDenied", ErrorCategory.PermissionDenied, target),
        _ => Make(exception, "SourceReadFailed", ErrorCategory.ReadError, target),
    };

    public static ErrorRecord PathNotFound(string path) => Make(
        new ItemNotFoundException(IsTextOfObject(path)
            ? $"'{Shown(path)}' is the text of an object and no path; pipe the object into the command."
            : $"There is no file that matches '{Shown(path)}'."),
        VmaCodes.ItemNotFound,
        ErrorCategory.ObjectNotFound,
        path);

    public static ErrorRecord NotAFile(string path) => Make(
        new PSArgumentException($"'{Shown(path)}' is not a file of the file system."), "NotAFile", ErrorCategory.InvalidArgument, path);

    public static ErrorRecord IndexNotFound(string path) => Make(
        new ItemNotFoundException($"The archive has no index, neither beside it nor among those that are kept; New-VmaIndex makes one. File: {Shown(path)}"),
        VmaCodes.ItemNotFound,
        ErrorCategory.ObjectNotFound,
        path);

    public static ErrorRecord OrphanedFile(string file) => Make(
        new ItemNotFoundException(Orphans.Explain(file)), "OrphanedFile", ErrorCategory.ObjectNotFound, file);

    public static ErrorRecord NothingFound(string path) => Make(
        new ItemNotFoundException($"There is no file or folder that matches '{Shown(path)}'."), VmaCodes.ItemNotFound, ErrorCategory.ObjectNotFound, path);

    public static ErrorRecord NotAFolder(string path) => Make(
        new PSArgumentException($"'{Shown(path)}' is not a folder of the file system."), "NotAFolder", ErrorCategory.InvalidArgument, path);

    public static ErrorRecord NotABackup(string path) => Make(
        new PSArgumentException($"By its name '{Shown(path)}' belongs to no backup of a VM."), "NotABackup", ErrorCategory.InvalidArgument, path);

    public static ErrorRecord InvalidInput(object input) => Make(
        new PSArgumentException($"An object of type '{Shown(PSObject.AsPSObject(input).TypeNames[0])}' is neither an archive nor a device, nor the path of one."),
        "InvalidInputObject",
        ErrorCategory.InvalidType,
        input);

    public static ErrorRecord Bytes(object input) => Make(
        new PSArgumentException("PowerShell hands bytes to a cmdlet one by one, which is no way to read an archive. Name the file itself, pipe it into the vma command, or open a stream (-InputStream)."),
        "InvalidInputObject",
        ErrorCategory.InvalidType,
        input);

    public static ErrorRecord InvalidInput(string input, string why) => Make(
        new PSArgumentException($"The {input} {why}."), "InvalidInputObject", ErrorCategory.InvalidType, input);

    public static ErrorRecord SourceMissing() => Make(
        new PSArgumentException("Name an archive (by its path, or by -InputUri), or pipe archives, volumes or files."), "SourceMissing", ErrorCategory.InvalidArgument, null);

    public static ErrorRecord ArchiveMissing() => Make(
        new PSArgumentException("Name an archive (-InputObject), or pipe archives."), "SourceMissing", ErrorCategory.InvalidArgument, null);

    public static ErrorRecord NothingPiped() => Make(
        new PSArgumentException("No disk came through the pipe, and no archive was written. An archive without disks is made without a pipe."), "SourceMissing", ErrorCategory.InvalidArgument, null);

    public static ErrorRecord TwoSources() => Make(
        new PSArgumentException("The archive is given twice: through the pipeline, by -Path or by -InputUri; give it once. A lone argument behind a pipe is the path in the guest."),
        "TwoSources",
        ErrorCategory.InvalidArgument,
        null);

    public static ErrorRecord NotADisk(object input) => Make(
        new PSArgumentException($"'{input}' is an archive, not a disk: give its devices (Get-VmaDevice), or all of it to Optimize-VmaArchive."),
        "NotADisk",
        ErrorCategory.InvalidArgument,
        input);

    public static ErrorRecord InvalidConfig(object input) => Make(
        new PSArgumentException($"An object of type '{Shown(PSObject.AsPSObject(input).TypeNames[0])}' is neither a config of an archive nor a file."),
        "InvalidConfig",
        ErrorCategory.InvalidType,
        input);

    public static ErrorRecord NotReportable(object input) => Make(
        new PSArgumentException($"An object of type '{Shown(PSObject.AsPSObject(input).TypeNames[0])}' is neither a backup nor a test result nor a measure of a device."),
        "InvalidInputObject",
        ErrorCategory.InvalidType,
        input);

    public static ErrorRecord DeviceNotFound(string? path, string what) => Make(
        new ItemNotFoundException($"The archive has no device {Shown(what)}. File: {Shown(path)}"), VmaCodes.ItemNotFound, ErrorCategory.ObjectNotFound, path);

    public static ErrorRecord PartitionNotFound(int index) => Make(
        new ItemNotFoundException($"None of the devices has a partition {index}."), VmaCodes.ItemNotFound, ErrorCategory.ObjectNotFound, index);

    public static ErrorRecord ConfigNotFound(string? path, string name) => Make(
        new ItemNotFoundException($"The archive has no config named '{Shown(name)}'. File: {Shown(path)}"),
        VmaCodes.ItemNotFound,
        ErrorCategory.ObjectNotFound,
        path);

    public static ErrorRecord InvalidTemplate(string template, string why) => Make(
        new PSArgumentException($"The file name template '{Shown(template)}' {why}."), "InvalidFileNameTemplate", ErrorCategory.InvalidArgument, template);

    public static ErrorRecord InvalidRange(string message, object target) => Make(
        new PSArgumentException(message), "InvalidRange", ErrorCategory.InvalidArgument, target);

    public static ErrorRecord DriveItemNotFound(string path) => Make(
        new ItemNotFoundException($"There is no such place in the archive: '{Shown(path)}'."), VmaCodes.ItemNotFound, ErrorCategory.ObjectNotFound, path);

    public static ErrorRecord DriveReadOnly(string path) => Make(
        new PSInvalidOperationException($"Archives are only read; nothing on their drives can be written, moved or removed: '{Shown(path)}'."),
        "VmaDriveReadOnly",
        ErrorCategory.PermissionDenied,
        path);

    public static ErrorRecord NoContent(string path) => Make(
        new PSInvalidOperationException($"The archive itself has no content to read; its configs and devices have: '{Shown(path)}'."),
        "NoContent",
        ErrorCategory.InvalidArgument,
        path);

    public static ErrorRecord AsByteStreamRequired(string path) => Make(
        new PSInvalidOperationException(
            $"A disk is no text: give -AsByteStream, and -ReadCount (such as 1MB) for whole arrays rather than single bytes. '{Shown(path)}'"),
        "AsByteStreamRequired",
        ErrorCategory.InvalidArgument,
        path);

    public static ErrorRecord InvalidEndPoint(string message, object? target) => Make(
        new PSArgumentException(message), "InvalidEndPoint", ErrorCategory.InvalidArgument, target);

    public static ErrorRecord ServerNotFound(object target) => Make(
        new ItemNotFoundException($"There is no running server with the number {target}."), VmaCodes.ItemNotFound, ErrorCategory.ObjectNotFound, target);

    /// <summary>Whether a text is what an object of ours says of itself: its kind comes first.</summary>
    private static bool IsTextOfObject(string text)
    {
        int colon = text.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0 && typeof(VmaArchive).Assembly.GetType($"{nameof(VmaTools)}.{text.Substring(0, colon)}") is { IsPublic: true };
    }

    /// <summary>
    /// Text that somebody typed or an archive holds, as messages show it: printable, and without its middle where it is longer than a path
    /// is. Lines of what is no text at all come through pipelines as well.
    /// </summary>
    public static string Shown(string? text)
    {
        const int Longest = 300;
        if (text is null)
        {
            return string.Empty;
        }

        text = RemoteArchives.Shown(text);
        string shown = text.Length <= Longest
            ? text
            : text.Substring(0, Longest / 3) + "\u2026" + text.Substring(text.Length - (Longest / 3));
        return Printable.Text(shown);
    }

    /// <summary>An error whose texts are printable, those that .NET wrote of a path as well.</summary>
    private static ErrorRecord Make(Exception exception, string id, ErrorCategory category, object? target)
    {
        target = target is string text ? RemoteArchives.Shown(text) : target;
        ErrorRecord record = new(exception, id, category, target);
        if (target is not null)
        {
            record.CategoryInfo.TargetName = Shown(target.ToString());
        }

        if (exception is VmaCompressionException { NeededWindow: long window })
        {
            record.ErrorDetails = new ErrorDetails($"{exception.Message} To allow that: -MaxWindowSize {window}");
        }

        // Ours are printable already, and some have lines on purpose.
        if (exception is IOException or UnauthorizedAccessException && Printable.Text(exception.Message) is { } message && message != exception.Message)
        {
            record.ErrorDetails = new ErrorDetails(message);
        }

        return record;
    }

    private static ErrorCategory CategoryOf(string code) => code switch
    {
        VmaCodes.ItemNotFound => ErrorCategory.ObjectNotFound,
        VmaCodes.ListenFailed => ErrorCategory.ResourceUnavailable,
        VmaCodes.RemoteAccessDenied => ErrorCategory.PermissionDenied,
        VmaCodes.RemoteNotFound => ErrorCategory.ObjectNotFound,
        VmaCodes.RemoteUnreachable or VmaCodes.RemoteFailed => ErrorCategory.ConnectionError,
        VmaCodes.RemoteAnswerInvalid => ErrorCategory.ProtocolError,
        VmaCodes.RemoteRedirectRefused => ErrorCategory.SecurityError,
        VmaCodes.TargetExists or VmaCodes.TargetIsSource or VmaCodes.TargetIsArchive or VmaCodes.OutputNameCollision => ErrorCategory.ResourceExists,
        VmaCodes.TargetNoSpace or VmaCodes.TargetFileTooLarge or VmaCodes.ImageTooLarge => ErrorCategory.LimitsExceeded,
        VmaCodes.TargetWriteFailed or VmaCodes.TargetTooSmall => ErrorCategory.WriteError,
        VmaCodes.ArchiveLimitExceeded => ErrorCategory.LimitsExceeded,
        VmaCodes.CompressorFailed => ErrorCategory.NotInstalled,
        VmaCodes.SingleFileTarget or VmaCodes.ImageOptionNotSupported or VmaCodes.ConfigValueInvalid or VmaCodes.ArchiveNameInvalid or VmaCodes.NameDuplicate or VmaCodes.RemoteAddressInvalid => ErrorCategory.InvalidArgument,
        VmaCodes.SourceChanged or VmaCodes.SourceNotReopenable or VmaCodes.SourceNotSeekable or VmaCodes.RemoteRangesUnsupported => ErrorCategory.InvalidOperation,
        VmaCodes.CompressionNotSupported or VmaCodes.VersionNotSupported or VmaCodes.ImageNotSupported or VmaCodes.RemoteNotSupported => ErrorCategory.NotImplemented,
        _ => ErrorCategory.InvalidData,
    };
}
