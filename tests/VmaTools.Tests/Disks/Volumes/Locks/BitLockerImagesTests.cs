using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using Xunit;

namespace VmaTools.Tests.Disks.Volumes.Locks;

/// <summary>
/// Volumes that Windows encrypted, from the tests of cryptsetup (bitlk-images, unpacked), which has their secrets and what they decrypt to.
/// They are not kept here: the environment says where they are.
/// </summary>
public sealed class BitLockerImagesTests
{
    private const string Variable = "VMATOOLS_BITLK_IMAGES";

    private static readonly string? Folder = Environment.GetEnvironmentVariable(Variable);

    /// <summary>What is not read, and why.</summary>
    private static readonly Dictionary<string, string> Refused = new()
    {
        ["bitlk-aes-xts-128-eow"] = "encrypt on write",
        ["bitlk-partially-encrypted-aes-cbc-128"] = "encrypt on write",
    };

    public static TheoryData<string> Names => Folder is null
        ? ["(none)"]
        : [.. Directory.GetFiles(Folder, "bitlk-*.img").Select(static f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Opens_as_the_kernel_does(string name)
    {
        Assert.SkipWhen(Folder is null, $"{Variable} names no folder with the images of cryptsetup's tests");
        Dictionary<string, string> truth = File.ReadAllLines(Path.Combine(Folder!, "images.conf"))
            .SkipWhile(l => l != $"[{name}]").Skip(1).TakeWhile(static l => l.Contains('=', StringComparison.Ordinal))
            .Select(static l => l.Split('=', 2)).Where(static p => p[1].Length > 0).ToDictionary(static p => p[0], static p => p[1]);
        using FileStream disk = File.OpenRead(Path.Combine(Folder!, name + ".img"));
        List<(string Id, Action<VolumeSecrets> Add)> ways = [];
        AddWay("PW_VMK_GUID", s => s.AddPassphrase(truth["PW"]));
        AddWay("RP_VMK_GUID", s => s.AddRecoveryKey(truth["RP"]));
        AddWay("RP2_VMK_GUID", s => s.AddRecoveryKey(truth["RP2"].Replace("-", " ", StringComparison.Ordinal)));
        AddWay("SK_VMK_GUID", s => s.AddKeyFile(Path.Combine(Folder!, truth["SK_VMK_GUID"].ToUpperInvariant() + ".BEK")));
        AddWay("CLEARKEY_VMK_GUID", static _ => { });
        Assert.NotEmpty(ways);
        foreach ((string id, Action<VolumeSecrets> add) in ways)
        {
            using VolumeSecrets secrets = new();
            add(secrets);
            using VolumeSet set = VolumeSet.Open([new VolumeDisk("disk", disk)], leaveOpen: true, secrets);
            DiskVolume volume = Assert.Single(set.Volumes);
            Assert.Equal(truth["GUID"], volume.Lock!.Uuid);
            if (Refused.TryGetValue(name, out string? why))
            {
                VmaFileSystemException error = Assert.Throws<VmaFileSystemException>(() => volume.OpenFileSystem());
                Assert.Equal(VmaCodes.VolumeNotSupported, error.Code);
                Assert.Contains(why, error.Message, StringComparison.Ordinal);
                continue;
            }

            Assert.Equal(id, volume.Lock.OpenedBy?.Id, ignoreCase: true);
            Assert.Equal(truth["UUID"], volume.Uuid);

            // Most of the files in them were left out to make the images small: the whole is compared.
            using Stream content = volume.OpenRead();
            Assert.Equal(truth["SHA256SUM"], Convert.ToHexString(SHA256.HashData(content)), ignoreCase: true);
        }

        if (truth.ContainsKey("CLEARKEY_VMK_GUID") || Refused.ContainsKey(name))
        {
            return;
        }

        using VolumeSecrets wrong = new();
        wrong.AddPassphrase("wrong");
        using VolumeSet locked = VolumeSet.Open([new VolumeDisk("disk", disk)], leaveOpen: true, wrong);
        VmaFileSystemException refusal = Assert.Throws<VmaFileSystemException>(() => Assert.Single(locked.Volumes).OpenFileSystem());
        Assert.Equal(VmaCodes.VolumeSecretWrong, refusal.Code);
        Assert.Contains(truth["RP_VMK_GUID"], refusal.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(truth["RP_VMK_GUID"].ToUpperInvariant(), locked.Volumes[0].Lock!.RecoveryKeyIds);

        void AddWay(string key, Action<VolumeSecrets> add)
        {
            if (truth.TryGetValue(key, out string? id))
            {
                ways.Add((id, add));
            }
        }
    }
}
