using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Security.Cryptography;
using VmaTools.GuestFiles;

namespace VmaTools.PowerShell;

/// <summary>Computes digests of files in guests.</summary>
[Cmdlet(VerbsCommon.Get, "VmaFileHash", HelpUri = HelpLinks.Base + "Get-VmaFileHash.md")]
[OutputType(typeof(VmaFileHash))]
public sealed class GetVmaFileHashCommand : GuestFileCmdlet
{
    /// <summary>The algorithm.</summary>
    [Parameter]
    [ValidateSet("SHA256", "SHA1", "SHA384", "SHA512", "MD5")]
    public string Algorithm { get; set; } = "SHA256";

    /// <summary>Takes the files below directories, too.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    private protected override void ProcessPlace(VmaGuest guest, GuestPlace place, bool isMatch, VmaFile? given)
    {
        WarnOfState(guest, place.Volume);
        if (place.Entry.Type == FileEntryType.Directory)
        {
            if (!isMatch || Recurse)
            {
                FileWalk walk = new(place.Files, finding => WriteFinding(guest, place.Volume, finding), CancellationToken);
                foreach (FileEntry entry in walk.Below(place.Entry, Recurse ? int.MaxValue : 0, withSystem: false).Where(static e => e.Type == FileEntryType.File))
                {
                    Attempt(entry.FullName, () => Write(guest, place with { Entry = entry }));
                }
            }

            return;
        }

        // A link among piped entries has no content of its own.
        if (place.Entry.Type == FileEntryType.File)
        {
            Write(guest, place);
        }
    }

    private void Write(VmaGuest guest, GuestPlace place)
    {
        using HashAlgorithm algorithm = Create();
        using Stream content = place.Files.OpenRead(place.Entry);
        byte[] buffer = new byte[1 << 20];
        int read;
        while ((read = content.Read(buffer, 0, buffer.Length)) > 0)
        {
            CancellationToken.ThrowIfCancellationRequested();
            algorithm.TransformBlock(buffer, 0, read, null, 0);
        }

        algorithm.TransformFinalBlock(buffer, 0, 0);
        string hash = BitConverter.ToString(algorithm.Hash!).Replace("-", string.Empty);
        WriteObject(new VmaFileHash(guest.ToFile(place.Volume, place.Entry, null), Algorithm, hash));
    }

#pragma warning disable CA5350, CA5351 // digests to compare with others, not a protection
    private HashAlgorithm Create() => Algorithm.ToUpperInvariant() switch
    {
        "SHA1" => SHA1.Create(),
        "SHA384" => SHA384.Create(),
        "SHA512" => SHA512.Create(),
        "MD5" => MD5.Create(),
        _ => SHA256.Create(),
    };
#pragma warning restore CA5350, CA5351
}
