using System.Collections.Generic;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>A volume group: its logical volumes lie below it.</summary>
internal sealed class GroupItem(DriveSession session, VmaVolumeGroup group) : DriveItem
{
    public override bool IsContainer => true;

    public override PSObject Value => AsItem(group);

    public override IEnumerable<(string Name, DriveItem Item)> Children(DriveListing listing) => session.VolumesBelow(group.Name);
}
