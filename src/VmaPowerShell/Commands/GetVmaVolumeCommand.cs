using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Lists the volumes of guests: partitions, logical volumes, arrays, and what is on them.</summary>
[Cmdlet(VerbsCommon.Get, "VmaVolume", HelpUri = HelpLinks.Base + "Get-VmaVolume.md")]
[OutputType(typeof(VmaVolume))]
public sealed class GetVmaVolumeCommand : GuestCmdlet
{
    /// <summary>Archives; wildcards are expanded.</summary>
    [Parameter(Position = 0)]
    [UriText]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>Lists the subvolumes of Btrfs, too, each as a volume of its own.</summary>
    [Parameter]
    public SwitchParameter Subvolumes { get; set; }

    private protected override FileSystemOptions ReadOptions => new() { NoReplay = NoReplay, Secrets = Secrets, WithSubvolumes = Subvolumes };

    /// <inheritdoc/>
    protected override void BeginProcessing() => CheckSources(Path);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (GuestInput input in GuestInputs(Path))
        {
            Attempt(input.ArchivePath, () =>
            {
                VmaGuest guest = GuestOf(input);
                IReadOnlyList<VmaVolume> volumes = SelectVolumes(guest, input)?.Select(guest.GetVolume).ToArray() ?? guest.GetVolumes();
                foreach (VmaVolume volume in volumes)
                {
                    foreach (string warning in volume.Warnings)
                    {
                        Warn($"{input.ArchivePath}, {volume.Id}: {warning}");
                    }

                    if (volume.RefusalCode == VmaCodes.VolumeSecretWrong)
                    {
                        Warn($"{input.ArchivePath}: Nothing that was given opens the volume {volume.Id}.");
                    }

                    WriteObject(volume);
                }
            });
        }
    }
}
