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
        VmaException known => new ErrorRecord(exception, known.Code, CategoryOf(known.Code), target ?? known.Path ?? known.Device),
        FileNotFoundException or DirectoryNotFoundException =>
            new ErrorRecord(exception, VmaCodes.ItemNotFound, ErrorCategory.ObjectNotFound, target),
        UnauthorizedAccessException => new ErrorRecord(exception, "AccessDenied", ErrorCategory.PermissionDenied, target),
        _ => new ErrorRecord(exception, "SourceReadFailed", ErrorCategory.ReadError, target),
    };

    public static ErrorRecord PathNotFound(string path) => new(
        new ItemNotFoundException($"There is no file that matches '{path}'."), VmaCodes.ItemNotFound, ErrorCategory.ObjectNotFound, path);

    public static ErrorRecord NotAFile(string path) => new(
        new PSArgumentException($"'{path}' is not a file of the file system."), "NotAFile", ErrorCategory.InvalidArgument, path);

    public static ErrorRecord OrphanedFile(string file) => new(
        new ItemNotFoundException(Orphans.Explain(file)), "OrphanedFile", ErrorCategory.ObjectNotFound, file);

    public static ErrorRecord FolderNotFound(string path) => new(
        new ItemNotFoundException($"There is no folder that matches '{path}'."), VmaCodes.ItemNotFound, ErrorCategory.ObjectNotFound, path);

    public static ErrorRecord NotAFolder(string path) => new(
        new PSArgumentException($"'{path}' is not a folder of the file system."), "NotAFolder", ErrorCategory.InvalidArgument, path);

    public static ErrorRecord ConfigTooLarge(string path, long limit) => new(
        new PSArgumentException($"The file has more than {limit} bytes: it is no VM configuration. File: {path}"),
        "ConfigTooLarge",
        ErrorCategory.InvalidData,
        path);

    public static ErrorRecord InvalidInput(object input) => new(
        new PSArgumentException($"An object of type '{input.GetType()}' is neither an archive nor a device, nor the path of one."),
        "InvalidInputObject",
        ErrorCategory.InvalidType,
        input);

    public static ErrorRecord InvalidInput(string input, string why) => new(
        new PSArgumentException($"The {input} {why}."), "InvalidInputObject", ErrorCategory.InvalidType, input);

    public static ErrorRecord SourceMissing() => new(
        new PSArgumentException("Name an archive (-Path), or pipe archives, volumes or files."), "SourceMissing", ErrorCategory.InvalidArgument, null);

    public static ErrorRecord TwoSources() => new(
        new PSArgumentException("The archive comes through the pipeline and is named by -Path, too; give it once. A lone argument behind a pipe is the path in the guest."),
        "TwoSources",
        ErrorCategory.InvalidArgument,
        null);

    public static ErrorRecord NotADisk(object input) => new(
        new PSArgumentException($"'{input}' is an archive, not a disk: give its devices (Get-VmaDevice), or all of it to Optimize-VmaArchive."),
        "NotADisk",
        ErrorCategory.InvalidArgument,
        input);

    public static ErrorRecord InvalidConfig(object input) => new(
        new PSArgumentException($"An object of type '{input.GetType()}' is neither a config of an archive nor a file."),
        "InvalidConfig",
        ErrorCategory.InvalidType,
        input);

    public static ErrorRecord NotReportable(object input) => new(
        new PSArgumentException($"An object of type '{input.GetType()}' is neither a backup nor a test result nor a measure of a device."),
        "InvalidInputObject",
        ErrorCategory.InvalidType,
        input);

    public static ErrorRecord DeviceNotFound(string? path, string what) => new(
        new ItemNotFoundException($"The archive has no device {what}. File: {path}"), VmaCodes.ItemNotFound, ErrorCategory.ObjectNotFound, path);

    public static ErrorRecord ConfigNotFound(string? path, string name) => new(
        new ItemNotFoundException($"The archive has no config named '{name}'. File: {path}"),
        VmaCodes.ItemNotFound,
        ErrorCategory.ObjectNotFound,
        path);

    public static ErrorRecord InvalidTemplate(string template, string why) => new(
        new PSArgumentException($"The file name template '{template}' {why}."), "InvalidFileNameTemplate", ErrorCategory.InvalidArgument, template);

    public static ErrorRecord InvalidRange(string message, object target) => new(
        new PSArgumentOutOfRangeException(message), "InvalidRange", ErrorCategory.InvalidArgument, target);

    public static ErrorRecord DriveItemNotFound(string path) => new(
        new ItemNotFoundException($"There is no such place in the archive: '{path}'."), VmaCodes.ItemNotFound, ErrorCategory.ObjectNotFound, path);

    public static ErrorRecord DriveReadOnly(string path) => new(
        new PSInvalidOperationException($"Archives are only read; nothing on their drives can be written, moved or removed: '{path}'."),
        "VmaDriveReadOnly",
        ErrorCategory.PermissionDenied,
        path);

    public static ErrorRecord NoContent(string path) => new(
        new PSInvalidOperationException($"The archive itself has no content to read; its configs and devices have: '{path}'."),
        "NoContent",
        ErrorCategory.InvalidArgument,
        path);

    public static ErrorRecord AsByteStreamRequired(string path) => new(
        new PSInvalidOperationException(
            $"A disk is no text: give -AsByteStream, and -ReadCount (such as 1MB) for whole arrays rather than single bytes. '{path}'"),
        "AsByteStreamRequired",
        ErrorCategory.InvalidArgument,
        path);

    public static ErrorRecord InvalidEndPoint(string message, object? target) => new(
        new PSArgumentException(message), "InvalidEndPoint", ErrorCategory.InvalidArgument, target);

    public static ErrorRecord ServerNotFound(object target) => new(
        new ItemNotFoundException($"There is no running server with the number {target}."), VmaCodes.ItemNotFound, ErrorCategory.ObjectNotFound, target);

    private static ErrorCategory CategoryOf(string code) => code switch
    {
        VmaCodes.ItemNotFound => ErrorCategory.ObjectNotFound,
        VmaCodes.ListenFailed => ErrorCategory.ResourceUnavailable,
        VmaCodes.TargetExists or VmaCodes.TargetIsSource or VmaCodes.TargetIsArchive or VmaCodes.OutputNameCollision => ErrorCategory.ResourceExists,
        VmaCodes.TargetNoSpace or VmaCodes.TargetFileTooLarge or VmaCodes.ImageTooLarge => ErrorCategory.LimitsExceeded,
        VmaCodes.TargetWriteFailed or VmaCodes.TargetTooSmall => ErrorCategory.WriteError,
        VmaCodes.ArchiveLimitExceeded => ErrorCategory.LimitsExceeded,
        VmaCodes.CompressorFailed => ErrorCategory.NotInstalled,
        VmaCodes.SingleFileTarget or VmaCodes.ImageOptionNotSupported or VmaCodes.ConfigValueInvalid or VmaCodes.ArchiveNameInvalid or VmaCodes.NameDuplicate => ErrorCategory.InvalidArgument,
        VmaCodes.SourceChanged or VmaCodes.SourceNotReopenable or VmaCodes.SourceNotSeekable => ErrorCategory.InvalidOperation,
        VmaCodes.CompressionNotSupported or VmaCodes.VersionNotSupported or VmaCodes.ImageNotSupported => ErrorCategory.NotImplemented,
        _ => ErrorCategory.InvalidData,
    };
}
