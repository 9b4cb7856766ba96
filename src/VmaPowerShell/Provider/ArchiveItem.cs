using System.Collections.Generic;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>The root of a drive: configs, devices, and what is put together from devices.</summary>
internal sealed class ArchiveItem(DriveSession session) : DriveItem
{
    public override bool IsContainer => true;

    public override PSObject Value => PSObject.AsPSObject(session.Archive);

    public override IEnumerable<(string Name, DriveItem Item)> Children(DriveListing listing)
    {
        foreach ((string Name, DriveItem Item) own in Own())
        {
            yield return own;
        }

        foreach ((string Name, DriveItem Item) group in session.Groups(listing.OnError))
        {
            yield return group;
        }
    }

    public override DriveItem? Find(string name)
    {
        // What is in the archive itself is found without a look at its disks.
        foreach ((string Name, DriveItem Item) own in Own())
        {
            if (own.Name == name)
            {
                return own.Item;
            }
        }

        return base.Find(name);
    }

    private IEnumerable<(string Name, DriveItem Item)> Own()
    {
        foreach (VmaConfig config in session.Archive.Configs)
        {
            yield return (session.Names[config], new ConfigItem(config));
        }

        foreach (VmaDevice device in session.Archive.Devices)
        {
            yield return (session.Names[device], new DeviceItem(session, device));
        }
    }
}
