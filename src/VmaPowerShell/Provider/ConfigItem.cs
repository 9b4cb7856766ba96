using System.IO;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>A config of the archive: a text.</summary>
internal sealed class ConfigItem(VmaConfig config) : DriveItem
{
    public override PSObject Value => AsItem(config);

    public override DriveContent? OpenContent(string? stream)
    {
        if (stream is not null)
        {
            return null;
        }

        byte[] bytes = config.GetBytes();
        return new DriveContent(new MemoryStream(bytes), 0, bytes.Length, MayBeText: true);
    }
}
