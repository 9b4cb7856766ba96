using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Xunit;

namespace VmaTools.PowerShell.Tests;

/// <summary>
/// What the module takes from the engine that a library user cannot. The list only shrinks: what the module needs and others may want is
/// public and documented.
/// </summary>
public class EngineUseTests
{
    private static readonly string[] Taken =
    [
        "ArchiveSource", "BackupFileName.IsWorkFolder", "DevicePartitions", "DiskRange", "FileComparison", "FileManifest", "GuestItemName",
        "GuestPath", "GuestPlace", "GuestVolume", "ImageFormatInfo", "ImageFormats", "ItemNames", "Layout", "RangeStream",
        "RawName.ToPathComponent", "VmaArchive.Source", "VmaBackup.MomentUtc", "VmaCreation.AddRange", "VmaDevice.Archive",
        "VmaDevice.StoredBytes", "VmaFile.Archive", "VmaFile.Entry", "VmaFile.IsHiddenEntry", "VmaFile.ListedBelow",
        "VmaFileHash..ctor", "VmaFileStreamInfo..ctor", "VmaGuest.DiskOf", "VmaGuest.FactsOf", "VmaGuest.FindVolume",
        "VmaGuest.Follow", "VmaGuest.GuestVolumes", "VmaGuest.IsDisk", "VmaGuest.Roots", "VmaGuest.ToFile",
        "VmaGuest.VolumeOf", "VmaPartition.Owner", "VmaVolume.Archive", "VmaVolume.DeviceIds", "VmaVolumeGroup..ctor",
        "VmaVolumeGroup.Archive",
    ];

    [Fact]
    public void The_module_takes_nothing_else_that_is_not_public()
    {
        string[] now = [.. NotPublic()];
        Assert.Empty(now.Except(Taken));
        Assert.Empty(Taken.Except(now));
    }

    private static SortedSet<string> NotPublic()
    {
        Assembly engine = typeof(VmaArchive).Assembly;
        using PEReader file = new(File.OpenRead(typeof(VmaCmdlet).Assembly.Location));
        MetadataReader reader = file.GetMetadataReader();
        SortedSet<string> found = new(StringComparer.Ordinal);
        foreach (MemberReferenceHandle handle in reader.MemberReferences)
        {
            MemberReference member = reader.GetMemberReference(handle);
            if (member.Parent.Kind == HandleKind.TypeReference
                && NameOf(reader, (TypeReferenceHandle)member.Parent) is { } name
                && engine.GetType(name) is { } type)
            {
                string itself = reader.GetString(member.Name);
                if (!type.IsVisible)
                {
                    found.Add(type.Name);
                }
                else if (!type.GetMember(itself).Any(static m => m is not MethodBase { IsPublic: false }))
                {
                    found.Add($"{type.Name}.{itself.Replace("get_", string.Empty, StringComparison.Ordinal)}");
                }
            }
        }

        return found;
    }

    /// <summary>The full name of a type, or null where it is not the engine's.</summary>
    private static string? NameOf(MetadataReader reader, TypeReferenceHandle handle)
    {
        TypeReference type = reader.GetTypeReference(handle);
        string name = reader.GetString(type.Name);
        return type.ResolutionScope.Kind switch
        {
            HandleKind.TypeReference => NameOf(reader, (TypeReferenceHandle)type.ResolutionScope) is { } outer ? $"{outer}+{name}" : null,
            HandleKind.AssemblyReference when reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name) == "VmaTools" =>
                $"{reader.GetString(type.Namespace)}.{name}",
            _ => null,
        };
    }
}
