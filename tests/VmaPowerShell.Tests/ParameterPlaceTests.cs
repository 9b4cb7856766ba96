using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using Xunit;

namespace VmaTools.PowerShell.Tests;

/// <summary>
/// Holds that a parameter is declared once. A cmdlet has one chain of bases, and what it reads from, what it chooses and what it writes to are
/// chosen freely of each other: what is left over is here, each with the reason.
/// </summary>
public class ParameterPlaceTests
{
    private const string Destination = "Path is the source elsewhere, and a cmdlet that writes has one of three bases for what it reads";
    private const string Range = "of a device's bytes and of a file's: what is read has a base each";
    private const string Content = "what Get-Content takes on a drive is no cmdlet's";

    private const string Drive = "what New-PSDrive takes is no cmdlet's";
    private const string Secret = "opens volumes whose files are read, those that are exported or served, and those on drives, which have no base together";

    /// <summary>The names that are declared more than once, where, and why that is not one place.</summary>
    private static readonly (string Name, string[] Types, string Reason)[] Repeated =
    [
        ("Algorithm", ["GetVmaDeviceHash", "GetVmaFileHash", "NewVmaManifest"], "several of a device or an archive, one of a file"),
        ("AsByteStream", ["ContentParameters", "GetVmaConfig"], Content),
        ("AsStream", ["ReadVmaDevice", "ReadVmaFile"], Range),
        ("ChunkSize", ["ReadVmaDevice", "ReadVmaFile"], Range),
        ("Content", ["CompareVmaFile", "GetVmaFileVersion"], "two archives are compared, or any number"),
        ("Count", ["ReadVmaDevice", "ReadVmaFile"], Range),
        ("Encoding", ["ContentParameters", "ReadVmaFile"], Content),
        ("FileName", ["ExportVmaDevice", "GetVmaDeviceHash"], "devices that are exported have no source called Path, those that are digested have"),
        ("FilePath", ["CompareVmaFile", "GuestPlaceCmdlet"], "two archives are compared at one path, in the third place"),
        ("Files", ["GetVmaIndex", "NewVmaIndex", "TestVmaArchive"], "what is listed, and what is made, of objects or of what is tested, which stand on other bases"),
        ("Force", ["ExportVmaDevice", "ExportVmaFile", "ExportVmaReport", "GetVmaFile", "MeasureVmaDevice", "NewVmaIndex", "NewVmaManifest"], "replaces a file, which stands on other bases; or lists what is hidden, or builds anew"),
        ("Format", ["ExportVmaDevice", "NewVmaArchive"], "what is written, and what is read"),
        ("Headers", ["ArchiveCmdlet", "DriveParameters"], Drive),
        ("Id", ["DeviceCmdlet", "GetVmaNbdServer", "StopVmaNbdServer"], "numbers of devices, and of servers: in the first place, and in a set of its own"),
        ("IndexPath", ["ArchiveCmdlet", "DriveParameters"], Drive),
        (
            "InputObject",
            ["DevicePathCmdlet", "ExportVmaDevice", "ExportVmaReport", "GetVmaVM", "GuestCmdlet", "NewVmaArchive", "NewVmaIndex", "NewVmaManifest", "OptimizeVmaArchive", "RemoveVmaIndex", "StopVmaNbdServer"],
            "what is taken, its place and its sets differ"),
        ("InputUri", ["ArchiveSourceCmdlet", "DriveParameters", "GuestCmdlet"], "a set of its own, one of the ways into the only set of what reads guests, and what makes a drive"),
        ("KeyFile", ["DriveParameters", "ExportVmaDevice", "GuestReaderCmdlet", "StartVmaNbdServer"], Secret),
        ("LiteralPath", ["ArchiveReaderCmdlet", "DevicePathCmdlet", "FindVmaFile", "GetVmaBackup", "GetVmaIndex"], "archives bind by their properties, devices are objects; an index is found without opening the archive, a folder is none"),
        ("ManifestPath", ["ExportVmaDevice", "TestVmaArchive", "TestVmaRestore"], "belongs to a set in one of them"),
        ("MaxAge", ["ExportVmaReport", "GetVmaBackup"], "what is called too old, and what is listed"),
        ("Name", ["CompareVmaDevice", "DeviceCmdlet", "FindVmaFile", "GetVmaBackup", "GetVmaConfig", "NewVmaArchive", "NewVmaConfig", "OptimizeVmaArchive"], "names of what differs, as patterns, as one name, or to be given"),
        ("NewManifestPath", ["ExportVmaDevice", "ExportVmaFile"], "of archives, and of files"),
        ("Offset", ["ReadVmaDevice", "ReadVmaFile"], Range),
        ("PassThru", ["ExportVmaDevice", "ExportVmaFile", "ExportVmaReport", "WriterCmdlet"], "what writes stands on the base for what it reads: devices, places in guests, any objects, archives"),
        ("Passphrase", ["DriveParameters", "ExportVmaDevice", "GuestReaderCmdlet", "StartVmaNbdServer"], Secret),
        (
            "Path",
            ["ArchiveReaderCmdlet", "DevicePathCmdlet", "ExportVmaDevice", "ExportVmaFile", "ExportVmaReport", "FindVmaFile", "GetVmaBackup", "GetVmaIndex", "GetVmaVolume", "GuestFileCmdlet", "NewVmaIndex", "WriterCmdlet"],
            Destination),
        ("Quiet", ["CompareVmaDevice", "TestVmaArchive", "TestVmaRestore"], "a bool of ranges, and one of a verdict"),
        ("Raw", ["ContentParameters", "GetVmaConfig"], Content),
        ("RecoveryKey", ["DriveParameters", "ExportVmaDevice", "GuestReaderCmdlet", "StartVmaNbdServer"], Secret),
        ("Recurse", ["FindVmaFile", "GetVmaBackup", "GetVmaFile", "GetVmaFileHash"], "folders of the host, what is listed and what is digested"),
        ("Salvage", ["ExportVmaDevice", "ExportVmaFile", "OptimizeVmaArchive"], "of devices, in a set of its own; of files; of archives"),
        ("SpillPath", ["GetVmaDeviceHash", "NewVmaManifest", "TestVmaArchive"], "what digests stands on the base for what it reads, and one for all would offer it where nothing is digested"),
        ("Stream", ["ContentParameters", "GetVmaFile", "ReadVmaFile"], "a pattern where streams are listed, one name where one is read"),
        ("VMId", ["FindVmaFile", "GetVmaBackup", "GetVmaFileVersion", "NewVmaArchive"], "which to list or to look into, on other bases, and how to name one"),
        ("Volume", ["CompareVmaFile", "FindVmaFile", "GuestCmdlet"], "two archives are compared on one volume; catalogs are of no guest that is open"),
    ];

    private static readonly IReadOnlyList<PropertyInfo> Declarations =
    [
        .. typeof(VmaCmdlet).Assembly.GetTypes()
            .SelectMany(static t => t.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(static p => p.GetCustomAttributesData().Any(Cmdlets.Is<ParameterAttribute>)),
    ];

    [Fact]
    public void A_parameter_is_declared_once_but_for_those_with_a_reason()
    {
        IEnumerable<string> found = Declarations.GroupBy(static p => p.Name)
            .Where(static g => g.Count() > 1)
            .Select(static g => $"{g.Key}: {string.Join(", ", g.Select(Place).Order(StringComparer.Ordinal))}");
        Assert.Equal(Repeated.Select(static r => $"{r.Name}: {string.Join(", ", r.Types)}"), found.Order(StringComparer.Ordinal));
        Assert.All(Repeated, static r => Assert.NotEmpty(r.Reason));
    }

    [Fact]
    public void None_hides_one_of_a_base() => Assert.All(Declarations, static p =>
    {
        for (Type? type = p.DeclaringType!.BaseType; type is not null; type = type.BaseType)
        {
            Assert.DoesNotContain(Declarations, d => d.DeclaringType == type && d.Name == p.Name);
        }
    });

    private static string Place(PropertyInfo property)
    {
        string name = property.DeclaringType!.Name;
        return name.EndsWith("Command", StringComparison.Ordinal) ? name.Substring(0, name.Length - "Command".Length) : name;
    }
}
