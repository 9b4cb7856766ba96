using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Computes digests of files in guests.</summary>
[Cmdlet(VerbsCommon.Get, "VmaFileHash", HelpUri = HelpLinks.Base + "Get-VmaFileHash.md")]
[OutputType(typeof(VmaFileHash))]
public sealed class GetVmaFileHashCommand : GuestFileCmdlet
{
    /// <summary>The algorithm.</summary>
    [Parameter]
    [ValidateSet(VmaHashAlgorithm.Sha256, VmaHashAlgorithm.Sha1, VmaHashAlgorithm.Sha384, VmaHashAlgorithm.Sha512, VmaHashAlgorithm.Md5)]
    public string Algorithm { get; set; } = VmaHashAlgorithm.Sha256;

    /// <summary>Takes the files below directories, too.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    private protected override void ProcessPlace(VmaGuest guest, VmaFile place, bool isMatch, VmaFile? given)
    {
        WarnOfState(guest, place);
        if (place.IsDirectory)
        {
            if (!isMatch || Recurse)
            {
                IEnumerable<VmaFile> listed = guest.ReadDirectory(
                    place, Recurse ? int.MaxValue : 0, onFinding: finding => WriteFinding(guest, place.Volume, finding), cancellationToken: CancellationToken);
                foreach (VmaFile file in listed.Where(static f => f.GetEntry().Type == FileEntryType.File))
                {
                    Attempt(file.FullName, () => Write(guest, file));
                }
            }

            return;
        }

        // A link among piped entries has no content of its own.
        if (place.GetEntry().Type == FileEntryType.File)
        {
            Write(guest, place);
        }
    }

    private void Write(VmaGuest guest, VmaFile file) => WriteObject(VmaFileHash.Compute(guest, file, Algorithm, CancellationToken));
}
